import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Canary, Step } from '../../../runner/core/model/canary.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { ReceivedRequest } from '../../../runner/engine/inbox/receive.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { request } from '../../../runner/kinds/nouns/http/request.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { InboxReceiver, pathOf } from '../../support/run/inbox-receiver.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

interface Sent extends Partial<ReceivedRequest> {
  /** Below the inbox. */
  readonly path?: string;
  /** After the act, in milliseconds. @default 0 */
  readonly afterMs?: number;
}

/** A request that the receiver cannot take; without an address if it cannot be read so far. */
interface Refused {
  readonly method?: string;
  /** Below the inbox. */
  readonly path?: string;
}

interface SystemRun {
  readonly result: RunResult;
  readonly statuses: readonly number[];
  readonly bodies: readonly string[];
}

const ACT = actStep('order', { input: { callbackUrl: '${run.inbox}' } });

/** A run whose act lets the system send some requests to the inbox. */
async function runWith(
  sent: readonly Sent[],
  steps: readonly Step[],
  more: Partial<Canary> & {
    readonly receiver?: (receiver: InboxReceiver) => void;
    readonly refused?: Refused;
  } = {},
): Promise<SystemRun> {
  const harness = new RunHarness();
  const receiver = new InboxReceiver({ clock: harness.clock, most: 200 });
  const answers: { readonly status: number; readonly body: string }[] = [];
  harness.act = async ({ callbackUrl }) => {
    const { pathname } = new URL(String(callbackUrl));
    const send = async ({ path = '', ...one }: Sent): Promise<void> =>
      void answers.push(await receiver.send({ ...one, target: `${pathname}${path}` }));
    for (const one of sent) {
      if (one.afterMs === undefined) await send(one);
      else harness.after(harness.afterMs + one.afterMs, () => void send(one));
    }
    more.receiver?.(receiver);
    if (refused !== undefined) {
      const { method, path } = refused;
      const target = path === undefined ? undefined : `${pathname}${path}`;
      receiver.refused = [{ atMs: harness.clock.nowMs(), method, target, why: 'it broke off' }];
    }
    await harness.clock.sleep(100);
    return {};
  };
  const { receiver: _, refused, ...canary } = more;
  const engine = { nouns: { request: request as unknown as Noun }, inboxes: receiver.inboxes };
  const result = await harness.run(canaryOf(canary, ...steps), { engine });
  return { result, statuses: answers.map(({ status }) => status), bodies: answers.map(({ body }) => body) };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function json(body: Json): Pick<ReceivedRequest, 'body' | 'headers'> {
  return { body: Buffer.from(JSON.stringify(body)), headers: JSON_TYPE };
}

function paid(more: Parameters<typeof expectStep>[1] = {}) {
  return expectStep('paid', { kind: 'request', input: { path: '/paid' }, ...more });
}

describe('a request that is waited for', () => {
  it('is seen with its method, path, query, headers and body', async () => {
    const has = {
      method: 'PUT',
      path: '/paid',
      query: { a: '1' },
      headers: { 'Content-Type': 'application/json' },
      body: { status: 'PAID' },
    };
    const sent = { ...json({ status: 'PAID' }), method: 'PUT', path: '/paid?a=1', afterMs: 3_000 };
    const { result } = await runWith([sent], [ACT, paid({ has })]);

    expect(result).toHaveVerdict('passed');
    expect(result.steps[1]?.timeToEffectMs).toBe(3_007);
  });

  it('is read with its content encoding, of any number of headers, once', async () => {
    const { clock } = new RunHarness();
    const receiver = new InboxReceiver({ clock });
    const inbox = await receiver.open();
    const noun = request as unknown as Noun;
    const watch = await noun.open({}, {
      inbox: { ...inbox, mask: () => {} },
      asks: { absence: false, fields: 'all' },
    } as never);
    await receiver.send({
      target: pathOf(inbox),
      body: gzipSync('{"status":"PAID"}'),
      headers: { ...JSON_TYPE, 'content-encoding': ['gzip'] },
    });
    const polls = [
      await watch.poll({ sinceMs: 0, last: false }),
      await watch.poll({ sinceMs: 0, last: false }),
    ];

    expect(polls[0]?.selected).toEqual([
      expect.objectContaining({ data: expect.objectContaining({ path: '/', body: { status: 'PAID' } }) }),
    ]);
    expect(polls[1]?.selected[0]).toBe(polls[0]?.selected[0]);
  });

  it('fails if none came, and says what came elsewhere', async () => {
    const { result } = await runWith([{ path: '/failed', method: 'GET' }], [ACT, paid({ withinMs: 5_000 })]);

    expect(result).toHaveVerdict('failed', { at: 'paid', reason: /no request was seen/ });
    expect(result.steps[1]).toMatchObject({
      blame: 'target',
      hop: 'inbox /paid',
      nearby: ['1 request was not selected: it is GET /failed'],
    });
  });

  it('is not one that came before the act above', async () => {
    const { result } = await runWith(
      [{ path: '/paid' }],
      [
        ACT,
        actStep('later', { input: { callbackUrl: 'https://a.example/inbox/none' } }),
        paid({ withinMs: 1_000 }),
      ],
    );

    // The second act sends the same again, to no inbox.
    expect(result).toHaveVerdict('failed', { at: 'paid' });
  });

  it('counts twice if the system sends it twice', async () => {
    const twice = [{ path: '/paid' }, { path: '/paid', afterMs: 100 }];
    const { result } = await runWith(twice, [ACT, paid({ count: { atLeast: 1, atMost: 1 }, forMs: 5_000 })]);

    expect(result).toHaveVerdict('failed', { at: 'paid', reason: /2/ });
  });

  it('belongs to the run by its token alone, and a lost id is no fault', async () => {
    const { result } = await runWith([{ path: '/paid', ...json({ status: 'PAID' }) }], [ACT, paid()], {});

    expect(result).toHaveVerdict('passed');
    expect(result.steps[1]?.evidence[0]).toMatchObject({ kind: 'request', final: true });
  });
});

describe('a request that must not come', () => {
  const never = neverStep('refused', { kind: 'request', input: { method: 'POST', path: '/refused' } });

  it('fails the check if it comes', async () => {
    const { result } = await runWith([{ path: '/refused', afterMs: 2_000 }], [ACT, never]);

    expect(result).toHaveVerdict('failed', { at: 'refused' });
  });

  it('passes the check if only others come, and a request of our own arrives at the end', async () => {
    expect((await runWith([{ path: '/paid' }], [ACT, never])).result).toHaveVerdict('passed');
  });

  it.each([
    ['never', never],
    ['expect', paid({ withinMs: 1_000 })],
  ])('is an error if the inbox is no longer reached at the end: %s', async (_, step) => {
    const { result } = await runWith([], [ACT, step], {
      receiver: (receiver) => {
        receiver.post = async () => ({ status: 502, body: '' });
      },
    });

    expect(result.steps[1]).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringContaining('it answered 502'),
    });
  });

  it('is an error over a body that was too large to be kept', async () => {
    const step = neverStep('bad', { kind: 'request', has: { body: { status: 'BAD' } } });
    const { result } = await runWith([{ path: '/any', isWhole: false }], [ACT, step]);

    expect(result.steps[1]).toMatchObject({ verdict: 'error', reason: expect.stringContaining('256 KiB') });
  });
});

describe('the answer to a request', () => {
  const answering = (answer: Json, more = {}) =>
    expectStep('it', { kind: 'request', input: { answer, ...more } });

  it.each<[string, Json, number, string]>([
    ['a status alone', { status: 503 }, 503, ''],
    ['a map, as JSON', { body: { ok: true } }, 200, '{"ok":true}'],
    [
      'a text, as it is',
      { status: 202, body: 'taken', headers: { 'Content-Type': 'text/csv' } },
      202,
      'taken',
    ],
    ['headers alone', { headers: { 'Retry-After': 1 } }, 200, ''],
  ])('is the one of the step: %s', async (_, answer, status, body) => {
    const { statuses, bodies, result } = await runWith([{ path: '/' }], [ACT, answering(answer)]);

    expect(result).toHaveVerdict('passed');
    expect([statuses, bodies]).toEqual([[status], [body]]);
  });

  it('is empty, of status 200, if no step says one', async () => {
    const { statuses, bodies } = await runWith([{ path: '/' }], [ACT, expectStep('it', { kind: 'request' })]);

    expect([statuses, bodies]).toEqual([[200], ['']]);
  });
});

describe('a request that the inbox could not take', () => {
  const input = { method: 'POST', path: '/paid' };
  const checks = {
    expect: expectStep('it', { kind: 'request', input, withinMs: 1_000 }),
    never: neverStep('it', { kind: 'request', input, forMs: 1_000 }),
    any: expectStep('it', { kind: 'request', withinMs: 1_000 }),
  };

  it.each<[string, keyof typeof checks, Refused, RegExp]>([
    ['an unread one', 'expect', {}, /^A request came to the inbox, which could not take it: it broke off\./],
    ['an unread one', 'never', {}, /it broke off/],
    ['an unread one', 'any', {}, /it broke off/],
    ['one of its address', 'expect', input, /^The request POST \/paid came to the inbox/],
    ['one of its address', 'never', input, /it broke off/],
    ['one of any address', 'any', input, /it broke off/],
  ])('makes the check an error of the observer: %s, for %s', async (_, check, refused, reason) => {
    const { result } = await runWith([], [ACT, checks[check]], { refused });

    expect(result).toHaveVerdict('error', { at: 'it', reason });
    expect(result.steps[1]?.blame).toBe('observer');
  });

  it.each<Refused>([
    { method: 'PUT', path: '/paid' },
    { method: 'POST', path: '/other' },
  ])('leaves the verdict of a check of another address as it is: $method $path', async (refused) => {
    expect((await runWith([], [ACT, checks.expect], { refused })).result).toHaveVerdict('failed');
    expect((await runWith([], [ACT, checks.never], { refused })).result).toHaveVerdict('passed');
  });
});

describe('the secrets of an inbox', () => {
  it('are its token and the credentials that the system sent: both are masked', async () => {
    const headers = {
      authorization: 'Bearer of-the-partner-4711',
      'x-shop-signature': 'signed-4711-by-shop',
    };
    const { result } = await runWith([{ path: '/paid', headers }], [ACT, paid({ has: { headers } })]);
    const text = JSON.stringify(result);

    expect(result).toHaveVerdict('passed');
    expect(text).not.toMatch(/of-the-partner-4711|signed-4711-by-shop|inbox\/[\w-]{43}/);
  });

  const SECRET = 'sk_live_SECRETTOKEN123';
  it.each<[string, Sent]>([
    ['a bearer token', { headers: { ...JSON_TYPE, authorization: `Bearer ${SECRET}` } }],
    [
      'a password',
      {
        headers: {
          ...JSON_TYPE,
          authorization: `Basic ${Buffer.from(`shop:${SECRET}`).toString('base64')}`,
        },
      },
    ],
    ['one value of a cookie', { headers: { ...JSON_TYPE, cookie: `a=b; session=${SECRET}` } }],
    [
      'a signature with its algorithm',
      { headers: { ...JSON_TYPE, 'x-hub-signature-256': `sha256=${SECRET}` } },
    ],
    ['a header with a version', { headers: { ...JSON_TYPE, 'x-shop-api-token-v2': SECRET } }],
    ['a parameter', { headers: JSON_TYPE, path: `/paid?access_token=${SECRET}` }],
  ])('are masked in a body that repeats them, if the check fails too: %s', async (_, sent) => {
    const body = Buffer.from(JSON.stringify({ status: 'PAID', again: SECRET }));
    const has = { body: { status: 'NOPE' } };
    const { result } = await runWith(
      [{ path: '/paid', ...sent, body }],
      [ACT, paid({ has, withinMs: 1_000 })],
    );

    expect(result).toHaveVerdict('failed');
    expect(JSON.stringify(result)).toContain('PAID');
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it('are masked also if another request brought them', async () => {
    const sent = [
      { path: '/other', headers: { authorization: SECRET } },
      { path: '/paid', ...json({ again: SECRET }) },
    ];
    const { result } = await runWith(sent, [ACT, paid()]);

    expect(result).toHaveVerdict('passed');
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it('are masked next to their names alone if they are short', async () => {
    const headers = { ...JSON_TYPE, authorization: 'abcd' };
    const sent = { path: '/paid?sig=wxyz', headers, body: Buffer.from('{"again":"abcd"}') };
    const { result } = await runWith([sent], [ACT, paid()]);

    expect(result.steps[1]?.evidence[0]?.data).toMatchObject({
      headers: { authorization: '***' },
      query: { sig: '***' },
      body: { again: 'abcd' },
    });
  });
});

describe('a canary without an inbox', () => {
  it('is an error where none can be opened', async () => {
    const harness = new RunHarness();
    const nouns = { request: request as unknown as Noun };

    for (const steps of [[ACT], [expectStep('it', { kind: 'request' })]])
      expect(await harness.run(canaryOf({}, ...steps), { engine: { nouns } })).toHaveVerdict('error', {
        reason: /No inbox can be opened here/,
      });
  });

  it('opens none', async () => {
    const opened: unknown[] = [];
    const harness = new RunHarness();
    const inboxes = { open: async (of: unknown) => Promise.reject(opened.push(of)) };

    expect(await harness.run(canaryOf({}, actStep('it')), { engine: { inboxes } })).toHaveVerdict('passed');
    expect(opened).toEqual([]);
  });

  it('acts nothing if its inbox is not reached', async () => {
    const harness = new RunHarness();
    const receiver = new InboxReceiver({ clock: harness.clock });
    receiver.post = async () => ({ status: 404, body: '' });
    const result = await harness.run(canaryOf({}, ACT), { engine: { inboxes: receiver.inboxes } });

    expect(result).toMatchObject({ verdict: 'error', blame: 'observer' });
    expect(harness.log).toEqual([]);
  });

  it('ends as it was if the inbox cannot be closed', async () => {
    const harness = new RunHarness();
    const receiver = new InboxReceiver({ clock: harness.clock });
    const inboxes = {
      open: async (of: { readonly untilMs: number }) => ({
        ...(await receiver.inboxes.open(of)),
        close: async () => Promise.reject(new Error('throttled')),
      }),
    };

    expect(await harness.run(canaryOf({}, ACT), { engine: { inboxes } })).toHaveVerdict('passed');
  });
});
