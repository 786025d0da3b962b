import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isJsonMap,
  type Json,
  jsonOrText,
  parseJson,
  parseLooseJson,
} from '../../../runner/core/base/json.ts';
import { numberFrom } from '../../../runner/core/base/numbers.ts';
import { sampleSize } from '../../support/effort.ts';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** JavaScript passes the digits of a number to a reviver; TypeScript's types lack that yet. */
type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

describe('parseJson', () => {
  it.each([
    '{"id":1234567890123456789,"total":9007199254740993}',
    '1e400',
    '[0.30000000000000001,0.3,[1234567890123456.78]]',
    '{"#" : 1234567890123456789}',
    '{"#":"#1","a":"##","b":"\\u0023x","c":"\\n","d" : 1234567890123456789}',
    '{"1234567890123456789":"1234567890123456789, 1234567890123456789","a":12345678901234567890}',
    '{"__proto__":12345678901234567890}',
    '["\\"",12345678901234567890,"\\\\",12345678901234567891]',
  ])('keeps every digit of %s', (text) => {
    const parsed = JSON.stringify(parseJson(text));
    expect(parsed).toBe(text.replace('"\\u0023x"', '"#x"').replace(' : ', ':'));
  });

  it('gives doubles for what a double holds', () => {
    expect(parseJson('[12.50, 1E+21, 9007199254740992, 1000000000000000000000]')).toEqual([
      12.5, 1e21, 9_007_199_254_740_992, 1e21,
    ]);
  });

  it('gives what JSON.parse gives, but for the numbers that a double cannot hold', () => {
    const digits = fc.bigInt({ min: 10n ** 16n, max: 10n ** 40n }).map((one) => `${one}`);
    const marked = fc.string({ unit: fc.constantFrom('#', '"', '\\', '1', ':', ' ', 'é', '\n') });
    fc.assert(
      fc.property(fc.jsonValue(), marked, digits, fc.boolean(), (value, text, number, spaced) => {
        const json = JSON.stringify({ [text]: text, value, list: [text] }, undefined, spaced ? 2 : 0);
        const both = parseJson(`[${json},${number}]`) as readonly Json[];
        expect(JSON.stringify(both[0])).toBe(JSON.stringify(JSON.parse(json)));
        expect(both[1]).toEqual(numberFrom(number));
      }),
    );
  });

  it('gives what a reading of each number by itself gives, however numbers and texts are spelled', () => {
    const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...DIGITS), maxLength });
    const number = fc
      .record({
        minus: fc.constantFrom('', '-'),
        whole: fc.oneof(
          fc.constant('0'),
          fc.tuple(fc.constantFrom(...DIGITS.slice(1)), digits(25)).map((both) => both.join('')),
        ),
        fraction: fc.oneof(
          fc.constant(''),
          digits(25).map((one) => `.${one}0`),
        ),
        power: fc.oneof(
          fc.constant(''),
          fc
            .tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-0'), fc.nat(330))
            .map(([mark, power]) => `${mark}${power}`),
        ),
      })
      .map(({ minus, whole, fraction, power }) => `${minus}${whole}${fraction}${power}`);
    const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
    const units = ['#', '\\"', '\\u0023', '1234567890123456789', ':', ' ', 'e', '-', ','] as const;
    const writtenOf = (...all: readonly string[]): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...all), maxLength: 6 }).map((one) => `"${one}"`);
    const written = writtenOf(...units, '\\\\');
    // After a name that ends in a backslash, of any test, V8 13.6 now and then takes one with an escaped quote for it.
    const name = writtenOf(...units.filter((unit) => unit !== '\\"'));
    const space = fc.constantFrom('', ' ', '\n\t');
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        number,
        double,
        written,
        fc.constantFrom('true', 'false', 'null'),
        fc
          .tuple(space, fc.array(tie('json')))
          .map(([gap, all]) => `[${gap}${all.join(`${gap},${gap}`)}${gap}]`),
        fc
          .tuple(space, fc.array(fc.tuple(name, tie('json'))))
          .map(
            ([gap, all]) =>
              `{${all.map(([key, value]) => `${gap}${key}${gap}:${gap}${value}`).join(',')}${gap}}`,
          ),
      ),
    }));
    const byItself: Reviver = (_, value, { source }) =>
      typeof value === 'number' ? numberFrom(source) : value;
    const slowly = (text: string): unknown =>
      JSON.parse(text, byItself as (key: string, value: unknown) => unknown);

    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(slowly(text)));
      }),
      { numRuns: sampleSize({ small: 100, full: 500 }) },
    );
  });

  it('throws for whatever JSON.parse throws for, also if a number stands there that a double cannot hold', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1234567890123456789',
      '-',
      '.',
      'e',
      '#',
      '\\',
      ' ',
      '\u2028',
    );
    const outcome = (parse: (text: string) => unknown, text: string): unknown => {
      try {
        parse(text);
        return 'read';
      } catch (thrown) {
        return (thrown as Error).name;
      }
    };

    fc.assert(
      fc.property(fc.string({ unit: token, maxLength: 8 }), (text) => {
        expect(outcome(parseJson, text)).toBe(outcome(JSON.parse, text));
      }),
      { numRuns: sampleSize({ small: 150, full: 2_000 }) },
    );
  });

  it.each([
    '',
    '{',
    '{1234567890123456789:1}',
    '{"a":NaN}',
    '[12345678901234567890',
    '["12345678901234567890',
    '01234567890123456789',
    '{"a":1234567890123456789.}',
    '1234567890123456789"\\"',
  ])('throws for %j, which is not JSON', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('reads what is nested deeper than any stack', () => {
    const depth = 100_000;
    const text = `${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`;
    let inside = parseJson(text);
    for (let level = 0; level < depth; level += 1) inside = (inside as readonly Json[])[0] as Json;
    expect(inside).toEqual(numberFrom('12345678901234567890'));
  });
});

describe('parseLooseJson', () => {
  it('reads the numbers of Python that JSON lacks as texts', () => {
    const text = '{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \\" Infinity","d":12345678901234567890}';
    expect(parseLooseJson(text)).toEqual({
      a: 'NaN',
      b: ['Infinity', '-Infinity'],
      c: 'NaN " Infinity',
      d: numberFrom('12345678901234567890'),
    });
  });

  it.each(['NaNa', '{"a":NaN', '["NaN', 'nan', 'xInfinity', '{NaN:1,}'])('throws for %j', (text) => {
    expect(() => parseLooseJson(text)).toThrow(SyntaxError);
  });
});

describe('isJsonMap', () => {
  it('is false for a number that is kept by its digits', () => {
    expect(isJsonMap(parseJson('12345678901234567890'))).toBe(false);
  });
});

describe('jsonOrText', () => {
  it.each([
    ['null', null],
    ['{"a":1}', { a: 1 }],
    ['not JSON', 'not JSON'],
    ['', ''],
  ])('of %j is %j', (text, value) => {
    expect(jsonOrText(text)).toEqual(value);
  });
});
