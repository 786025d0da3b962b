import { describe, expect, it } from '@jest/globals';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { passesAround } from '../../../runner/core/compare/passes-around.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import type { RunStore } from '../../../runner/core/store/ports.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const SLOT_MS = 60_000;

/** A store with a run in each minute, from the first on, whose verdicts are these. */
async function storeWith(...verdicts: readonly Verdict[]): Promise<Pick<RunStore, 'history' | 'result'>> {
  const { runs } = memoryStore({ clock: { nowMs: () => 1_000 * SLOT_MS } });
  for (const [index, verdict] of verdicts.entries()) await runs.keep(runAt(index, verdict));
  return runs;
}

function runAt(minute: number, verdict: Verdict = 'failed') {
  const atMs = minute * SLOT_MS;
  const steps = [stepResultOf({ timeToEffectMs: minute })];
  return resultOf({
    canary: 'orders',
    runId: runIdOf(minute),
    verdict,
    slotAtMs: atMs,
    startedAtMs: atMs,
    steps,
  });
}

async function minutesAround(runs: Pick<RunStore, 'history' | 'result'>, minute: number) {
  const { lastPass, passes, times } = await passesAround(runs, runAt(minute));
  const minuteOf = ({ runId }: { readonly runId: RunId }): number => Number.parseInt(runId, 16);
  return {
    lastPass: lastPass === undefined ? undefined : minuteOf(lastPass),
    passes: passes.map(minuteOf),
    times: times.map(([hop]) => hop?.ms),
  };
}

describe('the passes to compare a run with', () => {
  it('are the newest three before it, and the times of all', async () => {
    const runs = await storeWith(
      'passed',
      'passed',
      'passed',
      'passed',
      'degraded',
      'failed',
      'passed',
      'failed',
    );

    expect(await minutesAround(runs, 7)).toEqual({ lastPass: 6, passes: [6, 3, 2], times: [6, 3, 2, 1, 0] });
  });

  it('are those after it if none before it is kept in full', async () => {
    const runs = await storeWith('passed', 'failed', 'failed', 'passed', 'passed', 'passed');

    expect(await minutesAround(runs, 1)).toEqual({ lastPass: 3, passes: [5, 4, 3], times: [0] });
  });

  it('are none if the canary has never passed', async () => {
    expect(await minutesAround(await storeWith('failed', 'error'), 1)).toEqual({
      lastPass: undefined,
      passes: [],
      times: [],
    });
  });

  it('are not those whose record is damaged', async () => {
    const { history, result } = await storeWith('passed', 'passed', 'failed');
    const damaged: Pick<RunStore, 'history' | 'result'> = {
      history,
      result: async (id, canary) => {
        if (id === runIdOf(1)) throw new DamagedRecordError('the run');
        return result(id, canary);
      },
    };

    expect(await minutesAround(damaged, 2)).toEqual({ lastPass: 0, passes: [0], times: [1, 0] });
  });

  it('are a hundred at most, in five hundred entries of history', async () => {
    const often = await storeWith(...Array.from({ length: 150 }, (): Verdict => 'passed'), 'failed');
    const long = await storeWith('passed', ...Array.from({ length: 600 }, (): Verdict => 'failed'));

    expect((await minutesAround(often, 150)).times).toHaveLength(100);
    expect(await minutesAround(long, 600)).toEqual({ lastPass: undefined, passes: [], times: [] });
  });

  it('have no times if they have no hops', async () => {
    const { runs } = memoryStore({ clock: { nowMs: () => SLOT_MS } });
    await runs.keep({ ...runAt(0, 'passed'), steps: [] });

    expect(await minutesAround(runs, 1)).toEqual({ lastPass: 0, passes: [0], times: [] });
  });

  it('are read from the newest entries even if the run itself is among them', async () => {
    const runs = await storeWith('passed');

    expect(await minutesAround(runs, 0)).toEqual({ lastPass: undefined, passes: [], times: [] });
  });
});
