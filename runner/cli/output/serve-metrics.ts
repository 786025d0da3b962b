import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  healthFigures,
  type Metrics,
  metricsOfLoop,
  metricsOfRun,
  metricsOfSteps,
} from '../../../reporters/metrics/metrics.ts';
import type { AwsClients } from '../../adapters/aws/clients.ts';
import { loopDelay } from '../../adapters/runtime/loop-delay.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { TickResult } from '../../engine/schedule/tick.ts';
import { type Io, UsageError } from '../setup/io.ts';
import { figuresPublisher } from './publish-metrics.ts';

export interface FiguresOptions {
  /** Publishes to CloudWatch, by PutMetricData. */
  readonly cloudwatch?: boolean;
  /** A port, or an address and a port, at which Prometheus may read them. */
  readonly prometheus?: string;
}

/** Destination of the metrics of a watch. It never throws. */
export interface WatchFigures {
  run(result: RunResult): Promise<void>;
  tick(ticked: TickResult, undelivered: number): Promise<void>;
  close(): Promise<void>;
}

/** Events that change metrics. */
export interface FiguresOf {
  readonly clients: AwsClients;
  readonly nowMs: () => number;
  readonly io: Io;
  /** Called with the URL of the page. */
  listening(url: string): void;
}

/**
 * Publishes metrics as the options say.
 * @throws UsageError for an address that is invalid, or in use.
 */
export async function watchFigures(options: FiguresOptions, of: FiguresOf): Promise<WatchFigures> {
  const takers: ((figures: readonly Metrics[]) => Promise<void> | void)[] = [];
  const closers: (() => Promise<void>)[] = [];
  if (options.prometheus !== undefined) {
    const { prometheusPage } = await import('../../../reporters/metrics/prometheus.ts');
    const page = prometheusPage();
    takers.push((figures) => page.take(figures));
    const served = await serve(options.prometheus, () => page.text());
    of.listening(served.url);
    closers.push(served.close);
  }
  if (options.cloudwatch === true) {
    const publisher = await figuresPublisher(of.clients, of.io);
    takers.push((figures) => publisher.publish(figures));
  }
  const take = async (figures: readonly Metrics[]): Promise<void> => {
    await Promise.all(takers.map(async (taker) => taker(figures)));
  };
  const delay = loopDelay();
  return {
    run: (result) => take([metricsOfRun(result), ...metricsOfSteps(result)]),
    tick: ({ faults, passed, oldestRunMs }, undelivered) => {
      const complete = faults.length === 0;
      const stack = of.io.who.host;
      const atMs = of.nowMs();
      return take([
        healthFigures({ atMs, stack, complete, missed: passed, undelivered, oldestRunMs }),
        metricsOfLoop(stack, atMs, delay.longestMs()),
      ]);
    },
    close: async () => {
      delay.end();
      await Promise.all(closers.map((close) => close()));
    },
  };
}

interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

async function serve(address: string, text: () => string): Promise<MetricsServer> {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(address) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new UsageError(
      `'${address}' is no place for Prometheus to read: write a port, or an address and a port.`,
    );
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && (request.url ?? '/').split('?')[0] === '/metrics';
    response.writeHead(found ? 200 : 404, {
      'content-type': found ? 'text/plain; version=0.0.4' : 'text/plain',
    });
    response.end(found ? text() : 'The figures are at /metrics.\n');
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (fault) =>
    reject(new UsageError(`Prometheus cannot read at ${address}: ${fault.message}.`)),
  );
  server.listen(Number(port), host, resolve);
  await promise;
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
