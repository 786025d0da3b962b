import { describe, expect, it } from '@jest/globals';
import {
  beginningOf,
  formatMinute,
  formatSecond,
  isoSecond,
  shellWord,
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
    { text: 'abc😀d', longest: 5, becomes: 'abc…' },
    { text: 'ab😀cd', longest: 5, becomes: 'ab😀…' },
  ])('of $text to $longest is $becomes', ({ text, longest, becomes }) => {
    expect(truncateText(text, longest)).toBe(becomes);
  });
});

describe('beginningOf', () => {
  it.each([
    { text: 'abc', longest: 2, becomes: 'ab' },
    { text: 'abc', longest: 3, becomes: 'abc' },
    { text: 'abc', longest: 4, becomes: 'abc' },
    { text: 'abc', longest: 0, becomes: '' },
    { text: 'a😀', longest: 2, becomes: 'a' },
    { text: 'a😀', longest: 3, becomes: 'a😀' },
  ])('of $text to $longest is $becomes', ({ text, longest, becomes }) => {
    expect(beginningOf(text, longest)).toBe(becomes);
  });
});

describe('a word of a command line', () => {
  it.each([
    { word: 'canaries/shop-1.yaml', is: 'canaries/shop-1.yaml' },
    { word: 'two words', is: "'two words'" },
    { word: "it's", is: String.raw`'it'\''s'` },
    { word: '', is: "''" },
  ])('$word is $is', ({ word, is }) => {
    expect(shellWord(word)).toBe(is);
  });
});
