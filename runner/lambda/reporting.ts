import { openReporter, specIn } from '../../reporters/registry/open.ts';
import { poster } from '../adapters/runtime/post.ts';
import { thrownMessage } from '../core/base/errors.ts';
import { fillSettled } from '../core/expression/resolve-references.ts';
import type { Reporter } from '../core/report/reporter.ts';
import { joinReporters, type Reporters } from '../core/report/reporters.ts';
import { type UndeliveredCounter, undeliveredCounter } from '../core/report/undelivered-counter.ts';
import type { NotifyingBundle } from './bundle.ts';
import type { Deployment } from './deployment.ts';
import { type LambdaEnvironment, log } from './lambda-environment.ts';

/** The reporters of a container, and the count of the notices that no channel took. */
export interface Reporting {
  readonly reporters: Reporters;
  readonly undelivered: UndeliveredCounter;
}

/** The time in which reporters must end after an invocation. */
const END_WITHIN_MS = 3_000;

/**
 * Opens the log and the reporters of the project file, once for a container. One that cannot be opened is logged and left out:
 * canaries run without it.
 */
export function reportingOf(
  { reporters: table }: NotifyingBundle,
  deployment: Deployment,
  around: LambdaEnvironment,
): () => Promise<Reporting> {
  const { fleet, settings, own, clock, random, references, secrets } = deployment;
  const { env } = around;
  const post = poster({ env, runtimeApi: settings.runtimeApi });
  const failed = (reporter: string, thrown: unknown): void =>
    log(around, 'WARN', secrets.redactor.text(`The reporter '${reporter}' failed: ${thrownMessage(thrown)}`));
  const open = async (written: string): Promise<readonly Reporter[]> => {
    try {
      const spec = specIn(written, table);
      if (spec === undefined) throw new Error('it is not in this bundle. Deploy the stack again');
      const reporter = await openReporter(spec, {
        out: { write: around.line },
        env,
        clientOf: (constructor) => own.clientOf(constructor, 'observe'),
        post,
        clock,
        random,
        fill: async (text) => String(await fillSettled(text, fleet.environment, references)),
        learn: (secret) => secrets.learn(secret),
        stepMetrics: settings.stepMetrics,
        print: (line) => log(around, 'INFO', line),
      });
      return [reporter];
    } catch (thrown) {
      failed(written, thrown);
      return [];
    }
  };
  let reporting: Promise<Reporting> | undefined;
  const openAll = async (): Promise<Reporting> => {
    const opened = (await Promise.all(['log', ...fleet.project.reporters].map(open))).flat();
    const undelivered = undeliveredCounter();
    const options = { clock, endWithinMs: END_WITHIN_MS, failed };
    return { reporters: joinReporters([...opened, undelivered], options), undelivered };
  };
  return async () => {
    reporting ??= openAll();
    return reporting;
  };
}
