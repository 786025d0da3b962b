import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Alike, FAR } from '../../../runner/core/redaction/alike.ts';

const REACH = 8;

/** For each place of a text, from the last to the first, a place that reads the same, if so many characters matter at each. */
function alikeIn(text: string, reach = REACH, alike = new Alike()): ReadonlyMap<number, number> {
  const units = Uint16Array.from(text, (one) => one.charCodeAt(0));
  alike.begin(units, units.length);
  const found = new Map<number, number>();
  for (let place = units.length - 1; place >= 0; place -= 1) {
    const other = alike.of(place);
    if (other === 0) alike.add(place, reach);
    else found.set(place, other);
  }
  return found;
}

describe('alike places', () => {
  it.each(['a', 'ab', 'abc', 'abcdefghijklm'])('are found in %s over and over, but for its end', (shape) => {
    const text = shape.repeat(20);

    expect(alikeIn(text).size).toBe(text.length - shape.length - REACH + 1);
  });

  it('are found where nothing but the characters that matter is the same', () => {
    expect(alikeIn('12345678..-12345678,,+12345678', 8)).toEqual(
      new Map([
        [11, 22],
        [0, 22],
      ]),
    );
  });

  it('are found by more characters than a place is looked up by', () => {
    const shape = 'abcdefghijklmnopqrstuvwxyz0123456789';

    expect([...alikeIn(`${shape}.${shape}`, shape.length).keys()]).toEqual([0]);
    expect(alikeIn(`${shape}.${shape.replace('9', '8')}`, shape.length).size).toBe(0);
  });

  it('are none where as many characters matter as are too far, though the text repeats itself', () => {
    expect(alikeIn('ab'.repeat(1_000), FAR).size).toBe(0);
  });

  it('are none in a text that has each character once, and none of a text before', () => {
    const alike = new Alike();
    alikeIn('ab'.repeat(20), REACH, alike);

    expect(alikeIn('abcdefghijklmnopqrstuvwxyz', REACH, alike).size).toBe(0);
    expect(alikeIn('abababab', REACH, alike).size).toBe(0);
  });

  it('stand further on, and have the same characters, as many as matter', () => {
    const piece = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 }), fc.nat(12));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.integer({ min: 2, max: 12 }), (pieces, reach) => {
        const text = pieces.map(([shape, times]) => shape.repeat(times)).join('');
        for (const [place, other] of alikeIn(text, reach)) {
          expect(other).toBeGreaterThan(place);
          expect(text.slice(other, other + reach)).toBe(text.slice(place, place + reach));
          expect(text.slice(other, other + reach)).toHaveLength(reach);
        }
      }),
    );
  });
});
