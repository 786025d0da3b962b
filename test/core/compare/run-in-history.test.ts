import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { runInHistory } from '../../../runner/core/compare/run-in-history.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const MINUTE_MS = 60_000;

function runAt(minute: number, verdict: Verdict) {
  const atMs = minute * MINUTE_MS;
  const steps = [stepResultOf({ verdict, timeToEffectMs: 10 + minute, evidence: [] })];
  return resultOf({
    canary: 'orders',
    runId: runIdOf(minute),
    verdict,
    slotAtMs: atMs,
    startedAtMs: atMs,
    steps,
  });
}

async function historyOf(...verdicts: readonly Verdict[]) {
  const { runs } = memoryStore({ clock: { nowMs: () => 1_000 * MINUTE_MS } });
  const made = verdicts.map((verdict, index) => runAt(index, verdict));
  for (const run of made) await runs.keep(run);
  return runInHistory(runs, made.at(-1) as (typeof made)[number]);
}

describe('a run in the history of its canary', () => {
  it('has its last pass and the begin of the failures, if it did not pass', async () => {
    expect(await historyOf('passed', 'passed', 'failed', 'failed')).toMatchObject({
      runId: runIdOf(3),
      times: [[{ ms: 11 }], [{ ms: 10 }]],
      since: { firstMs: 2 * MINUTE_MS, runs: 2, lastPassMs: MINUTE_MS },
      comparison: { pass: { runId: runIdOf(1) } },
    });
  });

  it('has no comparison without a pass', async () => {
    const history = await historyOf('failed');

    expect(history).toMatchObject({ times: [], since: { runs: 1 } });
    expect(history).not.toHaveProperty('comparison');
  });

  it.each(['passed', 'degraded', 'skipped'] as const)(
    'has only the times of earlier passes, if it %s',
    async (verdict) => {
      expect(await historyOf('passed', verdict)).toEqual({
        runId: runIdOf(1),
        times: [[{ name: 'A step', ms: 10 }]],
      });
    },
  );
});
