import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pairing } from '../../../runner/core/matching/pairing.ts';

/** The largest number of pairs, by trying all. */
function most(fits: readonly (readonly boolean[])[], taken: ReadonlySet<number> = new Set()): number {
  const [first, ...rest] = fits;
  if (first === undefined) return 0;
  const with_ = first.flatMap((does, element) =>
    does && !taken.has(element) ? [1 + most(rest, new Set([...taken, element]))] : [],
  );
  return Math.max(most(rest, taken), ...with_);
}

describe('pairing', () => {
  it('gives as many patterns an element of their own as can have one', () => {
    const table = fc
      .integer({ min: 0, max: 5 })
      .chain((width) =>
        fc.array(fc.array(fc.boolean(), { minLength: width, maxLength: width }), { maxLength: 5 }),
      );
    fc.assert(
      fc.property(table, (fits) => {
        const elements = fits[0]?.length ?? 0;
        const mayPair = (one: number, other: number): boolean => fits[one]?.[other] === true;
        const pairs = [...pairing({ patterns: fits.length, elements, fits: mayPair })];
        expect(new Set(pairs.map(([, element]) => element)).size).toBe(pairs.length);
        expect(pairs.every(([one, element]) => mayPair(one, element))).toBe(true);
        expect(pairs).toHaveLength(most(fits));
      }),
    );
  });
});
