import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ServiceClock } from '../../../runner/core/aws/service-clock.ts';

const SPREAD_MS = 100;

describe('a moment of a service’s clock', () => {
  it('is not distinguished from its receipt, as long as nothing is known of the clock', () => {
    expect(new ServiceClock().latestMs(1_000, 9_000)).toBe(9_000);
  });

  it('never becomes earlier than it was, however the clocks differ', () => {
    const observed = fc.array(fc.tuple(fc.nat(100_000), fc.nat(5_000)), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(fc.integer({ min: -90_000, max: 90_000 }), observed, (aheadMs, moments) => {
        const clock = new ServiceClock();
        for (const [atMs, lagMs] of moments) clock.observe(atMs + aheadMs, atMs + lagMs);
        return moments.every(([atMs, lagMs]) => {
          const latestMs = clock.latestMs(atMs + aheadMs, atMs + lagMs);
          return latestMs >= atMs && latestMs <= atMs + lagMs;
        });
      }),
    );
  });

  it('is known as closely as the quickest answer of the last six minutes', () => {
    const clock = new ServiceClock();
    clock.observe(50_000, 60_010);

    expect(clock.latestMs(20_000, 61_000)).toBe(30_010 + SPREAD_MS);
    clock.observe(350_000, 362_000);
    expect(clock.latestMs(20_000, 61_000)).toBe(30_010 + SPREAD_MS);
    clock.observe(410_000, 422_000);
    expect(clock.latestMs(20_000, 61_000)).toBe(32_000 + SPREAD_MS);
  });

  it('stays as closely known while a thousand messages at once are read late', () => {
    const clock = new ServiceClock();
    clock.observe(100_000, 100_010);

    for (let n = 0; n < 1_000; n += 1) clock.observe(101_000, 103_000 + n);

    expect(clock.latestMs(101_000, 104_000)).toBe(101_010 + SPREAD_MS);
  });

  it('is known from the start where the clocks are known to agree', () => {
    expect(new ServiceClock(-1_000).latestMs(20_000, 61_000)).toBe(21_000 + SPREAD_MS);
  });
});
