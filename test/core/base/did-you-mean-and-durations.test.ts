import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { didYouMean, editDistance, suggestion } from '../../../runner/core/base/did-you-mean.ts';
import {
  durationText,
  formatDuration,
  parseDuration,
  writeDuration,
} from '../../../runner/core/base/duration.ts';

describe('parseDuration', () => {
  it.each([
    { text: '250ms', ms: 250 },
    { text: '1.5s', ms: 1_500 },
    { text: '2m', ms: 120_000 },
    { text: '1h', ms: 3_600_000 },
    { text: '1d', ms: 86_400_000 },
    { text: '0s', ms: undefined },
    { text: '5', ms: undefined },
    { text: '1m30s', ms: undefined },
    { text: '-1s', ms: undefined },
    { text: '1 s', ms: undefined },
    { text: '', ms: undefined },
  ])('reads $text as $ms ms', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('reads back what evidence carries', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (hundredths) => {
        expect(parseDuration(durationText(hundredths / 100))).toBeCloseTo(hundredths / 100, 6);
      }),
    );
  });
});

describe('writeDuration', () => {
  it.each([
    { ms: 300_000, text: '5m' },
    { ms: 90_000, text: '90s' },
    { ms: 3_600_000, text: '1h' },
    { ms: 172_800_000, text: '2d' },
    { ms: 1_500, text: '1500ms' },
    { ms: 0.5, text: '0.5ms' },
  ])('writes $text as it is read', ({ ms, text }) => {
    expect(writeDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('sayDuration', () => {
  it.each([
    { ms: 3.2, words: '3 ms' },
    { ms: 840, words: '0.84 s' },
    { ms: 35_600, words: '35.6 s' },
    { ms: 120_000, words: '2 min' },
    { ms: 3_600_000, words: '1 h' },
    { ms: 5_400_000, words: '1 h 30 min' },
  ])('says $ms ms as $words', ({ ms, words }) => {
    expect(formatDuration(ms)).toBe(words);
  });
});

describe('didYouMean', () => {
  it.each([
    { word: 'htttp', legal: ['http', 'publish'], meant: 'http' },
    { word: 'orderid', legal: ['orderId'], meant: 'orderId' },
    { word: 'hsa', legal: ['has', 'for'], meant: 'has' },
    { word: 'xyz', legal: ['has', 'for'], meant: undefined },
    { word: 'a', legal: [], meant: undefined },
    { word: 'withn', legal: ['with', 'within'], meant: 'with' },
  ])('takes $word for $meant', ({ word, legal, meant }) => {
    expect(didYouMean(word, legal)).toBe(meant);
  });

  it('ends a message with the nearest known name or, if none is near, with all of them', () => {
    expect(suggestion('stagin', ['prod', 'staging'], 'environments')).toBe("Did you mean 'staging'?");
    expect(suggestion('moon', ['prod', 'staging'], 'environments')).toBe(
      'Known environments: prod, staging.',
    );
    expect(suggestion('moon', [], 'tags')).toBe('Known tags: none.');
  });

  it('measures the same distance both ways, and none to itself', () => {
    const words = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
      }),
    );
  });
});
