import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Needles, type Span } from '../../../runner/core/redaction/needles.ts';
import { sampleSize } from '../../support/effort.ts';
import { viewsOf } from '../../support/views.ts';

function spansOf(text: string, ...needles: readonly string[]): readonly Span[] {
  const all = new Needles();
  for (const needle of needles) all.add(needle);
  return all.spansIn(text);
}

/** The places that a needle covers in some view of a text: each kind of escape resolved in the whole text, in any order. */
function coveredInViews(text: string, needle: string): readonly number[] {
  return viewsOf(text).flatMap((view) => {
    const places: number[] = [];
    for (let at = view.text.indexOf(needle); at >= 0; at = view.text.indexOf(needle, at + 1)) {
      const [start, end] = view.origin([at, at + needle.length]);
      for (let place = start; place < end; place += 1) places.push(place);
    }
    return places;
  });
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const inUrl = (text: string): string => encodeURIComponent(text.toWellFormed());
const inHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&GT;' })[one] ?? `&#${one.charCodeAt(0)};`,
  );
const inUnits = (text: string): string =>
  text.replace(/[^]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('needles', () => {
  it.each([
    { text: 'a passw0rd in the middle', covers: 'passw0rd' },
    { text: 'x=p%61ssw0rd', covers: 'p%61ssw0rd' },
    { text: '"pa\\u0073sw0rd"', covers: 'pa\\u0073sw0rd' },
    { text: '"\\x70assw0rd', covers: '\\x70assw0rd' },
    { text: '&#112;&#x61;ssw0rd', covers: '&#112;&#x61;ssw0rd' },
    { text: '%2570assw0rd', covers: '%2570assw0rd' },
    { text: '&amp;#112;assw0rd', covers: '&amp;#112;assw0rd' },
    { text: '\\\\u0070assw0rd', covers: '\\\\u0070assw0rd' },
    { text: '%5Cu0070assw0rd', covers: '%5Cu0070assw0rd' },
    { text: 'pas%7', covers: '' },
    { text: 'passw0r', covers: '' },
    { text: 'p%61ssw0r', covers: '' },
  ])('finds passw0rd in $text', ({ text, covers }) => {
    expect(text.slice(...(spansOf(text, 'passw0rd').at(-1) ?? [0, 0]))).toBe(covers);
  });

  it.each([
    { needle: '\\n%41&lt;', text: '\\n%41&lt;' },
    { needle: '\\n%41&lt;', text: '\\\\n%41&lt;' },
    { needle: 'é€😀 !', text: '%C3%A9%E2%82%AC%F0%9F%98%80%20!' },
    { needle: 'é€😀 !', text: '\\u00e9\\u20ac\\ud83d\\ude00\\u0020!' },
    { needle: 'é€😀 !', text: '&#233;&#x20AC;&#128512;&#32;!' },
    { needle: '"\'\b\f\n\r\t/\\', text: '\\"\\\'\\b\\f\\n\\r\\t\\/\\\\' },
    { needle: `&<>"'`, text: '&amp;&LT;&gt;&quot;&apos;' },
    { needle: '😀😀😀', text: '&#x1F600;&#128512;%F0%9F%98%80' },
    { needle: 'abc😀', text: 'abc&#128512;' },
  ])('finds $needle written as $text', ({ needle, text }) => {
    expect(spansOf(`>${text}<`, needle).at(-1)).toEqual([1, text.length + 1]);
  });

  it.each([
    '%ff',
    '%e0%80%80',
    '%ed%a0%80',
    '%f5%80%80%80',
    '%f8%80%80%80',
    '%c3x',
    '%c3%28',
    '%f4%90%80%80',
    '%4',
    '%g0',
    '&#9999999;',
    '&#12345678;',
    '&#;',
    '&#x110000;',
    '&nothing;',
    '&am;',
    '&a1;',
    '\\q',
    '\\u00g0',
  ])('reads %s as it stands', (text) => {
    expect(spansOf(`${text}..abcd`, `${text}..`)).toEqual([[0, text.length + 2]]);
    expect(spansOf(`abcd${text}`, 'abcd\ufffd')).toEqual([]);
  });

  it('finds each needle once, and gives the longest of those that begin at a place', () => {
    expect(spansOf('password-two password', 'password', 'password-two', 'password')).toEqual([
      [13, 21],
      [0, 12],
    ]);
  });

  it('finds a needle among more readings than are kept', () => {
    const text = `${'\\%5C&#92;\\u005c'.repeat(8)}passw0rd`;

    expect(spansOf(text, 'passw0rd').at(-1)?.[1]).toBe(text.length);
  });

  it.each(['%5C', '\\\\\\x5c', '\\u005c&amp;', 'ab%20', '&#92;'])(
    'finds what stands in and behind %s over and over as if nothing were repeated',
    (shape) => {
      const repeated = shape.repeat(Math.ceil(4_000 / shape.length));
      const secret = 'a\\nb "c&d';
      const text = `${repeated}${inUrl(inJson(secret))}${repeated}${inHtml(secret)}${repeated}${secret}`;
      const found = spansOf(text, secret).map(([start, end]) => text.slice(start, end));

      expect(found).toEqual(expect.arrayContaining([inUrl(inJson(secret)), inHtml(secret), secret]));
    },
  );

  it('covers whatever was covered in any view of the whole text', () => {
    const escape = fc.constantFrom(inJson, inUrl, inHtml, inUnits, (text: string) => text);
    const units = fc.constantFrom(
      'a',
      'b',
      'n',
      'u',
      '4',
      '1',
      '"',
      '%',
      '&',
      '\\',
      'é',
      ' ',
      '<',
      ';',
      '😀',
    );
    const needle = fc.string({ unit: units, minLength: 4, maxLength: 8 });
    const around = fc.string({ unit: units, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.tuple(around, around),
        needle,
        fc.tuple(escape, escape, escape),
        ([before, after], secret, [one, two, three]) => {
          const text = three(`${two(before)}${two(one(secret))}${after}`);
          const covered = new Set(
            spansOf(text, secret).flatMap(([start, end]) =>
              Array.from({ length: end - start }, (_, n) => start + n),
            ),
          );

          expect(coveredInViews(text, secret).filter((place) => !covered.has(place))).toEqual([]);
        },
      ),
      { numRuns: sampleSize({ small: 100, full: 2_000 }) },
    );
  });
});

/** Typical bodies, so many characters of each. */
const line = JSON.stringify({ id: 17, url: 'https://x/?a=%20b&c=d', said: 'hello "world"' });
const SHAPES: Readonly<Record<string, string>> = {
  plain: 'The quick brown fox jumps over the lazy dog. ',
  backslashes: '\\',
  'mixed escapes': 'a\\"b%20c&amp;d\\u00e9e%C3%A9f&#39;',
  'JSON in JSON': inJson(line),
  'JSON in JSON in JSON': inJson(inJson(line)),
  percent: '%D0%BF%D1%80%20',
  'percent in percent': '%252525',
  entities: '&lt;b&gt;&#39;&amp;amp;',
  base64: Buffer.from('A body in base64, of some length').toString('base64'),
};

describe('many needles', () => {
  it('are each found, however many there are', () => {
    const all = Array.from({ length: 3_000 }, (_, n) => `${(n * 7_919).toString(36)}-needle`);
    const text = all.join(' ');
    const found = spansOf(text, ...all).map((span) => text.slice(...span));

    expect(new Set(found)).toEqual(new Set(all));
  });

  it('are found in one text as if no other had been searched before', () => {
    const one = new Needles();
    one.add('passw0rd');
    const other = new Needles();
    other.add('%41-secret');
    const first = one.spansIn('x=p%61ssw0rd');
    other.spansIn('\\\\%41-secret&amp;'.repeat(1_000));

    expect(one.spansIn('x=p%61ssw0rd')).toEqual(first);
    expect(first).toEqual([[2, 12]]);
  });
});

/** Text that was made to be read in as many ways as can be. */
const CRAFTED: readonly string[] = [
  '\\%5C',
  '\\'.repeat(8) + 'x',
  '\\'.repeat(8) + 'u',
  '\\'.repeat(8) + 'x5c',
  '\\'.repeat(8) + 'u005c',
  '\\'.repeat(8) + '%5C',
  '\\x5c',
  '\\u005c',
  '%5C',
  '&#92;',
  '\\%5C&#92;\\u005c',
  '%25%32%35',
];
const TOKENS = ['\\', '%5C', '&#92;', '\\u005c', '\\x5c', 'x', '%25', '&amp;'];

describe('the work', () => {
  it.each(Object.entries(SHAPES))('grows with the length of a text of %s, and by no more', (_, shape) => {
    const steps = (length: number): number => {
      const needles = new Needles();
      for (const needle of ['correct-horse-battery', '\\"quoted%20&amp;', 'a%20b'].flatMap((one) => [
        one,
        inUrl(one),
      ]))
        needles.add(needle);
      needles.spansIn(shape.repeat(Math.ceil(length / shape.length)).slice(0, length));
      return needles.steps;
    };

    expect(steps(200_000)).toBeLessThan(2.2 * steps(100_000));
    expect(steps(200_000)).toBeLessThan(200_000 * 12);
  });

  it.each(CRAFTED)('is small for %s over and over', (shape) => {
    const steps = (length: number): number => {
      const needles = new Needles();
      needles.add('correct-horse-battery');
      needles.spansIn(shape.repeat(Math.ceil(length / shape.length)).slice(0, length));
      return needles.steps;
    };

    expect(steps(200_000)).toBeLessThan(200_000 * 2);
    expect(steps(200_000)).toBeLessThan(2.2 * steps(100_000));
  });

  it('grows with the length of crafted text that never repeats itself', () => {
    const [tokens] = fc.sample(
      fc.array(fc.constantFrom(...TOKENS), { minLength: 60_000, maxLength: 60_000, size: 'max' }),
      { numRuns: 1, seed: 17 },
    );
    const text = (tokens as readonly string[]).join('');
    const steps = (length: number): number => {
      const needles = new Needles();
      needles.add('correct-horse-battery');
      needles.spansIn(text.slice(0, length));
      return needles.steps;
    };

    expect(steps(200_000)).toBeLessThan(2.2 * steps(100_000));
    expect(steps(200_000)).toBeLessThan(200_000 * 12);
  });

  it('is no more for a thousand needles', () => {
    const text = (SHAPES['mixed escapes'] as string).repeat(1_000);
    const few = new Needles();
    few.add('correct-horse-battery');
    const many = new Needles();
    for (let n = 0; n < 1_000; n += 1) many.add(`${n.toString(36)}-horse-battery`);
    few.spansIn(text);
    many.spansIn(text);

    expect(many.steps).toBeLessThan(2 * few.steps);
  });
});
