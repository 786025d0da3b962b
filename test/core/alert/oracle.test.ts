import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AlertState } from '../../../runner/core/alert/alert-state.ts';
import { newAlertState, reduce } from '../../../runner/core/alert/reduce.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { type Period, periodsOf, type Slot } from '../../support/alerts/alert-oracle.ts';
import { ABOUT, digestFor, HOUR_MS, policyOf, SLOT_MS, START_MS } from '../../support/alerts/alerts.ts';
import { sampleSize } from '../../support/effort.ts';

/** In slots; eight are 147,600 histories, five take a fraction of a second. */
const LONGEST = sampleSize({ small: 5, full: 6, long: 8 });

const POLICIES: readonly AlertPolicy[] = [
  [1, 1, 1],
  [1, 1, 2],
  [2, 2, 1],
  [2, 2, 2],
  [2, 2, 3],
  [3, 3, 1],
  [3, 3, 2],
  [1, 2, 1],
  [1, 3, 2],
  [2, 3, 1],
  [2, 3, 2],
  [2, 4, 1],
  [2, 5, 3],
  [3, 5, 1],
  [3, 5, 2],
].map(([failures = 0, of = 0, recover = 0]) =>
  policyOf({ after: { failures, of }, recover, remindMs: 1_000 * HOUR_MS }),
);

const VERDICTS = { P: 'passed', F: 'failed', E: 'error' } as const;
type Letter = keyof typeof VERDICTS;
const LETTERS: readonly Letter[] = ['P', 'F', 'E'];

interface Walk {
  readonly state: AlertState;
  readonly history: readonly Slot[];
  readonly periods: Readonly<Record<'target' | 'observer', readonly Period[]>>;
}

const START: Walk = { state: newAlertState('a', ABOUT), history: [], periods: { target: [], observer: [] } };

/** One more slot, and the open incidents according to the notices. */
function walkOn(
  walk: Walk,
  letter: Letter,
  ask: { readonly policy: AlertPolicy; readonly atMs: number },
): Walk {
  const { policy, atMs } = ask;
  const index = walk.history.length;
  const { state, notices } = reduce(
    walk.state,
    {
      kind: 'result',
      digest: digestFor(atMs, VERDICTS[letter]),
      about: ABOUT,
      nowMs: atMs,
      inMaintenance: false,
    },
    policy,
  );
  return {
    state,
    history: [...walk.history, { letter, atMs }],
    periods: {
      target: notices.filter(({ stream }) => stream === 'target').reduce(noted(index), walk.periods.target),
      observer: notices
        .filter(({ stream }) => stream === 'observer')
        .reduce(noted(index), walk.periods.observer),
    },
  };
}

function noted(index: number) {
  return (periods: readonly Period[], { kind }: Notice): readonly Period[] => {
    if (kind === 'opened') return [...periods, { from: index }];
    return [...periods.slice(0, -1), { from: periods.at(-1)?.from ?? -1, to: index }];
  };
}

function expectAsTheOracle({ history, periods }: Walk, policy: AlertPolicy): void {
  for (const stream of ['target', 'observer'] as const) {
    const oracle = periodsOf(history, stream, policy);
    if (JSON.stringify(periods[stream]) === JSON.stringify(oracle)) continue;
    expect({
      history: history.map(({ letter }) => letter).join(''),
      policy,
      periods: periods[stream],
    }).toEqual({
      history: history.map(({ letter }) => letter).join(''),
      policy,
      periods: oracle,
    });
  }
}

describe('incidents are what an oracle makes of the whole history', () => {
  it.each([
    { gapMs: SLOT_MS, because: 'slots so near that it flaps' },
    { gapMs: 26 * HOUR_MS, because: 'slots so far apart that it never does' },
  ])(`for every history of up to ${LONGEST} slots, under every policy: $because`, ({ gapMs }) => {
    let walked = 0;
    for (const policy of POLICIES) {
      const visit = (walk: Walk): void => {
        for (const letter of walk.history.length === LONGEST ? [] : LETTERS) {
          const next = walkOn(walk, letter, { policy, atMs: START_MS + walk.history.length * gapMs });
          walked += 1;
          expectAsTheOracle(next, policy);
          visit(next);
        }
      };
      visit(START);
    }

    expect(walked).toBe((POLICIES.length * (3 ** (LONGEST + 1) - 3)) / 2);
  });

  it('for long histories of any rhythm', () => {
    const gap = fc.constantFrom(SLOT_MS, SLOT_MS, 30 * 60_000, HOUR_MS, 2 * HOUR_MS, 25 * HOUR_MS);
    const slot = fc.record({ letter: fc.constantFrom(...LETTERS, 'F', 'P' as const), gap });
    fc.assert(
      fc.property(fc.constantFrom(...POLICIES), fc.array(slot, { maxLength: 80 }), (policy, slots) => {
        let walk = START;
        let atMs = START_MS;
        for (const { letter, gap: gapMs } of slots) {
          atMs += gapMs;
          walk = walkOn(walk, letter, { policy, atMs });
        }

        expectAsTheOracle(walk, policy);
      }),
      { numRuns: sampleSize({ small: 100, full: 400 }) },
    );
  });
});
