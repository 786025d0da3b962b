import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { otlp } from '../../../reporters/traces/otlp.ts';
import type { Span } from '../../../reporters/traces/span.ts';
import { DefinitionError, ObserverError } from '../../../runner/core/base/errors.ts';
import type { Post, PostAnswer, PostRequest } from '../../../runner/core/network/post.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';
import { opened } from '../../support/run/reporting.ts';

type Answer = Partial<PostAnswer> | Error;

interface Export {
  readonly request: PostRequest;
  readonly atMs: number;
  /** Names of the spans, and the attributes of the first resource as text. */
  readonly names: readonly string[];
  readonly resource: string;
}

/** A receiver that gives its answers in turn, the last one again and again. */
function receiver(...answers: readonly Answer[]) {
  const clock = new ManualClock();
  const exports: Export[] = [];
  const post: Post = async (request) => {
    const isZipped = request.headers?.['content-encoding'] === 'gzip';
    const bytes = isZipped ? gunzipSync(request.body ?? '') : request.body;
    const { resourceSpans } = JSON.parse(String(Buffer.from(bytes ?? ''))) as {
      readonly resourceSpans: readonly {
        readonly resource: unknown;
        readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
      }[];
    };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const answer = answers[exports.length] ?? answers.at(-1) ?? {};
    exports.push({
      request,
      atMs: clock.nowMs(),
      names: spans.map(({ name }) => name),
      resource: JSON.stringify(resourceSpans[0]?.resource),
    });
    await clock.sleep(1);
    if (answer instanceof Error) throw answer;
    return { status: 200, body: '{}', ...answer };
  };
  return { clock, exports, post };
}

const RUN = resultOf({ canary: 'orders', steps: [stepResultOf({ name: 'order' })] });
const ENV = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example' };
const UNREACHED = new ObserverError('The receiver of traces at otlp.example could not be reached.');

async function reporterAt(server: ReturnType<typeof receiver>, more: object = {}) {
  const { reporter } = await opened(otlp, { ...server, env: ENV, ...more });
  return {
    run: async (run = RUN): Promise<unknown> =>
      Promise.resolve(reporter.onRunEnd?.(run)).catch((thrown: unknown) => thrown),
    giveUp: () => reporter.giveUp?.(),
    end: async (): Promise<unknown> => Promise.resolve(reporter.onEnd?.()).catch((thrown: unknown) => thrown),
  };
}

describe('the reporter otlp', () => {
  it('posts a run as JSON, with the headers of the environment, which are secrets', async () => {
    const server = receiver();
    const learned: string[] = [];
    const env = { ...ENV, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer abcdefgh' };
    const reporter = await reporterAt(server, { env, learn: (secret: string) => void learned.push(secret) });

    await reporter.run();

    expect(server.exports).toHaveLength(1);
    expect(server.exports[0]).toMatchObject({
      names: ['orders', 'order'],
      request: {
        place: 'The receiver of traces at otlp.example',
        headers: { 'content-type': 'application/json', authorization: 'Bearer abcdefgh' },
      },
    });
    expect(server.exports[0]?.request.url.href).toBe('https://otlp.example/v1/traces');
    expect(learned).toEqual(['Bearer abcdefgh', 'abcdefgh']);
  });

  it('compresses, if it is to', async () => {
    const server = receiver();
    const reporter = await reporterAt(server, { env: { ...ENV, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' } });

    await reporter.run();

    expect(server.exports[0]?.request.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(server.exports[0]?.names).toEqual(['orders', 'order']);
  });

  it('names the runner as the resource, by variables of OpenTelemetry if they are set', async () => {
    const resourceFor = async (env: object): Promise<string> => {
      const server = receiver();
      await (await reporterAt(server, { env: { ...ENV, ...env } })).run();
      return server.exports[0]?.resource ?? '';
    };
    const inFunction = await resourceFor({ AWS_LAMBDA_FUNCTION_NAME: 'worker', AWS_REGION: 'eu-west-1' });

    expect(await resourceFor({})).toContain('{"key":"service.name","value":{"stringValue":"coalmine"}}');
    expect(await resourceFor({})).not.toContain('cloud.');
    expect(
      await resourceFor({ OTEL_SERVICE_NAME: 'mine', OTEL_RESOURCE_ATTRIBUTES: 'team=a,service.name=b' }),
    ).toMatch(/"team".*"a".*"mine"/);
    expect(await resourceFor({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=b' })).toContain('"b"');
    expect(await resourceFor({ OTEL_RESOURCE_ATTRIBUTES: 'no pairs' })).toContain('"coalmine"');
    for (const value of ['aws', 'aws_lambda', 'eu-west-1', 'worker', 'default'])
      expect(inFunction).toContain(`"${value}"`);
  });

  it('sends runs that end during a request with the next one', async () => {
    const server = receiver();
    const reporter = await reporterAt(server);

    await Promise.all(
      [1, 2, 3].map(async (number) =>
        reporter.run(resultOf({ runId: runIdOf(number), canary: `c${number}` })),
      ),
    );

    expect(server.exports.map(({ names }) => names)).toEqual([['c1'], ['c2', 'c3']]);
  });

  it('sends nothing of a run that was passed over, and nothing at the end if nothing waits', async () => {
    const server = receiver();
    const reporter = await reporterAt(server);

    await reporter.run(resultOf({ verdict: 'skipped' }));
    await reporter.end();

    expect(server.exports).toEqual([]);
  });

  it.each([{ answer: { status: 503 } }, { answer: UNREACHED }])(
    'tries again after growing pauses: $answer',
    async ({ answer }) => {
      const server = receiver(answer, answer, {});
      const fault = await (await reporterAt(server)).run();

      expect(fault).toBeUndefined();
      expect(server.exports.map(({ atMs }) => atMs - 1_700_000_000_000)).toEqual([0, 251, 752]); // with the least jitter
    },
  );

  it('keeps what it could not send, says so, and sends it with the next run', async () => {
    const server = receiver({ status: 503 }, { status: 503 }, { status: 503 }, {});
    const reporter = await reporterAt(server);

    const fault = await reporter.run();
    const next = await reporter.run(resultOf({ canary: 'next' }));

    expect(fault).toMatchObject({
      message: 'The receiver of traces at otlp.example answered 503.',
    });
    expect(next).toBeUndefined();
    expect(server.exports.at(-1)?.names).toEqual(['orders', 'order', 'next']);
  });

  it('sends what is kept at the end', async () => {
    const server = receiver(UNREACHED, UNREACHED, UNREACHED, {});
    const reporter = await reporterAt(server);

    await reporter.run(resultOf({ canary: 'one' }));
    await reporter.end();

    expect(server.exports.at(-1)?.names).toEqual(['one']);
  });

  it('waits for as long as the receiver asks for, if that is short', async () => {
    const server = receiver({ status: 429, retryAfter: '2' }, {});

    await (await reporterAt(server)).run();

    expect(server.exports.map(({ atMs }) => atMs - 1_700_000_000_000)).toEqual([0, 2_001]);
  });

  it('sends nothing before the moment that the receiver names', async () => {
    const server = receiver({ status: 429, retryAfter: '60' }, {});
    const reporter = await reporterAt(server);

    expect(await reporter.run(resultOf({ canary: 'one' }))).toMatchObject({
      message: 'The receiver of traces at otlp.example answered 429.',
    });
    await reporter.run(resultOf({ canary: 'two' }));
    expect(server.exports).toHaveLength(1);
    await server.clock.sleep(60_000);
    await reporter.run(resultOf({ canary: 'three' }));
    expect(server.exports[1]?.names).toEqual(['one', 'two', 'three']);
  });

  it('counts at each end what still waits', async () => {
    const server = receiver({ status: 429, retryAfter: '60' }, {});
    const reporter = await reporterAt(server);
    await reporter.run();
    await reporter.run(resultOf({ canary: 'two' }));
    const unsent = {
      message: 'The receiver of traces at otlp.example answered 429. 3 spans were not sent.',
    };

    expect([await reporter.end(), await reporter.end()]).toMatchObject([unsent, unsent]);
    await server.clock.sleep(60_000);
    expect(await reporter.end()).toBeUndefined();
    expect(server.exports[1]?.names).toEqual(['orders', 'order', 'two']);
  });

  it('grants a receiver a pause of five minutes at most', async () => {
    const server = receiver({ status: 429, retryAfter: '9999999999' }, {});
    const reporter = await reporterAt(server);
    await reporter.run();

    await server.clock.sleep(300_000);

    expect(await reporter.end()).toBeUndefined();
    expect(server.exports).toHaveLength(2);
  });

  it('breaks a request off when its time is spent, counts its spans, and sends them with the next run', async () => {
    const server = receiver();
    let isHanging = true;
    const post: Post = async (request) => {
      if (!isHanging) return server.post(request);
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(UNREACHED));
      });
    };
    const reporter = await reporterAt({ ...server, post });
    const sent = reporter.run();
    await server.clock.sleep(1_000);

    reporter.giveUp();

    expect(await sent).toMatchObject({ message: `${UNREACHED.message} 2 spans were not sent.` });
    isHanging = false;
    expect(await reporter.run(resultOf({ canary: 'next' }))).toBeUndefined();
    expect(server.exports.map(({ names }) => names)).toEqual([['orders', 'order', 'next']]);
  });

  it('tries no more when its time is spent', async () => {
    const server = receiver({ status: 503 });
    const reporter = await reporterAt(server);
    const sent = reporter.run();
    await server.clock.sleep(100);

    reporter.giveUp();
    await sent;

    expect(server.clock.open).toBe(0);
    expect(server.exports.map(({ atMs }) => atMs - 1_700_000_000_000)).toEqual([0]);
  });

  it('drops what the receiver refuses for good, and what it took in part, with a fault', async () => {
    const server = receiver({ status: 401 }, { body: '{"partialSuccess":{"rejectedSpans":"1"}}' }, {});
    const reporter = await reporterAt(server);

    expect(await reporter.run()).toMatchObject({
      message: expect.stringMatching(/answered 401\. Correct its address or its headers\.$/),
    });
    expect(await reporter.run()).toMatchObject({
      message: 'The receiver of traces at otlp.example rejected some of the spans.',
    });
    expect(await reporter.run(resultOf({ canary: 'last' }))).toBeUndefined();
    expect(server.exports.map(({ names }) => names.length)).toEqual([2, 2, 1]);
    expect(await reporter.end()).toMatchObject({
      message: 'The receiver of traces at otlp.example rejected some of the spans. 3 spans were not sent.',
    });
    expect(await reporter.end()).toBeUndefined();
  });

  it('drops the oldest if too many wait, with a fault', async () => {
    const server = receiver({ status: 429, retryAfter: '60' }, {});
    const reporter = await reporterAt(server);
    const large = resultOf({
      steps: Array.from({ length: 4_000 }, () => stepResultOf({ reason: 'x'.repeat(1_024) })),
    });

    await reporter.run(large);
    const faults = [await reporter.run(large), await reporter.run(large)];

    expect(faults[1]).toMatchObject({
      message: 'Too many spans wait for the receiver of traces. The oldest are dropped.',
    });
    expect(await reporter.end()).toMatchObject({
      message: expect.stringMatching(/^Too many .* 12003 spans were not sent\.$/),
    });
  });

  it('reads references of its target at each export, so that a changed secret counts', async () => {
    const server = receiver();
    const learned: string[] = [];
    let version = 0;
    const fill = async (text: string): Promise<string> =>
      text.replace('${secret:otlp}', `key-number-${(version += 1)}`);
    const more = {
      target: 'https://otlp.example x-key=${secret:otlp}',
      fill,
      learn: (secret: string) => void learned.push(secret),
    };
    const reporter = await reporterAt(server, more);

    await reporter.run();
    await reporter.run();

    expect(server.exports.map(({ request }) => request.headers?.['x-key'])).toEqual([
      'key-number-1',
      'key-number-2',
    ]);
    expect(learned).toEqual(['key-number-1', 'key-number-2']);
  });

  it('keeps its spans while a reference cannot be read, and drops them if it never can be', async () => {
    const server = receiver();
    const faults = [new ObserverError('throttled'), new DefinitionError('no such secret'), undefined];
    const fill = async (): Promise<string> => {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      return 'https://otlp.example';
    };
    const reporter = await reporterAt(server, { target: '${otlp}', fill });

    expect(await reporter.run(resultOf({ canary: 'one' }))).toMatchObject({ message: 'throttled' });
    expect(await reporter.run(resultOf({ canary: 'two' }))).toMatchObject({ message: 'no such secret' });
    expect(await reporter.run(resultOf({ canary: 'three' }))).toBeUndefined();
    expect(server.exports.map(({ names }) => names)).toEqual([['three']]);
  });

  it('cannot be opened with an address that is none', async () => {
    await expect(opened(otlp, { target: 'nowhere' })).rejects.toThrow('The receiver of traces is no URL');
  });

  it('reports a fault of its own as it is', async () => {
    const bug = new TypeError('a bug');

    expect(await (await reporterAt(receiver(bug))).run()).toBe(bug);
    expect(
      await (await reporterAt(receiver(), { target: '${a}', fill: async () => Promise.reject(bug) })).run(),
    ).toBe(bug);
  });
});
