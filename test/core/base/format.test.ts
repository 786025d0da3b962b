import { describe, expect, it } from '@jest/globals';
import { formatMinute, formatSecond, isoSecond, truncateText } from '../../../runner/core/base/format.ts';

const AT_MS = Date.parse('2026-11-25T12:01:05.678Z');

describe('a moment', () => {
  it('is written to the minute, to the second, and for machines', () => {
    expect([formatMinute(AT_MS), formatSecond(AT_MS), isoSecond(AT_MS)]).toEqual([
      '2026-11-25 12:01 UTC',
      '2026-11-25 12:01:05 UTC',
      '2026-11-25T12:01:05Z',
    ]);
  });
});

describe('truncateText', () => {
  it.each([
    { text: 'short', longest: 5, becomes: 'short' },
    { text: 'longer', longest: 5, becomes: 'long…' },
    { text: 'abc😀d', longest: 5, becomes: 'abc…' },
    { text: 'ab😀cd', longest: 5, becomes: 'ab😀…' },
  ])('of $text to $longest is $becomes', ({ text, longest, becomes }) => {
    expect(truncateText(text, longest)).toBe(becomes);
  });
});
