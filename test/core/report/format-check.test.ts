import { describe, expect, it } from '@jest/globals';
import type { Check } from '../../../runner/core/model/run-result.ts';
import { formatCheck } from '../../../runner/core/report/format-check.ts';

const CHECK: Check = { path: 'qty', operator: 'equals', expected: 3, actual: '3', ok: false };
const COUNT: Check = { path: '', operator: 'count', expected: 1, actual: 0, ok: false };

describe('a comparison in one line', () => {
  it.each([
    { check: CHECK, line: 'qty  expected number 3, actual text "3"' },
    { check: { ...CHECK, operator: '$above' }, line: 'qty  expected $above 3, actual text "3"' },
    {
      check: { ...CHECK, missing: true, note: 'there is: sku' },
      line: 'qty  expected number 3, actual missing (there is: sku)',
    },
    { check: COUNT, line: 'count  expected number 1, actual number 0' },
    {
      check: { ...COUNT, expected: { $atLeast: 1, $atMost: 3 } },
      line: 'count  expected at least 1, at most 3, actual number 0',
    },
    {
      check: { ...CHECK, expected: true, actual: null },
      line: 'qty  expected true, actual null',
    },
  ])('is $line', ({ check, line }) => {
    expect(formatCheck(check)).toBe(line);
  });
});
