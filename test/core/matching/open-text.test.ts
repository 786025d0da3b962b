import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../runner/core/base/json.ts';
import { openText } from '../../../runner/core/matching/open-text.ts';

describe('a text', () => {
  it.each([
    ['JSON', '{"status":"FAILED"}', { status: 'FAILED' }],
    ['null', 'null', null],
    ['JSON behind a byte order mark', '\ufeff{"a":1}', { a: 1 }],
    ['JSON in a JSON string', JSON.stringify('{"a":1}'), { a: 1 }],
    ['JSON in JSON in JSON', JSON.stringify(JSON.stringify('[1]')), [1]],
    [
      'a fourth layer',
      JSON.stringify(JSON.stringify(JSON.stringify('[1]'))),
      JSON.stringify(JSON.stringify('[1]')),
    ],
    ['words in a JSON string', '"hello"', 'hello'],
    ['a number in a JSON string', '"12"', '12'],
    ['quotes in a JSON string', JSON.stringify('"x"'), '"x"'],
    [
      'numbers that JSON has not',
      '{"a":NaN,"b":[-Infinity, Infinity]}',
      { a: 'NaN', b: ['-Infinity', 'Infinity'] },
    ],
    ['their names in text', '{"a":"NaN \\"Infinity","b":NaN}', { a: 'NaN "Infinity', b: 'NaN' }],
    ['such a number in a JSON string', JSON.stringify('{"a":NaN}'), { a: 'NaN' }],
    ['such a number and no JSON', 'a NaN {', 'a NaN {'],
    ['XML', '<a>1</a>', '<a>1</a>'],
    ['nothing', '', ''],
  ])('that is %s is opened as far as it can be', (_, text, value) => {
    expect(openText(text)).toEqual(value);
  });

  it('of JSON is the value of that JSON, unless it is text itself', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = parseJson(text);
        if (typeof value !== 'string') expect(openText(text)).toEqual(value);
      }),
    );
  });
});
