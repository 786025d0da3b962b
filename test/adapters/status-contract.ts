import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import { statusFromHistory } from '../../runner/core/store/canary-status.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { resultOf, runIdOf } from '../support/run/builders.ts';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;

interface Row {
  readonly store: () => StateStore;
  readonly sequences: number;
}

/** A slot, or a run that counts for none: so many minutes after the one before. */
interface Entry {
  readonly outcome: Verdict | 'running' | 'lost' | 'missed' | 'omitted' | 'late' | 'extra';
  readonly afterMinutes: number;
}

const OUTCOMES = ['passed', 'degraded', 'failed', 'error', 'running', 'lost', 'missed', 'omitted'] as const;

const entries = fc.array(
  fc.record({
    outcome: fc.oneof(
      fc.constantFrom<Entry['outcome']>(...OUTCOMES, 'late', 'extra'),
      fc.constant<Entry['outcome']>('passed'),
    ),
    afterMinutes: fc.constantFrom(1, 2, 600),
  }),
  { maxLength: 12 },
);

/** The contract of every store that has the status of a canary. */
export function statusContract({ store, sequences }: Row): void {
  describe('the status of a canary', () => {
    it('is what its history says, for every order of outcomes', async () => {
      let number = 0;
      await fc.assert(
        fc.asyncProperty(entries, fc.boolean(), async (all, isScheduled) => {
          const canary = `status-${(number += 1)}`;
          const untilMs = await written(store(), canary, all);
          for (const nowMs of [untilMs, untilMs + 14 * 60 * MINUTE]) {
            const ask = { canary, isScheduled, nowMs };

            expect(await store().runs.status(ask)).toEqual(await statusFromHistory(store().runs, ask));
          }
        }),
        { numRuns: sequences },
      );
    });
  });
}

/** Makes the history of a canary, and returns a moment after it. */
async function written({ runs }: StateStore, canary: string, all: readonly Entry[]): Promise<number> {
  let slotAtMs = T0;
  for (const [index, { outcome, afterMinutes }] of all.entries()) {
    slotAtMs += afterMinutes * MINUTE;
    const ask = { canary, slotAtMs, owner: 'me', nowMs: slotAtMs, leaseUntilMs: slotAtMs + 1 };
    const runId = runIdOf(Number(canary.slice('status-'.length)) * 100 + index);
    const verdict = outcome === 'late' || outcome === 'extra' ? 'failed' : (outcome as Verdict);
    const result = resultOf({ canary, slotAtMs, runId, verdict, startedAtMs: slotAtMs + 5 });
    if (outcome === 'missed') await runs.skipMissed({ ...ask, state: 'missed', reason: 'late', count: 3 });
    else if (outcome === 'omitted') await runs.skipMissed({ ...ask, state: 'skipped', reason: '', count: 1 });
    else if (outcome === 'extra') await runs.keep(result);
    else {
      await runs.claim(ask);
      if (outcome === 'lost' || outcome === 'late')
        await runs.expireLeases({ expiredBeforeMs: slotAtMs + 2, nowMs: slotAtMs + 2 });
      if (outcome !== 'running' && outcome !== 'lost') await runs.commit({ ...ask, fence: 1, result });
    }
  }
  return slotAtMs + MINUTE;
}
