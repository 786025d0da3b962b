import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../../runner/core/alert/alert-state.ts';
import { countMatching, rulesOf, withSample } from '../../../runner/core/alert/thresholds.ts';
import { policyOf } from '../../support/alerts/alerts.ts';

function markOf(slotAtMs: number, saw: Sample['outcome'] = 'passed'): Sample {
  return { slotAtMs, outcome: saw, severity: 'warning', count: 1 };
}

/** One mark for each letter, oldest first: `p` passed, `f` failed, `n` nothing. */
function marksOf(letters: string, from = 1): readonly Sample[] {
  const saw = { p: 'passed', f: 'failed', n: 'nothing' } as const;
  return letters.split('').map((letter, index) => markOf(from + index, saw[letter as keyof typeof saw]));
}

describe('withMark', () => {
  it('puts a late slot in its place', () => {
    const marks = withSample([markOf(1), markOf(3)], markOf(2), policyOf());

    expect(marks?.map(({ slotAtMs }) => slotAtMs)).toEqual([1, 2, 3]);
  });

  it('refuses a slot that is there', () => {
    expect(withSample(marksOf('pf'), markOf(2, 'nothing'), policyOf())).toBeUndefined();
  });

  it('keeps the newest sixteen', () => {
    const marks = withSample(marksOf('p'.repeat(16)), markOf(17), policyOf());

    expect(marks?.map(({ slotAtMs }) => slotAtMs)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 2),
    );
  });

  it.each([
    { saw: 'passed', marks: marksOf('p'.repeat(16), 2) },
    { saw: 'nothing', marks: marksOf('n'.repeat(16), 2) },
  ] as const)('refuses one older than all of them: $saw', ({ saw, marks }) => {
    expect(withSample(marks, markOf(1, saw), policyOf())).toBeUndefined();
  });

  it('keeps what tells of the service, however many slots since told nothing', () => {
    const blind = marksOf('n'.repeat(16), 2);

    expect(withSample(blind, markOf(1, 'failed'), policyOf())).toHaveLength(17);
    expect(withSample([markOf(1), ...blind], markOf(18, 'nothing'), policyOf())).toHaveLength(17);
    expect(withSample([markOf(1), ...blind], markOf(18, 'passed'), policyOf())).toHaveLength(17);
  });

  it.each([
    { more: { after: { failures: 20, of: 30 } }, kept: 30 },
    { more: { recover: 40 }, kept: 40 },
  ])('keeps as many as the policy looks at: $kept', ({ more, kept }) => {
    expect(withSample(marksOf('p'.repeat(50)), markOf(51), policyOf(more))).toHaveLength(kept);
  });
});

describe('countTowards', () => {
  it.each([
    { letters: '', failures: 2, of: 2, count: 0, because: 'there is nothing' },
    { letters: 'f', failures: 2, of: 2, count: 1, because: 'one more will do' },
    { letters: 'fp', failures: 2, of: 2, count: 0, because: 'a pass begins anew' },
    { letters: 'pff', failures: 3, of: 3, count: 2, because: 'the last in a row' },
    { letters: 'fpf', failures: 3, of: 3, count: 1, because: 'not those before the pass' },
    { letters: 'fpf', failures: 3, of: 5, count: 2, because: 'a pass takes a place, no more' },
    { letters: 'fpppf', failures: 3, of: 5, count: 1, because: 'the first will have left the five' },
    { letters: 'ff', failures: 1, of: 1, count: 0, because: 'each stands alone' },
  ])('of $letters towards $failures of $of is $count: $because', ({ letters, failures, of, count }) => {
    expect(countMatching(marksOf(letters), rulesOf(policyOf({ after: { failures, of } })).service)).toBe(
      count,
    );
  });
});
