import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeWords } from '../../runner/kinds/encoded-words.ts';

const base64 = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

describe('encoded words in metadata', () => {
  it.each([
    ['gescheitert', 'gescheitert'],
    ['=?UTF-8?B?Z2VzY2hlaXRlcnQg4oCTIMO8YmVy?=', 'gescheitert – über'],
    ['=?UTF-8?Q?gescheitert_=E2=80=93_=C3=BCber?=', 'gescheitert – über'],
    ['=?utf-8*de?q?=C3=BCber?=', 'über'],
    ['=?ISO-8859-1?Q?=FCber?=', 'über'],
    ['before =?UTF-8?Q?=C3=BC?= after', 'before ü after'],
    ['=?UTF-8?Q?=C3?= =?UTF-8?Q?=BC?=', 'ü'],
    ['=?UTF-8?Q?a?= =?ISO-8859-1?Q?=FC?=', 'aü'],
    ['Ã¶ha', 'öha'],
    ['öha', 'öha'],
    ['über – ö', 'über – ö'],
    ['=?x-unknown?Q?a?=', '=?x-unknown?Q?a?='],
    ['=?UTF-8?X?a?=', '=?UTF-8?X?a?='],
  ])('%s is %s', (text, plain) => {
    expect(decodeWords(text)).toBe(plain);
  });

  it('are decoded as many times as they were encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 1, max: 3 }),
        (text, times) => {
          fc.pre(!text.includes('=?'));
          let encoded = text;
          for (let n = 0; n < times; n += 1) encoded = base64(encoded);

          expect(decodeWords(encoded)).toBe(text.replace(/^\uFEFF/, ''));
        },
      ),
    );
  });
});
