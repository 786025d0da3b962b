import { describe, expect, it } from '@jest/globals';
import { lastedMs, Standstills } from '../../../runner/core/base/standstill.ts';

describe('standstills, as timers show them', () => {
  it.each([
    { setFor: 1_000, rang: 1_000, stoodStill: false },
    { setFor: 1_000, rang: 2_000, stoodStill: false },
    { setFor: 1_000, rang: 2_001, stoodStill: true },
    { setFor: Number.POSITIVE_INFINITY, rang: 9_000, stoodStill: false },
  ])('a timer set for $setFor that rings at $rang shows one: $stoodStill', (row) => {
    const standstills = new Standstills();

    expect(standstills.rang(row.setFor, row.rang)).toBe(row.stoodStill);
    const expectedMs = row.stoodStill ? row.rang - row.setFor : 0;
    expect(standstills.sinceMs(0, Number.POSITIVE_INFINITY, row.rang)).toBe(expectedMs);
    expect(new Standstills().sinceMs(0, row.setFor, row.rang)).toBe(expectedMs);
  });

  it('count with all of their length, unless they were over by a moment', () => {
    const two = [
      { fromMs: 1_000, toMs: 3_000 },
      { fromMs: 5_000, toMs: 9_000 },
    ];

    expect([0, 1_000, 2_000, 3_000, 8_000, 9_000].map((since) => lastedMs(two, since))).toEqual([
      6_000, 6_000, 6_000, 4_000, 4_000, 0,
    ]);
  });

  it('are remembered for at least the longest run, and not for ever', () => {
    const standstills = new Standstills();
    for (let n = 0; n < 2_000; n += 1) standstills.rang(n * 2_000, n * 2_000 + 1_001);

    expect(standstills.sinceMs(0, Number.POSITIVE_INFINITY, 4_000_000)).toBe(1_000 * 1_001);
  });
});
