import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { visible, visibleJson, visibleLines } from '../../../runner/core/base/format.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';

/** Characters that hide, or turn the text around them: one of each sort. */
const UNSEEN = [
  { what: 'a right-to-left override', character: '\u202e' },
  { what: 'an isolate', character: '\u2066' },
  { what: 'a zero-width space', character: '\u200b' },
  { what: 'a zero-width joiner', character: '\u200d' },
  { what: 'a soft hyphen', character: '\u00ad' },
  { what: 'a grapheme joiner', character: '\u034f' },
  { what: 'an Arabic letter mark', character: '\u061c' },
  { what: 'a Mongolian vowel separator', character: '\u180e' },
  { what: 'a Hangul filler', character: '\u3164' },
  { what: 'a half-width Hangul filler', character: '\uffa0' },
  { what: 'a word joiner', character: '\u2060' },
  { what: 'a byte order mark', character: '\ufeff' },
  { what: 'an annotation anchor', character: '\ufff9' },
  { what: 'a variation selector', character: '\ufe0f' },
  { what: 'a supplementary variation selector', character: '\u{e0100}' },
  { what: 'a tag', character: '\u{e0041}' },
  { what: 'a musical beam', character: '\u{1d173}' },
  { what: 'an escape', character: '\u001b' },
  { what: 'a C1 control', character: '\u009b' },
  { what: 'a carriage return', character: '\r' },
  { what: 'a line separator', character: '\u2028' },
  { what: 'half a character', character: '\ud800' },
];

describe('an unseen character', () => {
  it.each(UNSEEN)('is replaced in a line and in lines: $what', ({ character }) => {
    expect(visible(`a${character}b`)).toBe('a\ufffdb');
    expect(visibleLines(`a${character}b`)).toBe('a\ufffdb');
  });

  it.each(UNSEEN)('is escaped in JSON, which means the same: $what', ({ character }) => {
    const text = visibleJson({ [`a${character}`]: [`${character}b`] }, 2);

    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(JSON.parse(text)).toEqual({ [`a${character}`]: [`${character}b`] });
  });

  it('is found by its properties: no code point that is displayed as nothing passes between letters', () => {
    const unseen = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}]/u;
    const passed = Array.from({ length: 0x110000 }, (_, point) => String.fromCodePoint(point)).filter(
      (one) => unseen.test(one) && visible(`a${one}b`) !== 'a\ufffdb',
    );

    expect(passed).toEqual([]);
  });
});

describe('a line', () => {
  it.each(['plain', 'Größe 漢字 مرحبا', '❤️ 👩‍👩‍👧 1️⃣ 🇩🇪', 'می‌خواهم', 'क्‍ष', 'a\u00a0b'])(
    'keeps what is seen: %s',
    (text) => {
      expect([visible(text), visibleLines(text)]).toEqual([text, text]);
    },
  );

  it('has no line break and no colour', () => {
    expect(visible('a\nb\tc\u001b[31md')).toBe('a\ufffdb\ufffdc\ufffd[31md');
  });

  it('is the same when it is made visible again', () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });
});

describe('lines', () => {
  it('keep their breaks, tabs and our own colours, and no other code of a terminal', () => {
    const ours = '\u001b[32m✓ a\u001b[39m\tb\n\u001b[2mc\u001b[22m';

    expect(visibleLines(ours)).toBe(ours);
    expect(visibleLines('\u001b[8mhidden\u001b[2J')).toBe('\ufffd[8mhidden\ufffd[2J');
  });
});
