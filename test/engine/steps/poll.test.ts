import { describe, expect, it } from '@jest/globals';
import { DefinitionError, ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { ExpectStep, NeverStep, Step } from '../../../runner/core/model/canary.ts';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

interface Polled {
  readonly step: StepResult;
  /** Times of the polls, in milliseconds since the harness began, and those that had to be complete. */
  readonly polls: readonly number[];
  readonly last: readonly boolean[];
}

/** Makes one check, after an act that takes so long. */
async function pollCheck(check: Step, poll: RunHarness['poll'], actMs = 0): Promise<Polled> {
  const harness = new RunHarness();
  const polls: number[] = [];
  const last: boolean[] = [];
  harness.act = async () => {
    if (actMs > 0) await harness.clock.sleep(actMs);
    return {};
  };
  harness.poll = (afterMs, ask, input) => {
    polls.push(afterMs);
    last.push(ask.last);
    return poll(afterMs, ask, input);
  };
  const result = await harness.run(canaryOf({}, actStep('go'), check));
  expect(harness.clock.open).toBe(0);
  return { step: result.steps[1] as StepResult, polls, last };
}

const expecting = (more: Partial<ExpectStep>): ExpectStep => expectStep('it', more);
const never = (more: Partial<NeverStep>): NeverStep => neverStep('it', more);

describe('when it is polled', () => {
  it('is after pauses of a quarter of the time gone by, 25 ms at least and 2 s at most, and at the deadline', async () => {
    const { polls, last, step } = await pollCheck(expecting({ withinMs: 12_000 }), () => []);

    const pauses = polls.slice(1).map((ms, n) => ms - (polls[n] as number));
    expect(polls.slice(0, 6)).toEqual([0, 25, 50, 75, 100, 125]);
    for (const [n, pause] of pauses.slice(0, -1).entries()) {
      expect(pause).toBeCloseTo(Math.min(Math.max((polls[n] as number) / 4, 25), 2_000), 2);
    }
    expect(polls.at(-1)).toBe(12_000);
    expect(last).toEqual(polls.map((ms) => ms === 12_000));
    expect(step).toMatchObject({ attempts: polls.length, durationMs: 12_000 });
  });

  it.each([
    {
      title: 'a display shows each poll',
      reporters: { has: () => true, emit: () => {} },
      explained: [true, true, true],
    },
    {
      title: 'no reporter does',
      reporters: { has: () => false, emit: () => {} },
      explained: [false, false, true],
    },
    { title: 'there is no reporter', reporters: undefined, explained: [false, false, true] },
  ])(
    'asks for near misses at the last poll, and before it only if $title: $explained',
    async ({ reporters, explained }) => {
      const harness = new RunHarness();
      const asked: unknown[] = [];
      harness.poll = (_, { explains }) => {
        asked.push(explains);
        return [];
      };

      const engine = { reporters } as Partial<Engine>;
      await harness.run(canaryOf({}, expecting({ withinMs: 40 })), { engine });

      expect(asked).toEqual(explained);
    },
  );

  it('once, where the first poll decides', async () => {
    expect(await pollCheck(expecting({}), () => [{}])).toMatchObject({ polls: [0], step: { attempts: 1 } });
  });

  it('is never again after a fault of the file, or one that lasts', async () => {
    const faults = [new DefinitionError('no such field'), new ObserverError('denied', { permanent: true })];
    for (const fault of faults) {
      const { polls, step } = await pollCheck(expecting({}), () => fault);

      expect({ polls, verdict: step.verdict, blame: step.blame }).toEqual({
        polls: [0],
        verdict: 'error',
        blame: fault.blame,
      });
    }
  });

  it('is never again after what was cut', async () => {
    const { polls, step } = await pollCheck(expecting({ has: { body: 'x' } }), () => [
      { data: { body: 'y' }, truncated: ['body'] },
    ]);

    expect({ polls, durationMs: step.durationMs }).toEqual({ polls: [0], durationMs: 0 });
  });
});

describe('a poll that takes its time', () => {
  /** A poll that shows the state at its end, so many milliseconds later. */
  const slow =
    (
      harness: { clock?: RunHarness['clock'] },
      ms: number,
      sight: (afterMs: number) => readonly object[],
    ): RunHarness['poll'] =>
    async (afterMs) => {
      await harness.clock?.sleep(ms);
      return sight(afterMs + ms);
    };

  const slowly = async (check: Step, ms: number, sight: (afterMs: number) => readonly object[]) => {
    const harness = new RunHarness();
    const last: boolean[] = [];
    const poll = slow(harness, ms, sight);
    harness.poll = (afterMs, ask, input) => {
      last.push(ask.last);
      return poll(afterMs, ask, input);
    };
    const result = await harness.run(canaryOf({}, actStep('go'), check));
    return { step: result.steps[1] as StepResult, last };
  };

  it('over the deadline is followed by the last one, which may still find it', async () => {
    const { step, last } = await slowly(expecting({ withinMs: 1_000 }), 700, (ms) =>
      ms > 1_700 ? [{}] : [],
    );

    expect({ verdict: step.verdict, last }).toEqual({ verdict: 'passed', last: [false, false, true] });
  });

  it('over the end of what must stay so is followed by the last one, which covers it', async () => {
    const { step, last } = await slowly(expecting({ forMs: 1_000 }), 900, () => [{}]);

    expect({ verdict: step.verdict, last }).toEqual({ verdict: 'passed', last: [false, false, true] });
    expect(step.reason).toBe('after 0.9 s, and still so 1 s later');
  });
});

describe('an expect', () => {
  it('that must stay ends when it has stayed, and gives the moment when it first was there', async () => {
    const { step } = await pollCheck(expecting({ forMs: 2_000 }), (ms) => (ms >= 100 ? [{}] : []), 50);

    expect(step).toMatchObject({ verdict: 'passed', durationMs: 2_050, timeToEffectMs: 100 });
    expect(step.reason).toBe('after 50 ms, and still so 2 s later');
  });

  it('that went and came again gives the moment when it first was there', async () => {
    const { step } = await pollCheck(expecting({ forMs: 1_000 }), (ms) => (ms > 200 && ms < 600 ? [] : [{}]));

    expect(step).toMatchObject({ verdict: 'passed', timeToEffectMs: 0 });
    expect(step.durationMs).toBeGreaterThan(1_600);
  });

  it.each([
    { tookMs: 500, verdict: 'passed' },
    { tookMs: 501, verdict: 'degraded' },
  ])('is late after its time to warn, not at it: $tookMs ms, $verdict', async ({ tookMs, verdict }) => {
    const seen = { final: true, takenAtMs: new RunHarness().clock.nowMs() + tookMs };

    const { step } = await pollCheck(expecting({ warnAfterMs: 500 }), (ms) => (ms >= 600 ? [seen] : []));

    expect(step).toMatchObject({ verdict, timeToEffectMs: tookMs });
  });

  it('times what was pushed by its arrival, and from the beginning of the act above', async () => {
    const seen = { final: true, takenAtMs: new RunHarness().clock.nowMs() + 300 };

    const { step } = await pollCheck(expecting({}), () => [seen], 1_000);

    expect(step).toMatchObject({ timeToEffectMs: 300, reason: 'after 0 ms' });
  });

  it('keeps three of what it saw, and what came near', async () => {
    const harness = new RunHarness();
    harness.poll = () => [1, 2, 3, 4].map((n) => ({ id: `t${n}`, data: { n } }));
    harness.nearby = ['something came near'];

    const { steps } = await harness.run(canaryOf({}, expecting({ has: { n: 9 }, withinMs: 10 })));

    expect(steps[0]?.evidence.map(({ id }) => id)).toEqual(['t1', 't2', 't3']);
    expect(steps[0]?.nearby).toEqual(['something came near']);
  });

  it('says of as many as may be that they differ, not that they are too many', async () => {
    const { step } = await pollCheck(expecting({ count: { atLeast: 1, atMost: 1 }, has: { n: 1 } }), () => [
      { data: { n: 2 }, final: true },
    ]);

    expect(step.reason).toBe('1 thing was selected, and differs: n is 2');
  });
});

describe('a never', () => {
  /** Polls fail in these times. */
  const failingDuring =
    (...times: readonly (readonly [number, number])[]): RunHarness['poll'] =>
    (afterMs) =>
      times.some(([from, to]) => afterMs >= from && afterMs < to) ? new TargetError('away') : [];

  /** Polls happen at these moments only, and fail at some of them. */
  const at =
    (kind: 'thing' | 'news') =>
    async (moments: readonly number[], failing: readonly number[]): Promise<string> => {
      const harness = new RunHarness();
      const noun = { ...harness.engine.nouns[kind], pauseMs: { first: 1_000, longest: 1_000 } } as Noun;
      harness.poll = (ms) => (failing.includes(ms) ? new TargetError('away') : []);
      if (kind === 'news') for (const ms of moments) harness.after(ms, () => harness.wake());
      const step = never({ kind, forMs: 20_000 });
      const { steps } = await harness.run(canaryOf({}, step), { engine: { nouns: { [kind]: noun } } });
      return steps[0]?.verdict ?? '';
    };

  it('of what is polled lives with five seconds between a poll that failed and the next that did not', async () => {
    const polled = async (failing: readonly number[]): Promise<string> => at('thing')([], failing);

    expect(await polled([3_000, 4_000, 5_000, 6_000, 7_000])).toBe('passed'); // and at 8_000 it polled again
    expect(await polled([3_000, 4_000, 5_000, 6_000, 7_000, 8_000])).toBe('error');
    expect(await polled([3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000])).toBe('error');
  });

  it('of what a tap brings lives with a poll that failed, since its last one covers all', async () => {
    const pushed = at('news');

    expect(await pushed([2_000], [2_000])).toBe('passed');
    expect(await pushed([2_000, 7_000], [2_000, 7_000])).toBe('passed');
    expect(await pushed([2_000, 7_001], [2_000, 7_001])).toBe('error');
  });

  it('fails at a sighting, however long it could not poll before', async () => {
    const { step } = await pollCheck(never({}), (ms) =>
      ms >= 6_500 ? [{}] : ms > 3_500 ? new TargetError('away') : [],
    );

    expect(step).toMatchObject({ verdict: 'failed' });
  });

  it('counts each gap between polls by itself', async () => {
    const { step } = await pollCheck(
      never({ forMs: 20_000 }),
      failingDuring([1_000, 3_000], [8_000, 11_000]),
    );

    expect(step.verdict).toBe('passed');
  });

  it('keeps three of its sightings, and times the first from the beginning of the act above', async () => {
    const { step } = await pollCheck(
      never({}),
      (afterMs) => (afterMs >= 400 ? [1, 2, 3, 4].map((n) => ({ id: `t${n}` })) : []),
      200,
    );

    expect(step).toMatchObject({ verdict: 'failed', checks: [{ ok: false, actual: 4 }] });
    expect(step.evidence).toHaveLength(3);
    expect(step.timeToEffectMs).toBe(step.durationMs + 200);
  });
});
