import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { correlationIdOf } from '../../../runner/core/base/run-id.ts';
import type { Step } from '../../../runner/core/model/canary.ts';
import type { ActContext, Noun, Verb } from '../../../runner/kinds/kind.ts';
import { push } from '../../../runner/kinds/nouns/http/push.ts';
import { connect } from '../../../runner/kinds/verbs/http/connect.ts';
import { type PushServer, startPushServer } from '../../support/network/push-server.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { actContext } from '../../support/run/kind-contexts.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

let server: PushServer;

beforeAll(async () => {
  server = await startPushServer();
});
afterEach(() => {
  server.deaf = false;
  server.refusal = undefined;
  server.handshakes.length = 0;
  server.received.length = 0;
});
afterAll(async () => server.end());

const connects = (path: string, input: JsonMap = {}, more: Partial<Step> = {}): Step =>
  actStep('open', { kind: 'connect', input: { url: `${server.url}${path}`, ...input }, ...(more as object) });
const expects = (has: JsonMap, more: Partial<Step> = {}): Step =>
  expectStep('see', { kind: 'push', input: {}, has, withinMs: 400, ...(more as object) });
const nevers = (has: JsonMap, more: Partial<Step> = {}): Step =>
  neverStep('never', { kind: 'push', input: {}, has, forMs: 200, ...(more as object) });

/** Runs the steps; each act `send` does what the test says. */
async function run(steps: readonly Step[], act: (context: ActContext) => void = () => {}) {
  const harness = new RunHarness();
  const clock = systemClock();
  harness.act = async (_, context) => {
    act(context);
    return {};
  };
  const engine = {
    clock,
    verbs: { ...harness.engine.verbs, connect: connect as unknown as Verb },
    nouns: { push: push as unknown as Noun },
  };
  return harness.run(canaryOf({}, ...steps), { engine });
}

/** A push that carries the run's id, as a system passes it on. */
const withId = ({ runId }: ActContext, more: JsonMap = {}): JsonMap => ({
  metadata: { correlationId: correlationIdOf(runId) },
  ...more,
});

describe('what is pushed over a WebSocket', () => {
  it('passes if it carries the run id and fits, and the connection is closed in the end', async () => {
    const result = await run(
      [
        connects('/live', { send: { action: 'subscribe' } }),
        actStep('act'),
        expects({ body: { state: 'new' } }),
      ],
      (context) => server.push(withId(context, { state: 'new' })),
    );

    expect(result).toHaveVerdict('passed');
    expect(server.received).toEqual([{ action: 'subscribe' }]);
    expect(server.handshakes[0]).toMatchObject({
      'user-agent': 'coalmine',
      'x-canary': 'test-canary',
      'x-correlation-id': correlationIdOf(result.runId),
    });
  });

  it('is selected by a value of the system, anywhere in it', async () => {
    const result = await run(
      [
        connects('/live'),
        actStep('act'),
        expects({ body: 'order ord_1 is SHIPPED' }, { correlate: 'ord_1' }),
      ],
      () => {
        server.push('order ord_12 is SHIPPED');
        server.push('order ord_1 is SHIPPED');
      },
    );

    expect(result).toHaveVerdict('passed');
  });

  it('is text, JSON, or base64 of what is binary', async () => {
    const seen = [{ body: { a: 1 } }, { body: 'a' }, { body: 'AQI=' }];
    const steps = seen.map((has, n) => expects(has, { name: `see ${n}`, correlate: false }));
    const result = await run([connects('/live'), actStep('act'), ...steps], () => {
      for (const one of [{ a: 1 }, 'a', Buffer.of(1, 2)]) server.push(one);
    });

    expect(result).toHaveVerdict('passed');
  });

  const PACKED: Readonly<Record<string, (text: string) => Buffer>> = {
    gzip: gzipSync,
    zlib: deflateSync,
    Zstandard: zstdCompressSync,
    'plain bytes': Buffer.from,
  };

  it.each(Object.entries(PACKED))('is seen in a binary message: %s', async (_, pack) => {
    const pushed = (context: ActContext): void => {
      server.push(pack(JSON.stringify(withId(context, { state: 'new' }))));
      server.push('later');
    };
    const steps = [connects('/live'), actStep('act')];

    expect(await run([...steps, expects({ body: { state: 'new' } })], pushed)).toHaveVerdict('passed');
    expect(await run([...steps, nevers({})], pushed)).toHaveVerdict('failed', { at: 'never' });
  });

  it.each([
    { what: 'Snappy', bytes: Buffer.from('ff060000734e61507059', 'hex'), why: 'it is compressed by Snappy' },
    {
      what: 'damaged gzip',
      bytes: gzipSync('some text').subarray(0, 20),
      why: 'it begins as gzip, and is damaged',
    },
    {
      what: 'gzip of more than 1 MiB',
      bytes: gzipSync('x'.repeat(1_200_000)),
      why: 'it is longer than 1 MiB',
    },
  ])('makes an absence an error if it cannot be searched for the id: $what', async ({ bytes, why }) => {
    const pushed = (): void => {
      server.push(bytes);
      server.push(bytes);
    };
    const steps = [connects('/live'), actStep('act')];
    const reason = new RegExp(`^2 pushes of ws://.*/live could not be searched for the id: ${why}\\.$`);

    expect(await run([...steps, nevers({})], pushed)).toHaveVerdict('error', { at: 'never', reason });
    const first = await run([connects('/live'), actStep('act'), actStep('again'), expects({})], (context) => {
      server.push(bytes);
      server.push(withId(context));
    });
    expect(first).toHaveVerdict('passed');
    const whole = nevers({ body: { state: 'lost' } }, { correlate: false });
    expect(await run([...steps, whole], pushed)).toHaveVerdict('error', { at: 'never' });
  });

  it.each([
    { what: 'nothing came', pushes: [], reason: 'not within 400 ms: no push was seen' },
    {
      what: 'it differs',
      pushes: [{ state: 'old' }],
      reason: /^not within 400 ms: 1 push was selected, and differs/,
    },
  ])('fails the system if $what while the connection is open', async ({ pushes, reason }) => {
    const result = await run(
      [connects('/live'), actStep('act'), expects({ body: { state: 'new' } })],
      (context) => {
        for (const one of pushes) server.push(withId(context, one));
      },
    );

    expect(result).toHaveVerdict('failed', { at: 'see', reason });
  });

  it('fails a never, and passes one if nothing of the run came', async () => {
    const bad = await run(
      [connects('/live'), actStep('act'), nevers({ body: { state: 'lost' } })],
      (context) => server.push(withId(context, { state: 'lost' })),
    );
    const good = await run([connects('/live'), actStep('act'), nevers({})], () =>
      server.push({ state: 'lost' }),
    );

    expect(bad).toHaveVerdict('failed', { at: 'never', reason: /1 push was seen that should never appear/ });
    expect(good).toHaveVerdict('passed');
    expect(good.steps[2]?.reason).toMatch(/^none of this run in .*; 1 other arrived$/);
  });

  it('of an act above does not count for a later one', async () => {
    let acts = 0;
    const result = await run(
      [connects('/live'), actStep('act'), expects({}), actStep('again'), expects({}, { name: 'see again' })],
      (context) => {
        acts += 1;
        if (acts === 1) server.push(withId(context));
      },
    );

    expect(result).toHaveVerdict('failed', { at: 'see again', reason: /no push was seen/ });
  });
});

describe('the events of one message of AppSync', () => {
  it('have their own ids: one of another run does not count as ours', async () => {
    const step = connects('/event/realtime', { subscribe: { channel: '/orders' } });
    const foreign = { id: 'canary-aaaaaaaaf2b94e0c8d1e5a7b9c3d2f10', state: 'SHIPPED' };
    const act = (context: ActContext): void => {
      const event = [withId(context, { state: 'FAILED' }), foreign].map((one) => JSON.stringify(one));
      server.say({ id: 'coalmine', type: 'data', event });
    };

    const ofOther = await run([step, actStep('act'), expects({ body: { state: 'SHIPPED' } })], act);
    const ofOurs = await run([step, actStep('act'), expects({ body: { state: 'FAILED' } })], act);

    expect(ofOther).toHaveVerdict('failed', { at: 'see', reason: /1 push was selected, and differs/ });
    expect(ofOurs).toHaveVerdict('passed');
  });
});

it.each(['wss', 'WSS', 'Wss'])('an address with %s:// needs the right to its own API', (protocol) => {
  expect(connect.permissions({ url: `${protocol}://live.example.com/prod`, auth: 'aws' })).toEqual([
    { action: 'execute-api:Invoke', resource: 'https://live.example.com/prod' },
  ]);
});

it.each([
  { input: { subprotocols: ['a', 'a'] } },
  { input: { subprotocols: ['a b'] } },
  { input: { url: 'ws://127.0.0.1:1/#part' } },
])('a connection that no WebSocket can have is a mistake of the file: $input', async ({ input }) => {
  const opening = connect.act({ url: `${server.url}/live`, ...input }, actContext({ clock: systemClock() }));

  await expect(opening).rejects.toMatchObject({ blame: 'definition' });
});

describe('a connection that is lost', () => {
  const LOST =
    /^The connection to ws:\/\/127\.0\.0\.1:\d+\/live was lost: .+ What was pushed since is unknown\.$/;

  it.each<{ how: string; act: () => void; why: string }>([
    { how: 'closed', act: () => server.close(1001, 'deploy'), why: '(1001: deploy)' },
    { how: 'cut', act: () => server.cut(), why: '(1006)' },
    {
      how: 'ended by a message that is too long',
      act: () => server.push('x'.repeat(1_100_000)),
      why: '1 MiB',
    },
  ])('is an error of the observer, for expect and never: $how', async ({ act, why }) => {
    for (const check of [expects({}), nevers({}), expects({}, { count: { atLeast: 1, atMost: 1 } })]) {
      const result = await run([connects('/live'), actStep('act'), check], act);

      expect(result).toHaveVerdict('error', { at: check.name, reason: LOST });
      expect(result.steps[2]?.blame).toBe('observer');
      expect(result.steps[2]?.reason).toContain(why);
    }
  });

  it('does not undo what came before: an expect passes, and a never fails', async () => {
    const act = (context: ActContext): void => {
      server.push(withId(context, { state: 'new' }));
      server.close(1000, '');
    };
    const good = await run([connects('/live'), actStep('act'), expects({ body: { state: 'new' } })], act);
    const bad = await run([connects('/live'), actStep('act'), nevers({})], act);

    expect(good).toHaveVerdict('passed');
    expect(bad).toHaveVerdict('failed', { at: 'never' });
  });

  it('is what a connection counts as that pushes more than is kept', async () => {
    const result = await run([connects('/live'), actStep('act'), nevers({})], () => {
      for (let n = 0; n <= 16; n += 1) server.push('x'.repeat(1_048_576));
    });

    expect(result).toHaveVerdict('error', { at: 'never', reason: /pushed more than is kept, 10,000 things/ });
  });
});

it('an absence is an error if the other side does not answer a ping', async () => {
  server.deaf = true;

  const result = await run([connects('/live'), actStep('act'), nevers({})]);

  expect(result).toHaveVerdict('error', { at: 'never', reason: /did not answer a ping/ });
});

describe('a handshake', () => {
  it.each<{ path: string; verdict: 'failed' | 'error'; reason: RegExp | string }>([
    { path: '/closed', verdict: 'failed', reason: 'status 403' },
    { path: '/busy', verdict: 'failed', reason: 'status 503' },
    { path: '/page', verdict: 'failed', reason: 'status 200' },
    { path: '/wrong', verdict: 'failed', reason: /answered the handshake otherwise than RFC 6455 asks/ },
    { path: '/silent', verdict: 'failed', reason: /did not answer within 300 ms/ },
  ])('that the system refuses is its failure: $path', async ({ path, verdict, reason }) => {
    const result = await run([connects(path, {}, { timeoutMs: 300 }), expects({})]);

    expect(result).toHaveVerdict(verdict, { at: 'open', reason });
    expect(result.steps[1]?.verdict).toBe('skipped');
  });

  it('may be expected to be refused', async () => {
    expect(await run([connects('/closed', {}, { response: { status: 403 } })])).toHaveVerdict('passed');
  });

  it.each<{ url: string; verdict: 'failed' | 'error'; reason: RegExp }>([
    { url: 'ws://127.0.0.1:39999/', verdict: 'failed', reason: /refused the connection \(ECONNREFUSED\)/ },
    { url: 'ws://127.0.0.1:1/', verdict: 'error', reason: /a port that no WebSocket may use/ },
    { url: 'ws://169.254.169.254/', verdict: 'error', reason: /may not be reached from a canary/ },
    { url: 'ws://[fd00:ec2::254]/', verdict: 'error', reason: /may not be reached from a canary/ },
  ])('with $url is $verdict', async ({ url, verdict, reason }) => {
    expect(await run([connects('', { url })])).toHaveVerdict(verdict, { at: 'open', reason });
  });

  it('carries the headers, subprotocols and credentials of the file', async () => {
    const input = {
      headers: { 'X-Team': 'shop' },
      subprotocols: ['v2', 'v1'],
      auth: { bearer: 'some-token' },
    };

    expect(await run([connects('/live', input)])).toHaveVerdict('passed');
    expect(server.handshakes[0]).toMatchObject({
      'x-team': 'shop',
      'sec-websocket-protocol': 'v2, v1',
      authorization: 'Bearer some-token',
    });
  });
});

it('two connections differ by their names', async () => {
  const result = await run(
    [
      connects('/live', { as: 'one', send: 'hello' }),
      connects('/graphql', { as: 'two', subscribe: { query: 'subscription { a }' } }, { name: 'open two' }),
      actStep('act'),
      expects({ body: { a: 1 } }, { name: 'of two', input: { connection: 'two' }, correlate: false }),
      nevers({ body: { a: 2 } }, { input: { connection: 'one' }, correlate: false }),
    ],
    () => server.push({ a: 1 }),
  );

  expect(result).toHaveVerdict('passed');
});

describe('a check of a connection that is not open', () => {
  it.each([
    { input: {}, words: 'No step opened a connection' },
    { input: { connection: 'page' }, words: "No step opened the connection 'page'" },
  ])('waits, and is an error in the end: $words', async ({ input, words }) => {
    const result = await run([actStep('act'), nevers({}, { input })]);

    expect(result).toHaveVerdict('error', { at: 'never' });
    expect(result.steps[1]).toMatchObject({ blame: 'observer', reason: expect.stringContaining(words) });
  });
});
