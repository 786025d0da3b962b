import { describe, expect, it } from '@jest/globals';
import {
  CONTROL_CHARACTERS,
  formatMinute,
  formatSecond,
  isoSecond,
  truncateText,
} from '../../../runner/core/base/format.ts';

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
    { text: 'abc😀d', longest: 5, becomes: 'abc\ufffd…' },
  ])('of $text to $longest is $becomes', ({ text, longest, becomes }) => {
    expect(truncateText(text, longest)).toBe(becomes);
  });
});

describe('control characters', () => {
  it('are those that drive a terminal or break a line, and no others', () => {
    expect('a\u001b[31m\u0085\u2028é\t'.replace(CONTROL_CHARACTERS, '?')).toBe('a?[31m??é?');
  });
});
