import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Repeats } from '../../runner/core/repeats.ts';

const SHORTEST = 8;

/** For each place of a text, from the last to the first, the place that it repeats. */
function repeatsIn(text: string, repeats = new Repeats(SHORTEST)): ReadonlyMap<number, number> {
  const units = Uint16Array.from(text, (one) => one.charCodeAt(0));
  repeats.begin(units, units.length);
  const found = new Map<number, number>();
  for (let place = units.length - 1; place >= 0; place -= 1) {
    const other = repeats.of(place);
    if (other > 0) found.set(place, other);
  }
  return found;
}

describe('repeats', () => {
  it.each(['a', 'ab', 'abc', 'abcdefghijklm'])('are found in %s over and over, but for its end', (shape) => {
    const text = shape.repeat(20);

    expect(repeatsIn(text).size).toBeGreaterThan(text.length - 2 * shape.length - 2 * SHORTEST);
  });

  it('are none in a text that has each character once', () => {
    expect(repeatsIn('abcdefghijklmnopqrstuvwxyz').size).toBe(0);
  });

  it('are none of a text before', () => {
    const repeats = new Repeats(SHORTEST);
    repeatsIn('ab'.repeat(20), repeats);

    expect(repeatsIn('abababab', repeats).size).toBe(0);
  });

  it('are the same for as long as is asked for, and stand further on', () => {
    const piece = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 }), fc.nat(12));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.map(([shape, times]) => shape.repeat(times)).join('');
        for (const [place, other] of repeatsIn(text)) {
          expect(other).toBeGreaterThan(place);
          expect(text.slice(other, other + SHORTEST)).toBe(text.slice(place, place + SHORTEST));
          expect(text.slice(other, other + SHORTEST)).toHaveLength(SHORTEST);
        }
      }),
    );
  });
});
