import { describe, expect, it } from '@jest/globals';
import { ObserverError, RunnerError, TargetError } from '../../../runner/core/base/errors.ts';
import type { ExpectStep, NeverStep } from '../../../runner/core/model/canary.ts';
import type { Evidence, RunResult } from '../../../runner/core/model/run-result.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

type Part = Partial<Evidence>;

/** A poll that is unreadable the first time. */
function damagedOnce(): () => ObserverError | Part[] {
  let polls = 0;
  return () => {
    polls += 1;
    return polls === 1 ? new ObserverError('damaged', { again: true }) : [{}];
  };
}

describe('an act', () => {
  it.each([
    { kind: 'send', verdict: 'failed', blame: 'target' },
    { kind: 'call', verdict: 'error', blame: 'observer' },
  ] as const)('that is not answered in time is $verdict for $kind', async ({ kind, verdict, blame }) => {
    const harness = new RunHarness();
    harness.act = async () => new Promise(() => {});

    const result = await harness.run(canaryOf({}, actStep('a', { kind, timeoutMs: 3_000 })));

    expect(result).toHaveVerdict(verdict, { at: 'a', reason: 'did not answer within 3 s' });
    expect(result.steps[0]).toMatchObject({ blame, durationMs: 3_000 });
  });

  it('is held against what the file asks for, over what the verb asks for by itself', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { status: 404, body: { id: 1 } } });

    const byItself = await harness.run(canaryOf({}, actStep('a', { kind: 'call' })));
    const asked = await harness.run(canaryOf({}, actStep('a', { kind: 'call', response: { status: 404 } })));
    const other = await harness.run(
      canaryOf({}, actStep('a', { kind: 'call', response: { body: { id: 2, x: 1 } } })),
    );
    const text = await harness.run(canaryOf({}, actStep('a', { response: 'ok' })));

    expect(byItself).toHaveVerdict('failed', { reason: '' });
    expect(byItself).toHaveVerdict('failed', { at: 'a', reason: 'status 404' });
    expect(asked).toHaveVerdict('passed');
    expect(other).toHaveVerdict('failed', {
      at: 'a',
      reason: 'status 404',
    });
    expect(text).toHaveVerdict('failed', { at: 'a' });
  });

  it('says that a field is missing', async () => {
    const result = await new RunHarness().run(canaryOf({}, actStep('a', { response: { x: 1 } })));

    expect(result).toHaveVerdict('failed', { at: 'a', reason: 'x is missing' });
  });

  it('fails when a path to be saved is missing', async () => {
    const result = await new RunHarness().run(canaryOf({}, actStep('a', { save: { id: 'response.id' } })));

    expect(result).toHaveVerdict('failed', {
      at: 'a',
      reason: "response.id is missing, so 'id' could not be saved",
    });
  });

  it('saves a part of a text, and a later step adds to a number', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { location: '/orders/42?x=1', stock: 7 } });
    const save = { id: 'response.location', before: 'response.stock' };
    const canary = (stock: number) =>
      canaryOf(
        {},
        actStep('a', { save, match: { id: '/orders/([0-9]+)' } }),
        actStep('b', {
          response: { location: { $contains: '${id}' }, stock: { $sum: ['${before}', stock] } },
        }),
      );

    const [same, more] = [await harness.run(canary(0)), await harness.run(canary(2))];

    expect(same).toHaveVerdict('passed');
    expect(same.steps[0]?.saved).toEqual({ id: '42', before: 7 });
    expect(more).toHaveVerdict('failed', { at: 'b', reason: 'stock is 7' });
  });

  it('cannot be judged by an operand that its operator does not take', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { total: 7 } });
    const canary = canaryOf(
      { vars: { least: 'five' } },
      actStep('a', { response: { total: { $atLeast: '${least}' } } }),
    );

    const result = await harness.run(canary);

    expect(result).toHaveVerdict('error', {
      at: 'a',
      reason: "'$atLeast' takes a number or a duration; ${least} is text",
    });
    expect(result.steps[0]).toMatchObject({ blame: 'definition' });
  });

  it('cannot be judged by what was cut', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { body: 'long' }, truncated: ['body'] });

    expect(await harness.run(canaryOf({}, actStep('a', { response: { body: 'long' } })))).toHaveVerdict(
      'error',
      { at: 'a', reason: "'body' was truncated" },
    );
    expect(await harness.run(canaryOf({}, actStep('a')))).toHaveVerdict('passed');
  });

  it('fails by its status alone, though the body was cut', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { status: 500, body: 'long' }, truncated: ['body'] });
    harness.poll = () => [{ data: { status: 500, body: 'long' }, truncated: ['body'] }];
    const pattern = { status: 200, body: { $contains: 'ok' } };

    const acted = await harness.run(canaryOf({}, actStep('a', { response: pattern })));
    const awaited = await harness.run(canaryOf({}, expectStep('b', { has: pattern, withinMs: 1_000 })));

    expect(acted).toHaveVerdict('failed', { at: 'a', reason: 'status 500' });
    expect(acted.steps[0]?.checks.map(({ path }) => path)).toEqual(['status']);
    expect(awaited).toHaveVerdict('failed', { at: 'b', reason: 'status is 500' });
  });

  it.each([
    { fault: new ObserverError('throttled', { retryable: true }), verdict: 'passed' },
    { fault: new RunnerError('no connection left', { retryable: true }), verdict: 'passed' },
    { fault: new TargetError('away', { retryable: true }), verdict: 'degraded' },
  ] as const)(
    'with a policy of retries is repeated, and is $verdict after $fault.name',
    async ({ fault, verdict }) => {
      const harness = new RunHarness();
      harness.act = async (_, __, tried) => (tried === 1 ? Promise.reject(fault) : {});

      const result = await harness.run(canaryOf({}, actStep('a', { retry: { times: 1, waitMs: 500 } })));

      expect(result).toHaveVerdict(verdict);
      expect(result.steps[0]).toMatchObject({ attempts: 2 });
    },
  );

  it('that meets an error without a row in the table of blame names its code', async () => {
    const harness = new RunHarness();
    harness.act = async () => Promise.reject(Object.assign(new Error('odd'), { code: 'ENEVERHEARDOF' }));

    expect((await harness.run(canaryOf({}, actStep('a')))).steps[0]).toMatchObject({
      verdict: 'error',
      blame: 'runner',
      reason: 'This is a fault of Coalmine itself, please report it: Error ENEVERHEARDOF: odd',
    });
  });

  it('is never repeated without `retry`', async () => {
    const harness = new RunHarness();
    harness.act = async () => Promise.reject(new TargetError('away', { retryable: true }));

    const result = await harness.run(canaryOf({}, actStep('a')));

    expect(result.steps[0]).toMatchObject({ verdict: 'failed', attempts: 1 });
    expect(harness.log).toEqual(['act a']);
  });

  it('is degraded when it worked only on a retry', async () => {
    const harness = new RunHarness();
    harness.act = async (_, __, tried) => {
      if (tried === 1) throw new TargetError('away', { retryable: true });
      return tried === 2 ? { data: { status: 503 }, retryable: true } : { data: { status: 200 } };
    };

    const result = await harness.run(
      canaryOf({}, actStep('a', { response: { status: 200 }, retry: { times: 3, waitMs: 500 } })),
    );

    expect(result).toHaveVerdict('degraded', { at: 'a', reason: 'only on try 3' });
    expect(result.durationMs).toBe(1_000);
  });

  it.each([
    { name: 'that succeeds on its second try', correlate: true, timesOut: false },
    { name: 'that is not answered', correlate: true, timesOut: true },
    { name: 'that does not correlate', correlate: false, timesOut: false },
  ])('$name has the span id that its last try sent along, if it sent one', async (given) => {
    const harness = new RunHarness();
    const sent: string[] = [];
    harness.act = async (_, { spanId }, tried) => {
      sent.push(spanId);
      if (tried === 1) throw new TargetError('away', { retryable: true });
      return given.timesOut ? new Promise(() => {}) : {};
    };
    let count = 0;
    const random = { bytes: (length: number) => new Uint8Array(length).fill((count += 1)) };
    const step = actStep('a', { correlate: given.correlate, retry: { times: 1, waitMs: 0 } });

    const result = await harness.run(canaryOf({}, step, expectStep('b')), { engine: { random } });

    expect(new Set(sent).size).toBe(2);
    expect(result.steps.map(({ spanId }) => spanId)).toEqual([
      given.correlate ? sent[1] : undefined,
      undefined,
    ]);
  });

  it('is repeated at most `retry.times` times, and only after a retryable answer', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { status: 503 }, retryable: true });
    const retry = { times: 2, waitMs: 10 };

    const spent = await harness.run(canaryOf({}, actStep('a', { response: { status: 200 }, retry })));
    harness.act = async () => ({ data: { status: 400 } });
    const refused = await harness.run(canaryOf({}, actStep('b', { response: { status: 200 }, retry })));

    expect(spent.steps[0]?.attempts).toBe(3);
    expect(refused.steps[0]?.attempts).toBe(1);
  });

  it('is not repeated once the run has ended', async () => {
    const harness = new RunHarness();
    harness.act = async () => {
      await harness.clock.sleep(600);
      throw new TargetError('away', { retryable: true });
    };

    const result = await harness.run(
      canaryOf({ timeoutMs: 1_000 }, actStep('a', { retry: { times: 9, waitMs: 10 } })),
    );

    expect(result).toHaveVerdict('error', { at: 'a', reason: 'reached its timeout' });
  });

  it('that breaks is a fault of ours, reported as such', async () => {
    const harness = new RunHarness();
    harness.act = async () => Promise.reject(new TypeError('x is not a function'));
    const odd = new RunHarness();
    odd.act = async () => Promise.reject('a text');

    const result = await harness.run(canaryOf({}, actStep('a')));

    expect(result.steps[0]).toMatchObject({
      verdict: 'error',
      blame: 'runner',
      reason: expect.stringContaining('TypeError: x is not a function'),
    });
    expect(await odd.run(canaryOf({}, actStep('a')))).toHaveVerdict('error', { at: 'a', reason: 'a text' });
  });

  it('has a client for acting, and a poll one for polling', async () => {
    class Client {
      readonly config: { readonly purpose: string };
      constructor(config: { readonly purpose: string }) {
        this.config = config;
      }
    }
    const harness = new RunHarness();
    const seen: string[] = [];
    harness.act = async (_, context) => {
      const client: Client = context.clientOf<Client>(Client);
      seen.push(client.config.purpose);
      return {};
    };

    await harness.run(canaryOf({}, actStep('a')));

    expect(seen).toEqual(['act']);
  });
});

describe('an expect', () => {
  const expectCase = async (
    step: Partial<ExpectStep>,
    poll: RunHarness['poll'],
    pushedAtMs: readonly number[] = [],
    complete = false,
  ): Promise<{ result: RunResult; step: RunResult['steps'][number] }> => {
    const harness = new RunHarness();
    Object.assign(harness, { poll, complete });
    for (const ms of pushedAtMs) harness.after(ms, () => harness.wake());
    const result = await harness.run(canaryOf({}, actStep('go'), expectStep('it', step)));
    return { result, step: result.steps[1] as RunResult['steps'][number] };
  };
  const thing = (data: Part['data'], more: Part = {}): Part => ({ data: data ?? {}, ...more });

  it('fails at once when all there will ever be is final and does not fit', async () => {
    const poll: RunHarness['poll'] = (ms) => [thing({ n: 2 }, { final: ms >= 500 })];

    const { step } = await expectCase({ has: { n: 1 } }, poll, [], true);
    const { step: open } = await expectCase({ has: { n: 1 } }, poll);

    expect(step).toMatchObject({
      verdict: 'failed',
      reason: expect.stringContaining('1 thing was selected'),
    });
    expect(step.durationMs).toBeLessThan(2_000);
    expect(open.durationMs).toBe(30_000);
  });

  it.each<{ title: string; poll: RunHarness['poll'] }>([
    { title: 'nothing is there yet', poll: (ms) => (ms < 5_000 ? [] : [thing({ n: 1 })]) },
    {
      title: 'one of two may still change',
      poll: (ms) => [
        thing({ n: 2 }, { id: 'a', final: true }),
        thing({ n: ms < 5_000 ? 3 : 1 }, { id: 'b' }),
      ],
    },
  ])('waits on, though nothing else can come, while $title', async ({ poll }) => {
    const { step } = await expectCase({ has: { n: 1 } }, poll, [], true);

    expect(step.verdict).toBe('passed');
  });

  it.each<{
    title: string;
    step: Partial<ExpectStep>;
    poll: RunHarness['poll'];
    verdict: string;
    reason: string;
  }>([
    {
      title: 'passes at the first poll that fits',
      step: {},
      poll: (ms) => (ms >= 1_000 ? [{}] : []),
      verdict: 'passed',
      reason: 'after 1',
    },
    {
      title: 'takes its last poll at the deadline',
      step: { withinMs: 5_000 },
      poll: (ms) => (ms >= 5_000 ? [{}] : []),
      verdict: 'passed',
      reason: 'after 5 s',
    },
    {
      title: 'fails when the deadline has passed',
      step: { withinMs: 5_000 },
      poll: () => [],
      verdict: 'failed',
      reason: 'not within 5 s: no thing was seen',
    },
    {
      title: 'is content with one of several that fits',
      step: { has: { n: 1 } },
      poll: () => [thing({ n: 2 }), thing({ n: 1 })],
      verdict: 'passed',
      reason: 'after 0 ms',
    },
    {
      title: 'says that what was selected differs',
      step: { has: { n: 1 }, withinMs: 100 },
      poll: () => [thing({ n: 2 })],
      verdict: 'failed',
      reason: 'not within 100 ms: 1 thing was selected, and differs: n is 2',
    },
    {
      title: 'says it of several',
      step: { has: { n: 1 }, withinMs: 100 },
      poll: () => [thing({ n: 2 }), thing({ n: 3 })],
      verdict: 'failed',
      reason: '2 things were selected, and differ: n is 2',
    },
    {
      title: 'selects by where',
      step: { where: { kind: 'a' }, has: { n: 1 } },
      poll: () => [thing({ kind: 'b', n: 1 }), thing({ kind: 'a', n: 1 })],
      verdict: 'passed',
      reason: '',
    },
    {
      title: 'counts redelivery once',
      step: { count: { atLeast: 1, atMost: 1 }, forMs: 5_000 },
      poll: () => [{ id: 'same' }, { id: 'same' }],
      verdict: 'passed',
      reason: 'and still so 5 s later',
    },
    {
      title: 'waits for a duplicate',
      step: { count: { atLeast: 1, atMost: 1 }, forMs: 5_000 },
      poll: (ms) => (ms < 3_000 ? [{}] : [{}, {}]),
      verdict: 'failed',
      reason: 'exactly 1 expected, and 2 things were seen',
    },
    {
      title: 'fails at once above the maximum',
      step: { count: { atLeast: 1, atMost: 2 }, forMs: 5_000 },
      poll: () => [{}, {}, {}],
      verdict: 'failed',
      reason: 'at most 2 expected, and 3 things were seen',
    },
    {
      title: 'wants as many as it asks for',
      step: { count: { atLeast: 3 }, withinMs: 200 },
      poll: () => [{}, {}],
      verdict: 'failed',
      reason: '2 of at least 3 things were seen',
    },
    {
      title: 'wants all of them to fit when it counts',
      step: { count: { atLeast: 2 }, has: { n: 1 }, withinMs: 200 },
      poll: () => [thing({ n: 1 }), thing({ n: 2 })],
      verdict: 'failed',
      reason: '1 thing was selected, and differs',
    },
    {
      title: 'fails at once on a final thing that does not fit when it counts',
      step: { count: { atLeast: 1 }, has: { n: 1 } },
      poll: () => [thing({ n: 2 }, { final: true })],
      verdict: 'failed',
      reason: '1 thing was selected, and differs',
    },
    {
      title: 'must stay',
      step: { forMs: 2_000 },
      poll: () => [{}],
      verdict: 'passed',
      reason: 'and still so 2 s later',
    },
    {
      title: 'starts anew when it left before the deadline',
      step: { forMs: 2_000, withinMs: 10_000 },
      poll: (ms) => (ms > 1_000 && ms < 3_000 ? [] : [{}]),
      verdict: 'passed',
      reason: 'still so 2 s later',
    },
    {
      title: 'fails when it left after the deadline',
      step: { forMs: 5_000, withinMs: 2_000 },
      poll: (ms) => (ms > 1_000 && ms < 4_000 ? [{}] : []),
      verdict: 'failed',
      reason: 'did not stay so for 5 s',
    },
    {
      title: 'holds first at the deadline and must still stay',
      step: { forMs: 1_000, withinMs: 2_000 },
      poll: (ms) => (ms >= 2_000 ? [{}] : []),
      verdict: 'passed',
      reason: 'still so 1 s later',
    },
    {
      title: 'is degraded when it came late',
      step: { warnAfterMs: 500 },
      poll: (ms) => (ms >= 1_000 ? [{}] : []),
      verdict: 'degraded',
      reason: 'later than 0.5 s',
    },
    {
      title: 'is in time just before it is late',
      step: { warnAfterMs: 5_000 },
      poll: () => [{}],
      verdict: 'passed',
      reason: '',
    },
    {
      title: 'saves from what fitted',
      step: { save: { x: 'thing.n' } },
      poll: () => [thing({ n: 1 })],
      verdict: 'passed',
      reason: '',
    },
    {
      title: 'fails when there is nothing to save',
      step: { save: { x: 'thing.m' } },
      poll: () => [thing({ n: 1 })],
      verdict: 'failed',
      reason: 'thing.m is missing',
    },
    {
      title: 'goes on after a poll that could not be made',
      step: {},
      poll: (ms) => (ms < 500 ? new ObserverError('throttled') : [{}]),
      verdict: 'passed',
      reason: '',
    },
    {
      title: 'is an error when the last poll could not be made',
      step: { withinMs: 1_000 },
      poll: () => new ObserverError('throttled'),
      verdict: 'error',
      reason: 'throttled',
    },
    {
      title: 'polls again at once, and once, at what was damaged on the way',
      step: { withinMs: 1_000 },
      poll: damagedOnce(),
      verdict: 'passed',
      reason: 'after 0',
    },
    {
      title: 'is an error when what is read is damaged each time',
      step: { withinMs: 1_000 },
      poll: () => new ObserverError('damaged', { again: true }),
      verdict: 'error',
      reason: 'damaged',
    },
    {
      title: 'is an error when the runner itself could not poll',
      step: { withinMs: 1_000 },
      poll: () => new RunnerError('no connection left'),
      verdict: 'error',
      reason: 'no connection left',
    },
    {
      title: 'ends at once when polling again cannot help',
      step: {},
      poll: () => new ObserverError('denied', { permanent: true }),
      verdict: 'error',
      reason: 'denied',
    },
    {
      title: 'fails when the system cannot be reached until the deadline',
      step: { withinMs: 1_000 },
      poll: () => new TargetError('refused the connection'),
      verdict: 'failed',
      reason: 'not within 1 s: refused the connection',
    },
    {
      title: 'shows what it saw before it could read no more',
      step: { withinMs: 1_000, has: { n: 1 } },
      poll: (ms) => (ms < 500 ? [thing({ n: 2 })] : new TargetError('away')),
      verdict: 'failed',
      reason: 'away',
    },
    {
      title: 'is an error under a value that was cut',
      step: { has: { body: { $contains: 'x' } } },
      poll: () => [thing({ body: 'y' }, { truncated: ['body'] })],
      verdict: 'error',
      reason: "'body' was truncated",
    },
    {
      title: 'is an error below a value that was cut',
      step: { has: { body: { a: 1 } } },
      poll: () => [thing({ body: {} }, { truncated: ['body'] })],
      verdict: 'error',
      reason: "'body' was truncated",
    },
    {
      title: 'breaks as a fault of ours',
      step: {},
      poll: () => new RangeError('oops'),
      verdict: 'error',
      reason: 'fault of Coalmine',
    },
    {
      title: 'needs its values',
      step: { has: '${nobody}' },
      poll: () => [{}],
      verdict: 'error',
      reason: '${nobody} has no value',
    },
  ])('$title', async ({ step, poll, verdict, reason }) => {
    const { step: found } = await expectCase(step, poll);

    expect({ verdict: found.verdict, reason: found.reason }).toEqual({
      verdict,
      reason: expect.stringContaining(reason),
    });
  });

  it('polls often at first and then ever more seldom', async () => {
    const polls: number[] = [];

    await expectCase({ withinMs: 30_000 }, (ms) => {
      polls.push(ms);
      return [];
    });

    const pauses = polls.slice(1).map((ms, n) => ms - (polls[n] as number));
    expect(pauses[0]).toBe(25);
    expect(Math.max(...pauses)).toBe(2_000);
    expect(polls.at(-1)).toBe(30_000);
    expect(polls.length).toBeLessThan(40);
  });

  it('is woken by what is pushed, and polls nothing', async () => {
    const polls: number[] = [];

    const { step } = await expectCase(
      { kind: 'news', withinMs: 30_000, save: { x: 'news' }, count: { atLeast: 1 } },
      (ms) => {
        polls.push(ms);
        return ms >= 700 ? [{ final: true, takenAtMs: 1_700_000_000_650 }] : [];
      },
      [700],
    );

    expect(polls).toEqual([0, 700]);
    expect(step).toMatchObject({ verdict: 'passed', timeToEffectMs: 650 });
  });

  it('does not lose a push that comes while it polls', async () => {
    const harness = new RunHarness();
    let polls = 0;
    harness.poll = () => {
      polls += 1;
      if (polls === 1) harness.wake();
      return polls === 2 ? [{}] : [];
    };

    const result = await harness.run(canaryOf({}, expectStep('it', { kind: 'news' })));

    expect(result).toHaveVerdict('passed');
    expect(harness.afterMs).toBe(0);
  });

  it('asks for evidence since the act above began, and completeness at the end', async () => {
    const asks: { last: boolean; sinceMs: number }[] = [];
    const harness = new RunHarness();
    harness.act = async () => {
      await harness.clock.sleep(300);
      return {};
    };
    harness.poll = (_, ask) => {
      asks.push(ask);
      return [];
    };

    const result = await harness.run(canaryOf({}, actStep('go'), expectStep('it', { withinMs: 100 })));

    expect(asks.every(({ sinceMs }) => sinceMs === result.startedAtMs)).toBe(true);
    expect(asks.map(({ last }) => last)).toEqual([false, false, false, false, true]);
  });

  it('shows the comparisons of the nearest, and the count', async () => {
    const { step } = await expectCase({ has: { a: 1, b: 2 }, withinMs: 10 }, () => [
      thing({ a: 0, b: 0 }),
      thing({ a: 1, b: 0 }),
    ]);
    const { step: bounds } = await expectCase({ count: { atLeast: 1, atMost: 3 }, withinMs: 10 }, () => []);

    expect(step.checks.map(({ path, operator, ok }) => ({ path, operator, ok }))).toEqual([
      { path: '', operator: 'count', ok: true },
      { path: 'a', operator: 'equals', ok: true },
      { path: 'b', operator: 'equals', ok: false },
    ]);
    expect(bounds.checks[0]).toMatchObject({ expected: { $atLeast: 1, $atMost: 3 }, actual: 0, ok: false });
  });
});

describe('a never', () => {
  const neverCase = async (
    step: Partial<NeverStep>,
    poll: RunHarness['poll'],
    ...beside: readonly Partial<ExpectStep>[]
  ) => {
    const harness = new RunHarness();
    harness.poll = poll;
    const result = await harness.run(
      canaryOf(
        {},
        actStep('go'),
        ...beside.map((one, n) => expectStep(`beside${n}`, one)),
        neverStep('it', step),
      ),
    );
    return result.steps.at(-1) as RunResult['steps'][number];
  };

  it.each<{
    title: string;
    step: Partial<NeverStep>;
    poll: RunHarness['poll'];
    verdict: string;
    reason: string;
    tookMs?: number;
  }>([
    {
      title: 'passes only after the whole window',
      step: { forMs: 10_000 },
      poll: () => [],
      verdict: 'passed',
      reason: 'none in 10 s',
      tookMs: 10_000,
    },
    {
      title: 'fails at the first sighting',
      step: {},
      poll: (ms) => (ms >= 25 ? [{}] : []),
      verdict: 'failed',
      reason: '1 thing was seen that should never appear',
      tookMs: 25,
    },
    {
      title: 'counts its sightings',
      step: {},
      poll: () => [{}, {}],
      verdict: 'failed',
      reason: '2 things were seen',
    },
    {
      title: 'polls only for what fits',
      step: { has: { n: 1 } },
      poll: () => [{ data: { n: 2 } }],
      verdict: 'passed',
      reason: 'none',
    },
    {
      title: 'is an error when it could not be read for more than five seconds',
      step: { forMs: 20_000 },
      poll: (ms) => (ms > 1_000 && ms < 9_000 ? new ObserverError('throttled') : []),
      verdict: 'error',
      reason: 'throttled',
    },
    {
      title: 'tolerates a short gap',
      step: { forMs: 20_000 },
      poll: (ms) => (ms > 1_000 && ms < 4_000 ? new ObserverError('throttled') : []),
      verdict: 'passed',
      reason: 'none',
    },
    {
      title: 'is an error if the last poll cannot be complete',
      step: { forMs: 1_000 },
      poll: (_, { last }) => (last ? new ObserverError('not healthy') : []),
      verdict: 'error',
      reason: 'not healthy',
    },
    {
      title: 'is an error when the runner itself could not poll',
      step: { forMs: 1_000 },
      poll: () => new RunnerError('no connection left'),
      verdict: 'error',
      reason: 'no connection left',
    },
    {
      title: 'is an error when the system could not be observed',
      step: { forMs: 1_000 },
      poll: () => new TargetError('away'),
      verdict: 'error',
      reason: 'its state is unknown: away',
    },
  ])('$title', async ({ step, poll, verdict, reason, tookMs }) => {
    const found = await neverCase(step, poll);

    expect({ verdict: found.verdict, reason: found.reason }).toEqual({
      verdict,
      reason: expect.stringContaining(reason),
    });
    if (tookMs !== undefined) expect(found.durationMs).toBe(tookMs);
  });

  it('watches until the checks of its group are settled', async () => {
    const found = await neverCase(
      { forMs: 1_000 },
      (ms, _, input) => (input['slow'] === true && ms >= 7_000 ? [{}] : []),
      { input: { slow: true }, withinMs: 20_000 },
    );

    expect(found).toMatchObject({ verdict: 'passed' });
    expect(found.durationMs).toBeGreaterThanOrEqual(7_000);
  });

  it('sees what comes while the checks of its group last', async () => {
    const found = await neverCase(
      { forMs: 1_000 },
      (ms, _, input) => (input['slow'] === true ? [] : ms >= 5_000 ? [{}] : []),
      { input: { slow: true }, withinMs: 9_000 },
    );

    expect(found.verdict).toBe('failed');
  });

  it('waits for a longer never of its group', async () => {
    const harness = new RunHarness();

    const result = await harness.run(
      canaryOf({}, neverStep('short', { kind: 'news', forMs: 1_000 }), neverStep('long', { forMs: 5_000 })),
    );

    expect(result.steps.map(({ durationMs, verdict }) => [verdict, durationMs])).toEqual([
      ['passed', 5_000],
      ['passed', 5_000],
    ]);
    expect(harness.clock.open).toBe(0);
  });
});
