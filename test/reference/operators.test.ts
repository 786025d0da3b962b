import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../runner/core/base/json.ts';
import { held, match } from '../../runner/core/matching/matcher.ts';
import { OPERATORS, type Operand, operandFault, operandWords } from '../../runner/core/matching/operators.ts';
import { patternFaults } from '../../runner/core/matching/regex-faults.ts';
import { OPERATOR_EXAMPLES } from '../../scripts/pages/operator-examples.ts';

const EXAMPLES = Object.entries(OPERATOR_EXAMPLES);
const PAIRS = EXAMPLES.flatMap(([word, { operand, matches, differs }]) => [
  ...matches.map((value) => ({ word, operand, value, holds: true })),
  ...differs.map((value) => ({ word, operand, value, holds: false })),
]);

describe('the page of operators', () => {
  it('has an example for each operator', () => {
    expect(EXAMPLES.map(([word]) => word)).toEqual(Object.keys(OPERATORS));
  });

  it.each(EXAMPLES)('has a value that differs, and a legal pattern, for %s', (word, { operand, differs }) => {
    expect(differs).not.toEqual([]);
    expect(patternFaults({ field: { [word]: operand } }, [])).toEqual([]);
  });

  it.each(PAIRS)(
    'is right that $word of $operand with $value holds: $holds',
    ({ word, operand, value, holds }) => {
      expect(held(match({ field: { [word]: operand } }, { field: value }))).toBe(holds);
    },
  );

  it.each([
    { pattern: 'PLACED', matches: ['PLACED'], differs: ['placed'] },
    { pattern: 1, matches: [1], differs: ['1', true] },
    { pattern: { sku: 'A' }, matches: [{ sku: 'A', qty: 1 }], differs: [{ qty: 1 }] },
    {
      pattern: ['a', 'b'],
      matches: [['a', 'b']],
      differs: [
        ['b', 'a'],
        ['a', 'b', 'c'],
      ],
    },
    { pattern: null, matches: [null], differs: [] },
  ] satisfies readonly { pattern: Json; matches: Json[]; differs: Json[] }[])(
    'is right on the value $pattern, which is no operator',
    ({ pattern, matches, differs }) => {
      const fits = (value: Json): boolean => held(match({ field: pattern }, { field: value }));

      expect(matches.every(fits)).toBe(true);
      expect(differs.some(fits)).toBe(false);
      expect(held(match({ field: pattern }, {}))).toBe(false);
    },
  );

  it('is right that $exists: false alone matches a field that is missing', () => {
    const matchesMissing = EXAMPLES.filter(([word, { operand }]) =>
      held(match({ field: { [word]: operand } }, {})),
    );

    expect(matchesMissing.map(([word]) => word)).toEqual(['$exists']);
  });

  it('is right that an operator next to a field is refused', () => {
    expect(patternFaults({ $exists: true, status: 'PLACED' }, [])).toHaveLength(1);
  });
});

describe('the words for an operand', () => {
  it.each<{ takes: Operand; words: string; fault: string | undefined }>([
    { takes: 'bound', words: 'a number or a duration', fault: 'takes a number or a duration' },
    { takes: 'pattern', words: 'an RE2 pattern', fault: 'takes an RE2 pattern' },
    { takes: 'value', words: 'a value or a pattern', fault: undefined },
    { takes: 'data', words: 'any data', fault: undefined },
  ])('are those of its fault: $takes', ({ takes, words, fault }) => {
    expect(operandWords(takes)).toBe(words);
    expect(operandFault(takes, true)).toBe(fault);
  });
});
