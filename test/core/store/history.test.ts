import { describe, expect, it } from '@jest/globals';
import { byPlace, entryKey, placeOf, runEntry, summaryOf } from '../../../runner/core/store/history.ts';
import type { HistoryEntry } from '../../../runner/core/store/slots.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';

describe('a run in a line', () => {
  const slow = stepResultOf({ name: 'Slow', verdict: 'degraded', reason: 'took long', blame: 'target' });
  const gone = stepResultOf({ name: 'Gone', verdict: 'skipped', reason: 'passed over' });

  it.each([
    { title: 'has nothing to say of a pass', result: {}, reason: '', blame: undefined },
    {
      title: 'gives the reason of the run, if it has one',
      result: { reason: 'no tap', blame: 'observer', steps: [slow] },
      reason: 'no tap',
      blame: 'observer',
    },
    {
      title: 'gives that of the first step that did not pass',
      result: { steps: [gone, slow] },
      reason: 'Slow: took long',
      blame: 'target',
    },
    {
      title: 'gives that of the step with the verdict of the run, before one without a verdict',
      result: {
        verdict: 'failed',
        steps: [
          stepResultOf({ name: 'Blind', verdict: 'error', reason: 'no tap', blame: 'observer' }),
          stepResultOf({ name: 'Wrong', verdict: 'failed', reason: 'differs', blame: 'target' }),
        ],
      },
      reason: 'Wrong: differs',
      blame: 'target',
    },
    {
      title: 'looks at cleanup, too',
      result: { cleanup: [slow] },
      reason: 'Slow: took long',
      blame: 'target',
    },
    {
      title: 'is short',
      result: { reason: 'x'.repeat(900) },
      reason: `${'x'.repeat(499)}…`,
      blame: undefined,
    },
  ] as const)('$title', ({ result, reason, blame }) => {
    expect(summaryOf(resultOf(result))).toMatchObject({ reason, runId: runIdOf(1) });
    expect(summaryOf(resultOf(result)).blame).toBe(blame);
  });
});

it('history is ordered by time, then by canary, then the slot before its uncounted runs', () => {
  const slot: HistoryEntry = { canary: 'a', atMs: 5, what: 'done', count: 1 };
  const late = runEntry(resultOf({ canary: 'a', slotAtMs: 5.9 }), 'late');
  const extra = runEntry(resultOf({ canary: 'a', slotAtMs: 5 }), 'extra');
  const ordered = [{ ...slot, atMs: 6 }, slot, late, extra, { ...slot, canary: 'b' }, { ...slot, atMs: 4 }];

  expect(ordered.toReversed().toSorted((a, b) => byPlace(placeOf(a), placeOf(b)))).toEqual(ordered);
  expect(byPlace(placeOf(slot), placeOf({ ...slot }))).toBe(0);
  expect([slot, late, extra].map(entryKey)).toEqual(['slot', `late|${runIdOf(1)}`, `extra|${runIdOf(1)}`]);
});
