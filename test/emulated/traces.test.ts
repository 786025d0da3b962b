import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { current, withTrace } from '@coalmine/trace';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiverOf } from '../../reporters/traces/receiver.ts';
import { spansOf } from '../../reporters/traces/run-spans.ts';
import type { Span } from '../../reporters/traces/span.ts';
import { SpanSender } from '../../reporters/traces/span-sender.ts';
import { poster } from '../../runner/adapters/runtime/post.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { RUNS } from '../reporters/real-runs.ts';
import { coalmine, folderWith } from '../support/command.ts';
import { type Collector, HAS_COLLECTOR, startCollector } from './setup/collector.ts';

interface Request {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** The spans of requests, as the collector writes those fields that it knows. */
function spansIn(requests: readonly unknown[]): readonly Span[] {
  return (requests as readonly Request[]).flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
}

(HAS_COLLECTOR ? describe : describe.skip)('traces at an OpenTelemetry Collector', () => {
  let collector: Collector;
  let application: Server;

  const senderTo = (compression: string): SpanSender =>
    new SpanSender({
      receiver: async () => receiverOf(collector.url, { OTEL_EXPORTER_OTLP_COMPRESSION: compression }),
      post: poster(),
      clock: systemClock(),
      random: systemRandom(),
    });

  beforeAll(async () => {
    collector = await startCollector();
    application = startApplication(senderTo('none'));
    await new Promise<void>((listening) => application.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    application.close();
    await collector.close();
  });

  it.each(['none', 'gzip'])(
    'arrive whole, for a run of each sort, with compression %s',
    async (compression) => {
      const before = (await collector.taken(0)).length;
      const runs = await Promise.all(Object.values(RUNS).map(async (run) => run()));
      const spans = runs.flatMap(spansOf);

      await senderTo(compression).send({ resource: [], spans });

      const requests = await collector.taken(before + 1);
      expect(spansIn(requests.slice(before))).toEqual(spans.map((span) => ({ status: {}, ...span })));
    },
  );

  it('are refused with a fault if an id is none', async () => {
    const [span] = spansOf(await (RUNS['passed'] as () => ReturnType<(typeof RUNS)[string]>)());
    const sender = senderTo('none');
    const sent = sender.send({ resource: [], spans: [{ ...(span as Span), spanId: 'no hex' }] });

    await expect(sent).rejects.toThrow(/answered 400: /);
    await expect(sender.end()).rejects.toThrow(/answered 400: .*1 span was not sent\.$/);
  });

  it('hold a run and the spans of the application, which have the act as their parent', async () => {
    const before = (await collector.taken(0)).length;
    const { port } = application.address() as AddressInfo;
    const cwd = folderWith({
      'a.canary.yaml': `canary: orders\nowner: shop\nsteps:\n  - http: POST http://127.0.0.1:${port}/orders\n    response: { status: 201 }\n`,
    });

    const { code, stdout, stderr } = await coalmine(
      ['run', 'a.canary.yaml', '--reporter', `otlp:${collector.url}`],
      { cwd },
    );

    expect([code, stderr]).toEqual([0, '']);
    const spans = spansIn((await collector.taken(before + 2)).slice(before));
    const own = spans.find(({ name }) => name === 'POST /orders by the application');
    const root = spans.find(({ name }) => name === 'orders');
    const act = spans.find(({ spanId }) => spanId === own?.parentSpanId);
    expect(act).toMatchObject({ kind: 3, parentSpanId: root?.spanId, status: { code: 1 } });
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(stdout).toContain(root?.traceId.slice(0, 12));
  });
});

/** An application with the kit, which sends a span of its own below the one that called it, as an instrumentation would. */
function startApplication(sender: SpanSender): Server {
  const handler = withTrace(
    async ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => {
      const [, traceId = '', spanId = ''] = current()?.traceparent.split('-') ?? [];
      const at = { startTimeUnixNano: `${Date.now()}000000`, endTimeUnixNano: `${Date.now()}000000` };
      const parentSpanId = headers['traceparent']?.split('-')[2] ?? '';
      const name = 'POST /orders by the application';
      await sender.send({
        resource: [],
        spans: [{ traceId, spanId, parentSpanId, name, kind: 2, ...at, attributes: [] }],
      });
    },
    { log: false },
  );
  return createServer((request, response) => {
    void handler({ headers: request.headers as Readonly<Record<string, string>> }).then(() =>
      response.writeHead(201).end('{}'),
    );
  });
}
