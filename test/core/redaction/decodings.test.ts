import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decodings } from '../../../runner/core/redaction/decodings.ts';
import {
  after,
  beginningOf,
  DONE,
  NO_ESCAPE,
  stateOf,
  valueOf,
} from '../../../runner/core/redaction/escapes.ts';
import { sampleSize } from '../../support/effort.ts';

const DEEPEST = 3;

/** A reading as text: its code point, and its end. */
type Reading = `${number} ${number}`;

function parts(reading: Reading): readonly [code: number, end: number] {
  return reading.split(' ').map(Number) as [number, number];
}

/** The readings of each place. */
function readingsIn(text: string): readonly ReadonlySet<Reading>[] {
  const readings = new Decodings();
  const units = readings.begin(text);
  for (let place = text.length - 1; place >= 0; place -= 1)
    if (beginningOf(units[place] as number) !== undefined) readings.add(place);
  return Array.from(
    text,
    (_, place) => new Set([...readings.at(place)].map(([code, end]): Reading => `${code} ${end}`)),
  );
}

/** The readings by definition: the literal text, and then each escape made of earlier readings. */
function readingsByDefinition(text: string): readonly ReadonlySet<Reading>[] {
  let lists: readonly ReadonlySet<Reading>[] = Array.from(
    text,
    (one, place) => new Set<Reading>([`${one.charCodeAt(0)} ${place + 1}`]),
  );
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const before = lists;
    const spelled = (state: number, value: number, place: number): readonly Reading[] =>
      [...(before[place] ?? [])].flatMap((reading) => {
        const [code, end] = parts(reading);
        const progress = after(state, value, code);
        if (progress === NO_ESCAPE) return [];
        if (stateOf(progress) === DONE) return [`${valueOf(progress)} ${end}` as const];
        return spelled(stateOf(progress), valueOf(progress), end);
      });
    lists = before.map((list) => {
      const resolved = [...list].flatMap((reading) => {
        const [code, end] = parts(reading);
        const begun = beginningOf(code);
        return begun === undefined ? [] : spelled(begun, 0, end);
      });
      return new Set([...list, ...resolved]);
    });
  }
  return lists;
}

const inUnits = (text: string): string =>
  text.replace(/[^]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

it.each([
  '\\%5C',
  '\\\\\\\\\\\\\\\\x5c',
  '\\\\\\\\\\\\\\\\u005c',
  '\\x5c',
  '\\u005c',
  '%5C',
  '&#92;',
  '\\%5C&#92;\\u005c',
  '%25%32%35',
  '%25F0%259F%2598%2580',
  '&amp;#x5c;u0025',
  '\\é%é&é&#é',
  '\\',
  inUnits(inUnits('a\\b')),
  `${inUnits(inUnits(inUnits('n')))}\\`,
])('%s over and over is read by the definition of readings', (shape) => {
  const text = shape.repeat(Math.ceil(900 / shape.length));

  expect(readingsIn(text)).toEqual(readingsByDefinition(text));
});

it('a text of few pieces is read by the definition of readings', () => {
  const pieces = fc.constantFrom(
    ...['\\', '%', '&', '%5C', '&#92;', '\\u005c', '\\x5c', '%25', '&amp;', '#92;', 'amp;'],
    ...['x', 'u00', '25', '5c', '3', '5', 'C', 'n', '"', '%36', '%C3', '%A9', '\\\\\\\\', 'é'],
  );
  const few = fc.array(pieces, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(
      few.chain((some) => fc.array(fc.constantFrom(...some), { minLength: 10, maxLength: 60 })),
      (some) => {
        const text = some.join('');

        expect(readingsIn(text)).toEqual(readingsByDefinition(text));
      },
    ),
    { numRuns: sampleSize({ small: 100, full: 500 }) },
  );
});
