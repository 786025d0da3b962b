import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../../runner/core/alert/alert-state.ts';
import { countMatching, rulesOf, withSample } from '../../../runner/core/alert/thresholds.ts';
import { policyOf } from '../../support/alerts/alerts.ts';

function sampleOf(slotAtMs: number, saw: Sample['outcome'] = 'passed'): Sample {
  return { slotAtMs, atMs: slotAtMs, outcome: saw, severity: 'warning', count: 1 };
}

/** One sample for each letter, oldest first: `p` passed, `f` failed, `n` nothing. */
function samplesOf(letters: string, from = 1): readonly Sample[] {
  const saw = { p: 'passed', f: 'failed', n: 'nothing' } as const;
  return letters.split('').map((letter, index) => sampleOf(from + index, saw[letter as keyof typeof saw]));
}

describe('withMark', () => {
  it('puts a late slot in its place', () => {
    const samples = withSample([sampleOf(1), sampleOf(3)], sampleOf(2), policyOf());

    expect(samples?.map(({ slotAtMs }) => slotAtMs)).toEqual([1, 2, 3]);
  });

  it('refuses a slot that is there', () => {
    expect(withSample(samplesOf('pf'), sampleOf(2, 'nothing'), policyOf())).toBeUndefined();
  });

  it('keeps the newest sixteen', () => {
    const samples = withSample(samplesOf('p'.repeat(16)), sampleOf(17), policyOf());

    expect(samples?.map(({ slotAtMs }) => slotAtMs)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 2),
    );
  });

  it.each([
    { saw: 'passed', samples: samplesOf('p'.repeat(16), 2) },
    { saw: 'nothing', samples: samplesOf('n'.repeat(16), 2) },
  ] as const)('refuses one older than all of them: $saw', ({ saw, samples }) => {
    expect(withSample(samples, sampleOf(1, saw), policyOf())).toBeUndefined();
  });

  it('keeps samples with data about the target, however many slots since gave no data', () => {
    const noData = samplesOf('n'.repeat(16), 2);

    expect(withSample(noData, sampleOf(1, 'failed'), policyOf())).toHaveLength(17);
    expect(withSample([sampleOf(1), ...noData], sampleOf(18, 'nothing'), policyOf())).toHaveLength(17);
    expect(withSample([sampleOf(1), ...noData], sampleOf(18, 'passed'), policyOf())).toHaveLength(17);
  });

  it.each([
    { more: { after: { failures: 20, of: 30 } }, kept: 30 },
    { more: { recover: 40 }, kept: 40 },
  ])('keeps as many as the policy looks at: $kept', ({ more, kept }) => {
    expect(withSample(samplesOf('p'.repeat(50)), sampleOf(51), policyOf(more))).toHaveLength(kept);
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
    expect(countMatching(samplesOf(letters), rulesOf(policyOf({ after: { failures, of } })).target)).toBe(
      count,
    );
  });
});
