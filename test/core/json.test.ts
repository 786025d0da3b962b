import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonMap, type Json, parseJson, parseLooseJson } from '../../runner/core/json.ts';
import { numberFrom } from '../../runner/core/numbers.ts';

describe('parseJson', () => {
  it.each([
    '{"id":1234567890123456789,"total":9007199254740993}',
    '1e400',
    '[0.30000000000000001,0.3,[1234567890123456.78]]',
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

  it.each([
    '',
    '{',
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
