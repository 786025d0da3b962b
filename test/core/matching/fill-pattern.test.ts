import { describe, expect, it } from '@jest/globals';
import { isJsonMap, type Json, type JsonMap } from '../../../runner/core/base/json.ts';
import type { Reference } from '../../../runner/core/expression/template.ts';
import { fillPattern } from '../../../runner/core/matching/fill-pattern.ts';
import { held, match } from '../../../runner/core/matching/matcher.ts';

const VALUES: JsonMap = {
  n: 3,
  text: 'x',
  empty: '',
  nothing: null,
  flag: true,
  list: ['a', { $above: 1 }],
  none: [],
  map: { $above: 1 },
  plain: { a: { $above: 1 } },
};

const valueOf = ({ name }: Reference): Json => VALUES[name] as Json;
const filled = (pattern: Json): Json => fillPattern(pattern, valueOf);

describe('a pattern', () => {
  it.each<{ pattern: Json; gives: Json }>([
    { pattern: { a: '${map}', b: '${n}' }, gives: { a: { $literal: { $above: 1 } }, b: 3 } },
    { pattern: ['${list}', '${nothing}'], gives: [{ $literal: ['a', { $above: 1 }] }, null] },
    { pattern: { $oneOf: '${list}' }, gives: { $oneOf: ['a', { $literal: { $above: 1 } }] } },
    { pattern: { $oneOf: ['${map}', 'b'] }, gives: { $oneOf: [{ $literal: { $above: 1 } }, 'b'] } },
    { pattern: { $includes: '${list}' }, gives: { $includes: ['a', { $literal: { $above: 1 } }] } },
    { pattern: { $includes: '${map}' }, gives: { $includes: { $literal: { $above: 1 } } } },
    { pattern: { $exactly: '${plain}' }, gives: { $exactly: { a: { $literal: { $above: 1 } } } } },
    { pattern: { $literal: { a: '${list}' } }, gives: { $literal: { a: ['a', { $above: 1 }] } } },
    { pattern: { $literal: { $sum: ['${n}', 1] } }, gives: { $literal: { $sum: [3, 1] } } },
    { pattern: { $not: '${map}' }, gives: { $not: { $literal: { $above: 1 } } } },
    { pattern: { $atLeast: '${n}', $exists: '${flag}' }, gives: { $atLeast: 3, $exists: true } },
    { pattern: { $startsWith: 'ord_${text}' }, gives: { $startsWith: 'ord_x' } },
    { pattern: { $count: { $atLeast: '${n}' } }, gives: { $count: { $atLeast: 3 } } },
    { pattern: { $sum: ['${n}', 2] }, gives: 5 },
    { pattern: { stock: { $sum: ['${n}', -3] } }, gives: { stock: 0 } },
    { pattern: { stock: { $atMost: { $sum: [0.1, 0.2] } } }, gives: { stock: { $atMost: 0.3 } } },
  ])('$pattern is $gives when its values are filled in', ({ pattern, gives }) => {
    expect(filled(pattern)).toEqual(gives);
  });

  it('without a mention or a sum is the pattern itself', () => {
    const pattern = { a: [{ $oneOf: ['x', 1, null] }], b: { $exists: false } };

    expect(filled(pattern)).toBe(pattern);
  });

  it('takes a list of another step as that list written out', () => {
    const skus = { $includes: '${list}' };

    expect(held(match(filled(skus), ['b', { $above: 1 }, 'a']))).toBe(true);
    expect(held(match(filled(skus), ['a', 2]))).toBe(false);
  });

  it.each<{ pattern: Json; message: string }>([
    {
      pattern: { $oneOf: '${text}' },
      message: "'$oneOf' takes a list with at least one value; ${text} is text.",
    },
    {
      pattern: { $oneOf: '${none}' },
      message: "'$oneOf' takes a list with at least one value; ${none} is a list.",
    },
    { pattern: { $above: '${text}' }, message: "'$above' takes a number or a duration; ${text} is text." },
    {
      pattern: { $contains: '${empty}' },
      message: "'$contains' takes text that is not empty; ${empty} is empty.",
    },
    { pattern: { $after: '${text}T00:00:00Z' }, message: '${text}T00:00:00Z is text.' },
    {
      pattern: { $count: '${plain}' },
      message: "'$count' takes a whole number from a value; ${plain} is a map.",
    },
    { pattern: { $exists: '${n}' }, message: "'$exists' takes true or false; ${n} is 3." },
    { pattern: { $exactly: '${list}' }, message: "'$exactly' takes a map; ${list} is a list." },
    {
      pattern: { $exactly: '${map}' },
      message: "'$exactly' takes no key that begins with $; ${map} is a map.",
    },
    {
      pattern: { $matches: '(${text}' },
      message: "'$matches' has a pattern that cannot be used: it is not an RE2 pattern",
    },
    {
      pattern: { $startsWith: { $sum: [1, 2] } },
      message: "'$startsWith' takes text that is not empty; the sum is 3.",
    },
    { pattern: { $sum: ['${text}', 2] }, message: "'$sum' takes numbers, and its value 1 is text." },
    { pattern: { $sum: [1, '${nothing}'] }, message: "'$sum' takes numbers, and its value 2 is null." },
    { pattern: { $sum: [1e308, JSON.rawJSON('1e-9999')] }, message: 'more than 2,000 digits between them' },
  ])('$pattern is a fault of the file, not of the system', ({ pattern, message }) => {
    expect(() => filled(pattern)).toThrow(
      expect.objectContaining({ blame: 'definition', message: expect.stringContaining(message) }),
    );
  });

  it('has no operand but data where a mention stood', () => {
    const operands = ['$oneOf', '$includes', '$not', '$every', '$literal'].map((word) =>
      filled({ [word]: '${list}' }),
    );

    for (const one of operands) expect(JSON.stringify(one)).not.toMatch(/^(?!.*\$literal).*\{"\$above"/);
    expect(operands.every(isJsonMap)).toBe(true);
  });
});
