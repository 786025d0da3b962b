import { describe, expect, it } from '@jest/globals';
import { ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { Evidence, RunResult } from '../../../runner/core/model/run-result.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const STOOD_STILL = /^The runner stood still for (4|6|12) s, so this says nothing of the system: /;

/** A harness whose runner stands still from a moment on, for so long. */
function standstillHarness(afterMs: number, forMs: number): RunHarness {
  const harness = new RunHarness();
  harness.clock.standStill(harness.clock.nowMs() + afterMs, forMs);
  return harness;
}

function errorOfTheRunner(result: RunResult, at: string, words: string | RegExp): void {
  expect(result).toHaveVerdict('error', { at, reason: STOOD_STILL });
  expect(result).toHaveVerdict('error', { at, reason: words });
  expect(result.steps.find(({ name }) => name === at)?.blame).toBe('runner');
}

describe('an act, if the runner stands still for 12 s', () => {
  it.each(['send', 'call'])('is no failure of its %s, though its time is over', async (kind) => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => new Promise(() => {});

    const result = await harness.run(canaryOf({}, actStep('a', { kind, timeoutMs: 10_000 })));

    errorOfTheRunner(result, 'a', 'did not answer within 10 s');
  });

  it('keeps the answer that came meanwhile', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      return { data: { status: 201 } };
    };

    const result = await harness.run(
      canaryOf({}, actStep('a', { timeoutMs: 10_000, response: { status: 201 } })),
    );

    expect(result).toHaveVerdict('passed');
  });

  it('keeps an answer that differs', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      return { data: { status: 500 } };
    };

    const result = await harness.run(
      canaryOf({}, actStep('a', { timeoutMs: 10_000, response: { status: 201 } })),
    );

    expect(result).toHaveVerdict('failed', { at: 'a', reason: 'status 500' });
  });

  it('does not blame the system for a connection that broke meanwhile, nor asks again', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      throw new TargetError('shop closed the connection.', { retryable: true });
    };

    const result = await harness.run(
      canaryOf({}, actStep('a', { timeoutMs: 60_000, retry: { times: 2, waitMs: 10 } })),
    );

    errorOfTheRunner(result, 'a', 'shop closed the connection. Check its machine');
    expect(result.steps[0]?.attempts).toBe(1);
  });

  it('does not blame the observer for a call of AWS that broke meanwhile', async () => {
    const harness = standstillHarness(500, 12_000);
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      throw reset;
    };
    const sortFault = (thrown: unknown) =>
      thrown === reset ? new ObserverError('AWS could not be reached.', { retryable: true }) : thrown;
    const canary = canaryOf({}, actStep('a', { kind: 'call', timeoutMs: 60_000 }));

    errorOfTheRunner(
      await harness.run(canary, { engine: { classifyAwsError: sortFault } }),
      'a',
      'AWS could not be reached',
    );

    const well = new RunHarness();
    well.act = async () => Promise.reject(reset);
    const result = await well.run(canary, { engine: { classifyAwsError: sortFault } });
    expect(result).toHaveVerdict('error', { at: 'a', reason: 'the api: AWS could not be reached.' });
  });

  it('blames the system for what it refused', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      throw new TargetError('it is refused');
    };

    const result = await harness.run(canaryOf({}, actStep('a', { timeoutMs: 10_000 })));

    expect(result).toHaveVerdict('failed', { at: 'a', reason: 'it is refused' });
  });

  it('is judged as ever if that was before it', async () => {
    const harness = standstillHarness(0, 12_000);
    harness.act = async () => new Promise(() => {});
    await harness.clock.sleep(13_000);

    const result = await harness.run(canaryOf({}, actStep('a', { timeoutMs: 10_000 })));

    expect(result).toHaveVerdict('failed', { at: 'a', reason: 'did not answer within 10 s' });
  });

  it.each([
    { asked: { time: { $below: '2s' } }, measured: '12300ms', verdict: 'error' },
    { asked: { time: { $above: '2s' } }, measured: '12300ms', verdict: 'error' },
    { asked: { timings: { firstByte: { $atMost: '2s' } } }, measured: '12300ms', verdict: 'error' },
    { asked: { time: { $below: '20s' } }, measured: '12300ms', verdict: 'passed' },
    { asked: { time: { $below: '2s' }, status: 200 }, measured: '12300ms', verdict: 'failed' },
    { asked: { status: 201 }, measured: '12300ms', verdict: 'passed' },
  ] as const)('and %j is asked of its answer, is $verdict', async ({ asked, measured, verdict }) => {
    const harness = new RunHarness();
    const overlong = { paths: ['time', 'timings'], stoodStillMs: 12_000 };
    const data = { status: 201, time: measured, timings: { firstByte: measured } };
    harness.act = async () => ({ data, overlong });

    const result = await harness.run(canaryOf({}, actStep('a', { response: asked })));

    expect(result).toHaveVerdict(verdict, { at: 'a' });
    if (verdict === 'error') errorOfTheRunner(result, 'a', 'is "12300ms"');
  });
});

describe('a run, if the runner stands still for 12 s', () => {
  it('does not advise a longer timeout when its own time is over', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async () => new Promise(() => {});

    const result = await harness.run(canaryOf({ timeoutMs: 9_000 }, actStep('a', { timeoutMs: 10_000 })));

    errorOfTheRunner(result, 'a', 'The run reached its timeout');
    expect(result.reason).not.toContain("Raise its 'timeout'");
    expect(result).toMatchObject({ verdict: 'error', blame: 'runner' });
  });

  it('says so of a cleanup that was not over in time', async () => {
    const harness = standstillHarness(500, 12_000);
    harness.act = async (_, { stepId }) => (stepId === 'c' ? new Promise(() => {}) : {});
    const cleanup = [actStep('c', { timeoutMs: 60_000 })];

    const result = await harness.run(canaryOf({ cleanup }, actStep('a')));

    expect(result.cleanup[0]).toMatchObject({ verdict: 'error', blame: 'runner' });
    expect(result.cleanup[0]?.reason).toMatch(STOOD_STILL);
  });
});

describe('an expect, if the runner stands still for 6 s', () => {
  const within = (more: object = {}) =>
    canaryOf({}, expectStep('e', { kind: 'thing', withinMs: 3_000, ...more }));

  it('does not say that nothing came within its time', async () => {
    const harness = standstillHarness(1_000, 6_000);

    errorOfTheRunner(await harness.run(within()), 'e', 'not within 3 s: no thing was seen');
  });

  it('does not blame the system, nor the observer, for polls that did not work', async () => {
    for (const fault of [new TargetError('refused'), new ObserverError('throttled')]) {
      const harness = standstillHarness(1_000, 6_000);
      harness.poll = () => fault;

      errorOfTheRunner(await harness.run(within()), 'e', fault.message);
    }
  });

  it('does not know whether what it sees then was there in time', async () => {
    const harness = standstillHarness(1_000, 6_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{}] : []);

    errorOfTheRunner(await harness.run(within()), 'e', /seen after 7(\.\d+)? s, perhaps within 3 s/);
  });

  it('knows what a tap received in time', async () => {
    const harness = standstillHarness(1_000, 6_000);
    const atMs = harness.clock.nowMs() + 2_000;
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{ final: true, takenAtMs: atMs }] : []);

    expect(await harness.run(within({ kind: 'news' }))).toHaveVerdict('passed', { at: 'e' });
  });

  it.each([
    { sentMs: 2_000, more: {}, verdict: 'passed', timeToEffectMs: 2_000 },
    { sentMs: 2_000, more: { warnAfterMs: 1_000 }, verdict: 'degraded', timeToEffectMs: 2_000 },
    { sentMs: undefined, more: { withinMs: 9_000 }, verdict: 'passed', timeToEffectMs: undefined },
    { sentMs: undefined, more: {}, verdict: 'error', timeToEffectMs: undefined },
    { sentMs: undefined, more: { withinMs: 9_000, warnAfterMs: 1_000 }, verdict: 'error' },
  ] as const)('has the time of a message from its service: $sentMs, $more is $verdict', async (row) => {
    const { sentMs, more, verdict, timeToEffectMs } = row;
    const harness = standstillHarness(1_000, 6_000);
    const startMs = harness.clock.nowMs();
    const sent = sentMs === undefined ? {} : { happenedAtMs: startMs + sentMs };
    const seen = { final: true, takenAtMs: startMs + 7_500, ...sent };
    harness.poll = (afterMs) => (afterMs > 2_000 ? [seen] : []);

    const result = await harness.run(within({ kind: 'news', ...more }));

    expect(result).toHaveVerdict(verdict, { at: 'e' });
    expect(result.steps[0]?.timeToEffectMs).toBe(timeToEffectMs);
  });

  it('keeps what it saw before, and what is there within its time all the same', async () => {
    const harness = standstillHarness(1_000, 6_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{}] : []);

    expect(await harness.run(within({ withinMs: 10_000 }))).toHaveVerdict('passed', { at: 'e' });
  });

  it('keeps a failure that it saw', async () => {
    const harness = standstillHarness(1_000, 6_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{ data: { n: 2 }, final: true }] : []);

    const result = await harness.run(within({ has: { n: 1 }, count: { atLeast: 1, atMost: 1 } }));

    expect(result).toHaveVerdict('failed', { at: 'e', reason: 'differs' });
  });

  it('does not call what it sees then late', async () => {
    const harness = standstillHarness(1_000, 6_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{}] : []);

    const result = await harness.run(within({ withinMs: 10_000, warnAfterMs: 4_000 }));

    errorOfTheRunner(result, 'e', /after 7(\.\d+)? s, later than 4 s/);
  });

  it.each([
    { kind: 'thing', verdict: 'error' },
    { kind: 'news', verdict: 'passed' },
  ] as const)('is $verdict for a $kind that was to stay', async ({ kind, verdict }) => {
    const harness = standstillHarness(1_000, 6_000);
    harness.poll = () => [{}];

    const result = await harness.run(within({ kind, forMs: 2_000 }));

    expect(result).toHaveVerdict(verdict, { at: 'e' });
    if (verdict === 'error') errorOfTheRunner(result, 'e', 'it is unknown if it stayed so for 2 s');
  });

  it('fails as ever if that was before it, or comes after it', async () => {
    const harness = standstillHarness(0, 6_000);
    await harness.clock.sleep(7_000);

    expect(await harness.run(within())).toHaveVerdict('failed', { at: 'e', reason: 'not within 3 s' });
  });

  it('polls again where a duration decides that is too long', async () => {
    const harness = new RunHarness();
    const data: Partial<Evidence> = {
      data: { time: '9000ms' },
      overlong: { paths: ['time'], stoodStillMs: 6_000 },
    };
    const has = { time: { $below: '1s' } };
    harness.poll = (afterMs) => (afterMs > 1_000 ? [{ data: { time: '30ms' } }] : [data]);

    expect(await harness.run(within({ has }))).toHaveVerdict('passed', { at: 'e' });

    harness.poll = () => [data];
    errorOfTheRunner(await harness.run(within({ has })), 'e', 'time is "9000ms"');
    errorOfTheRunner(await harness.run(within({ where: has })), 'e', 'time is "9000ms"');
  });
});

describe('a never, if the runner stands still for 4 s', () => {
  it.each([
    { kind: 'thing', verdict: 'error' },
    { kind: 'news', verdict: 'passed' },
  ] as const)('is $verdict for a $kind that was not seen', async ({ kind, verdict }) => {
    const harness = standstillHarness(1_000, 4_000);

    const result = await harness.run(canaryOf({}, neverStep('n', { kind, forMs: 3_000 })));

    expect(result).toHaveVerdict(verdict, { at: 'n' });
    if (verdict === 'error') errorOfTheRunner(result, 'n', 'it is unknown if one appeared meanwhile');
  });

  it('keeps what it saw', async () => {
    const harness = standstillHarness(1_000, 4_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? [{}] : []);

    const result = await harness.run(canaryOf({}, neverStep('n', { kind: 'thing', forMs: 3_000 })));

    expect(result).toHaveVerdict('failed', { at: 'n' });
  });

  it('does not blame the observer for a last poll that did not work', async () => {
    const harness = standstillHarness(1_000, 4_000);
    harness.poll = (afterMs) => (afterMs > 2_000 ? new ObserverError('throttled') : []);

    errorOfTheRunner(
      await harness.run(canaryOf({}, neverStep('n', { kind: 'news', forMs: 3_000 }))),
      'n',
      'throttled',
    );
  });

  it('does not take a duration that is too long for a sighting', async () => {
    const harness = new RunHarness();
    harness.poll = () => [{ data: { time: '5000ms' }, overlong: { paths: ['time'], stoodStillMs: 4_000 } }];

    const result = await harness.run(
      canaryOf({}, neverStep('n', { kind: 'thing', forMs: 3_000, has: { time: { $above: '2s' } } })),
    );

    errorOfTheRunner(result, 'n', 'time is "5000ms"');
  });
});
