import { describe, expect, it } from '@jest/globals';
import { ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { ExpectStep } from '../../../runner/core/model/canary.ts';
import type { Evidence, StepResult } from '../../../runner/core/model/run-result.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** A world in which each poll takes the given time, the last one for all that follow. */
function slowWorld(...pollMs: readonly number[]): RunHarness {
  const world = new RunHarness();
  let polls = 0;
  const shows = world.poll;
  world.poll = async (afterMs, ask, input) => {
    const takes = pollMs[Math.min(polls, pollMs.length - 1)] as number;
    polls += 1;
    await world.clock.sleep(takes);
    return shows(afterMs, ask, input);
  };
  return world;
}

/** Shows things as they are at the end of each poll. */
function showing(world: RunHarness, sight: (afterMs: number) => ReturnType<RunHarness['poll']>): RunHarness {
  const slow = world.poll;
  world.poll = async (afterMs, ask, input) => {
    await slow(afterMs, ask, input);
    return sight(world.afterMs);
  };
  return world;
}

async function expecting(
  world: RunHarness,
  more: Partial<ExpectStep> = {},
  noun: Partial<Noun> = {},
): Promise<StepResult> {
  const nouns = { ...world.engine.nouns, thing: { ...(world.engine.nouns['thing'] as Noun), ...noun } };
  const step = expectStep('it', { withinMs: 10_000, ...more });
  return (await world.run(canaryOf({}, step), { engine: { nouns } })).steps[0] as StepResult;
}

const told = ({ verdict, blame, reason }: StepResult) => ({ verdict, blame, reason });

describe('what a service dates is in time by its date, whenever it was polled', () => {
  const dated = (world: RunHarness, afterMs: number, n = 0): Partial<Evidence> => ({
    id: `d${n}`,
    final: true,
    happenedAtMs: world.clock.nowMs() - world.afterMs + afterMs,
  });

  it.each([
    { happened: 9_000, verdict: 'passed' },
    { happened: 12_000, verdict: 'passed' }, // two clocks differ by so much
    { happened: 12_001, verdict: 'failed' },
  ])('$verdict: happened after $happened ms, seen after 40 s', async ({ happened, verdict }) => {
    const world = slowWorld(40_000);
    showing(world, () => [dated(world, happened)]);

    expect((await expecting(world)).verdict).toBe(verdict);
  });

  it('is a failure that says how late it came, also if the runner stood still', async () => {
    for (const standsStill of [false, true]) {
      const world = slowWorld(100, 100, 40_000);
      if (standsStill) world.clock.standStill(world.clock.nowMs() + 5_000, 4_000);
      showing(world, (ms) => (ms > 13_000 ? [dated(world, 13_000)] : []));

      expect(told(await expecting(world))).toEqual({
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
    const world = slowWorld(40_000);
    showing(world, () => [dated(world, 30_000, 1), dated(world, 2_000, 2)]);

    expect((await expecting(world, count === undefined ? {} : { count })).verdict).toBe(verdict);
  });

  it('is timed by the poll if one of those that fit has no date', async () => {
    const world = slowWorld(40_000);
    showing(world, () => [dated(world, 2_000, 1), {}]);

    expect(await expecting(world)).toMatchObject({ verdict: 'error', blame: 'observer' });
  });
});

describe('what is looked up is in time by the end of the poll that shows it first', () => {
  it.each([
    { of: 'an AWS API', noun: {}, pollMs: 15_000, verdict: 'passed' },
    { of: 'an AWS API', noun: {}, pollMs: 15_001, verdict: 'error' },
    { of: 'an answer to the run', noun: { repliesToUs: true }, pollMs: 11_000, verdict: 'passed' },
    { of: 'an answer to the run', noun: { repliesToUs: true }, pollMs: 11_001, verdict: 'failed' },
  ] as const)('$of, in a poll that took $pollMs ms: $verdict', async ({ noun, pollMs, verdict }) => {
    const world = showing(slowWorld(pollMs), () => [{}]);

    expect((await expecting(world, {}, noun)).verdict).toBe(verdict);
  });

  it('and otherwise says that nobody knows, or how late the answer came', async () => {
    const polled = async (noun: Partial<Noun>) =>
      told(
        await expecting(
          showing(slowWorld(20_000), () => [{}]),
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
      const world = showing(slowWorld(20_000), () => [{}]);
      world.clock.standStill(world.clock.nowMs() + 2_000, 4_000);

      const step = await expecting(world, {}, noun);

      expect(step).toMatchObject({ verdict: 'error', blame: 'runner' });
      expect(step.reason).toContain('perhaps within 10 s');
    },
  );

  it('does not pass for having been there in time and come back too late', async () => {
    const world = slowWorld(100, 100, 30_000);
    showing(world, (ms) => (ms < 150 || ms > 10_000 ? [{}] : []));

    expect(await expecting(world, { forMs: 2_000 })).toMatchObject({ verdict: 'error', blame: 'observer' });
  });
});

describe('what must stay so', () => {
  const staying = async (world: RunHarness, more: Partial<ExpectStep> = {}) =>
    told(await expecting(world, { withinMs: 5_000, forMs: 60_000, ...more }));

  it('did not if the system did not answer in between', async () => {
    const world = showing(slowWorld(0), (ms) =>
      ms > 30_000 && ms < 33_000 ? new TargetError('refused') : [{}],
    );

    expect(await staying(world)).toEqual({
      verdict: 'failed',
      blame: 'target',
      reason: 'did not stay so for 60 s: refused',
    });
  });

  it('may begin anew before the deadline if the system did not answer in between', async () => {
    const world = showing(slowWorld(0), (ms) =>
      ms > 1_000 && ms < 2_000 ? new TargetError('refused') : [{}],
    );

    expect(await staying(world, { forMs: 3_000 })).toMatchObject({ verdict: 'passed' });
  });

  it.each([
    { what: 'the present alone', present: true, verdict: 'error' },
    { what: 'what is kept', present: false, verdict: 'passed' },
  ])('is not known if nothing could be polled for long, of $what: $verdict', async ({ present, verdict }) => {
    const world = showing(slowWorld(0), (ms) =>
      ms > 30_000 && ms < 40_000 ? new ObserverError('throttled') : [{}],
    );
    world.present = present;

    expect(await staying(world)).toMatchObject({ verdict });
  });

  it('is not known if a poll took long, of the present alone', async () => {
    const world = showing(slowWorld(0, 0, 20_000, 0), () => [{}]);
    world.present = true;

    expect(await staying(world)).toEqual({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringMatching(/^It was not observed for 20 s, because a poll took that long or failed/),
    });
  });
});

describe('a never', () => {
  const watching = async (world: RunHarness) =>
    (await world.run(canaryOf({}, neverStep('it', { forMs: 30_000 })))).steps[0] as StepResult;

  it.each([
    { what: 'the present alone, in a slow poll', present: true, polls: [0, 7_001, 0], verdict: 'error' },
    { what: 'the present alone, in quicker polls', present: true, polls: [0, 6_900, 0], verdict: 'passed' },
    { what: 'what is kept, in a slow poll', present: false, polls: [0, 20_000, 0], verdict: 'passed' },
  ])('of $what: $verdict', async ({ present, polls, verdict }) => {
    const world = slowWorld(...polls);
    world.present = present;

    expect((await watching(world)).verdict).toBe(verdict);
  });

  it('lives with a last poll that takes long: it began when the window was over', async () => {
    const world = slowWorld(0);
    world.present = true;
    world.poll = async (_, { last }) => {
      if (last) await world.clock.sleep(60_000);
      return [];
    };

    expect((await watching(world)).verdict).toBe('passed');
  });

  it('fails on what its last poll shows, though it came when the window was over', async () => {
    const world = slowWorld(0);
    world.poll = async (_, { last }) => {
      if (last) await world.clock.sleep(10_000);
      return last ? [{ final: true, happenedAtMs: world.clock.nowMs() - 1_000 }] : [];
    };

    expect((await watching(world)).verdict).toBe('failed');
  });
});
