import type { Reporter } from '../../../reporters/contract.ts';
import type { FiguresPublisher } from '../../../reporters/metrics/cloudwatch.ts';
import { metricsOfLoop, metricsOfRun, metricsOfSteps } from '../../../reporters/metrics/metrics.ts';
import { type AwsClients, awsClients } from '../../adapters/aws/clients.ts';
import { classifyAwsError } from '../../adapters/aws/errors.ts';
import { loopDelay } from '../../adapters/runtime/loop-delay.ts';
import { settingsFrom } from '../../settings.ts';
import type { Io } from '../setup/io.ts';

/** Publishes metrics to CloudWatch, as far as possible: a failure is printed, and changes no verdict. */
export async function figuresPublisher(clients: AwsClients, io: Io): Promise<FiguresPublisher> {
  const { cloudwatchPublisher } = await import('../../../reporters/metrics/cloudwatch.ts');
  const { publish } = cloudwatchPublisher((constructor) => clients.clientOf(constructor, 'look'));
  return {
    publish: (figures) =>
      publish(figures).catch((thrown: unknown) => {
        const fault = classifyAwsError(thrown);
        io.stderr.write(
          `Metrics were not published. ${fault instanceof Error ? fault.message : String(fault)}\n`,
        );
      }),
  };
}

/** `run --reporter cloudwatch`: the figures of every run and step, when all are over. */
export async function cloudwatchReporter(io: Io): Promise<Reporter> {
  const { region, endpoint } = settingsFrom(io.env, io.who).settings;
  const clients = awsClients({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const publisher = await figuresPublisher(clients, io);
  const delay = loopDelay();
  return {
    name: 'cloudwatch',
    end: async (results) => {
      const known = results.filter(({ verdict }) => verdict !== 'skipped');
      const endedAtMs = Math.max(...known.map(({ startedAtMs, durationMs }) => startedAtMs + durationMs));
      const loop = known.length === 0 ? [] : [metricsOfLoop(io.who.host, endedAtMs, delay.longestMs())];
      delay.end();
      await publisher.publish([
        ...known.flatMap((run) => [metricsOfRun(run), ...metricsOfSteps(run)]),
        ...loop,
      ]);
      clients.close();
    },
  };
}
