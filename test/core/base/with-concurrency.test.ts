import { describe, expect, it } from '@jest/globals';
import { mapWithConcurrency } from '../../../runner/core/base/with-concurrency.ts';

describe('working on many things', () => {
  it('has so many under way, never more, and gives what came of them in their order', async () => {
    let under = 0;
    const seen: number[] = [];

    const outcomes = await mapWithConcurrency(3, [5, 1, 4, 2, 3], async (thing) => {
      under += 1;
      seen.push(under);
      for (let turn = 0; turn < thing; turn += 1) await Promise.resolve();
      under -= 1;
      return thing * 10;
    });

    expect(outcomes).toEqual([50, 10, 40, 20, 30]);
    expect(Math.max(...seen)).toBe(3);
  });

  it('has nothing to do with nothing', async () => {
    expect(await mapWithConcurrency(3, [], async () => 1)).toEqual([]);
  });
});
