import { describe, expect, it } from '@jest/globals';
import { ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { ExpectStep } from '../../../runner/core/model/canary.ts';
import type { Evidence, StepResult } from '../../../runner/core/model/run-result.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** A harness in which each poll takes the given time, the last one for all that follow. */
function slowHarness(...pollMs: readonly number[]): RunHarness {
  const harness = new RunHarness();
  let polls = 0;
  const shows = harness.poll;
  harness.poll = async (afterMs, ask, input) => {
    const takes = pollMs[Math.min(polls, pollMs.length - 1)] as number;
    polls += 1;
    await harness.clock.sleep(takes);
    return shows(afterMs, ask, input);
  };
  return harness;
}

/** Shows things as they are at the end of each poll. */
function showing(
  harness: RunHarness,
  sight: (afterMs: number) => ReturnType<RunHarness['poll']>,
): RunHarness {
  const slow = harness.poll;
  harness.poll = async (afterMs, ask, input) => {
    await slow(afterMs, ask, input);
    return sight(harness.afterMs);
  };
  return harness;
}

async function expecting(
  harness: RunHarness,
  more: Partial<ExpectStep> = {},
  noun: Partial<Noun> = {},
): Promise<StepResult> {
  const nouns = { ...harness.engine.nouns, thing: { ...(harness.engine.nouns['thing'] as Noun), ...noun } };
  const step = expectStep('it', { withinMs: 10_000, ...more });
  return (await harness.run(canaryOf({}, step), { engine: { nouns } })).steps[0] as StepResult;
}

const outcomeOf = ({ verdict, blame, reason }: StepResult) => ({ verdict, blame, reason });

describe('what a service dates is in time by its date, whenever it was polled', () => {
  const dated = (harness: RunHarness, afterMs: number, n = 0): Partial<Evidence> => ({
    id: `d${n}`,
    final: true,
    happenedAtMs: harness.clock.nowMs() - harness.afterMs + afterMs,
  });

  it.each([
    { happened: 9_000, verdict: 'passed' },
    { happened: 12_000, verdict: 'passed' }, // two clocks differ by so much
    { happened: 12_001, verdict: 'failed' },
  ])('$verdict: happened after $happened ms, seen after 40 s', async ({ happened, verdict }) => {
    const harness = slowHarness(40_000);
    showing(harness, () => [dated(harness, happened)]);

    expect((await expecting(harness)).verdict).toBe(verdict);
  });

  it('is a failure that says how late it came, also if the runner stood still', async () => {
    for (const standsStill of [false, true]) {
      const harness = slowHarness(100, 100, 40_000);
      if (standsStill) harness.clock.standStill(harness.clock.nowMs() + 5_000, 4_000);
      showing(harness, (ms) => (ms > 13_000 ? [dated(harness, 13_000)] : []));

      expect(outcomeOf(await expecting(harness))).toEqual({
        verdict: 'failed',
        blame: 'target',
        reason: 'not within 10 s: it came after 13 s',
      });
    }
  });

  it.each([
    { count: { atLeast: 2 }, verdict: 'failed' },
    { count: { atLeast: 1 }, verdict: 'passed' },
    { count: undefined, verdict: 'passed' },
  ])('counts those in time: $count of two, one of them late: $verdict', async ({ count, verdict }) => {
    const harness = slowHarness(40_000);
    showing(harness, () => [dated(harness, 30_000, 1), dated(harness, 2_000, 2)]);

    expect((await expecting(harness, count === undefined ? {} : { count })).verdict).toBe(verdict);
  });

  it('is timed by the poll if one of those that fit has no date', async () => {
    const harness = slowHarness(40_000);
    showing(harness, () => [dated(harness, 2_000, 1), {}]);

    expect(await expecting(harness)).toMatchObject({ verdict: 'error', blame: 'observer' });
  });
});

describe('what a poll finds is in time by the end of the poll that shows it first', () => {
  it.each([
    { of: 'an AWS API', noun: {}, pollMs: 15_000, verdict: 'passed' },
    { of: 'an AWS API', noun: {}, pollMs: 15_001, verdict: 'error' },
    { of: 'an answer to the run', noun: { repliesToUs: true }, pollMs: 11_000, verdict: 'passed' },
    { of: 'an answer to the run', noun: { repliesToUs: true }, pollMs: 11_001, verdict: 'failed' },
  ] as const)('$of, in a poll that took $pollMs ms: $verdict', async ({ noun, pollMs, verdict }) => {
    const harness = showing(slowHarness(pollMs), () => [{}]);

    expect((await expecting(harness, {}, noun)).verdict).toBe(verdict);
  });

  it('and otherwise says that it is unknown, or how late the answer came', async () => {
    const polled = async (noun: Partial<Noun>) =>
      outcomeOf(
        await expecting(
          showing(slowHarness(20_000), () => [{}]),
          {},
          noun,
        ),
      );

    expect(await polled({})).toEqual({
      verdict: 'error',
      blame: 'observer',
      reason: 'seen after 20 s, by a poll that ended so late that it is unknown if it was there within 10 s',
    });
    expect(await polled({ repliesToUs: true })).toEqual({
      verdict: 'failed',
      blame: 'target',
      reason: 'not within 10 s: the answer came after 20 s',
    });
  });

  it.each([{}, { repliesToUs: true } as const])(
    'is an error of the runner if that stood still: %j',
    async (noun) => {
      const harness = showing(slowHarness(20_000), () => [{}]);
      harness.clock.standStill(harness.clock.nowMs() + 2_000, 4_000);

      const step = await expecting(harness, {}, noun);

      expect(step).toMatchObject({ verdict: 'error', blame: 'runner' });
      expect(step.reason).toContain('perhaps within 10 s');
    },
  );

  it('does not pass for having been there in time and come back too late', async () => {
    const harness = slowHarness(100, 100, 30_000);
    showing(harness, (ms) => (ms < 150 || ms > 10_000 ? [{}] : []));

    expect(await expecting(harness, { forMs: 2_000 })).toMatchObject({ verdict: 'error', blame: 'observer' });
  });
});

describe('what must stay so', () => {
  const staying = async (harness: RunHarness, more: Partial<ExpectStep> = {}) =>
    outcomeOf(await expecting(harness, { withinMs: 5_000, forMs: 60_000, ...more }));

  it('did not if the system did not answer in between', async () => {
    const harness = showing(slowHarness(0), (ms) =>
      ms > 30_000 && ms < 33_000 ? new TargetError('refused') : [{}],
    );

    expect(await staying(harness)).toEqual({
      verdict: 'failed',
      blame: 'target',
      reason: 'did not stay so for 60 s: refused',
    });
  });

  it('may begin anew before the deadline if the system did not answer in between', async () => {
    const harness = showing(slowHarness(0), (ms) =>
      ms > 1_000 && ms < 2_000 ? new TargetError('refused') : [{}],
    );

    expect(await staying(harness, { forMs: 3_000 })).toMatchObject({ verdict: 'passed' });
  });

  it.each([
    { what: 'the present alone', present: true, verdict: 'error' },
    { what: 'what is kept', present: false, verdict: 'passed' },
  ])('is not known if nothing could be polled for long, of $what: $verdict', async ({ present, verdict }) => {
    const harness = showing(slowHarness(0), (ms) =>
      ms > 30_000 && ms < 40_000 ? new ObserverError('throttled') : [{}],
    );
    harness.present = present;

    expect(await staying(harness)).toMatchObject({ verdict });
  });

  it('is not known if a poll took long, of the present alone', async () => {
    const harness = showing(slowHarness(0, 0, 20_000, 0), () => [{}]);
    harness.present = true;

    expect(await staying(harness)).toEqual({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringMatching(/^It was not observed for 20 s, because a poll took that long or failed/),
    });
  });
});

describe('a never', () => {
  const watching = async (harness: RunHarness) =>
    (await harness.run(canaryOf({}, neverStep('it', { forMs: 30_000 })))).steps[0] as StepResult;

  it.each([
    { what: 'the present alone, in a slow poll', present: true, polls: [0, 7_001, 0], verdict: 'error' },
    { what: 'the present alone, in quicker polls', present: true, polls: [0, 6_900, 0], verdict: 'passed' },
    { what: 'what is kept, in a slow poll', present: false, polls: [0, 20_000, 0], verdict: 'passed' },
  ])('of $what: $verdict', async ({ present, polls, verdict }) => {
    const harness = slowHarness(...polls);
    harness.present = present;

    expect((await watching(harness)).verdict).toBe(verdict);
  });

  it('lives with a last poll that takes long: it began when the window was over', async () => {
    const harness = slowHarness(0);
    harness.present = true;
    harness.poll = async (_, { last }) => {
      if (last) await harness.clock.sleep(60_000);
      return [];
    };

    expect((await watching(harness)).verdict).toBe('passed');
  });

  it('fails on what its last poll shows, though it came when the window was over', async () => {
    const harness = slowHarness(0);
    harness.poll = async (_, { last }) => {
      if (last) await harness.clock.sleep(10_000);
      return last ? [{ final: true, happenedAtMs: harness.clock.nowMs() - 1_000 }] : [];
    };

    expect((await watching(harness)).verdict).toBe('failed');
  });
});
