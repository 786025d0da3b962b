import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holdsSpelledWord, holdsWord } from '../../../runner/core/matching/whole-word.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';

describe('a text holds a word', () => {
  it.each([
    ['ord_1', 'ord_1'],
    ['the order ord_1 was placed', 'ord_1'],
    ['{"orderId":"ord_1"}', 'ord_1'],
    ['orderId=ord_1.', 'ord_1'],
    ['ord_12, then ord_1', 'ord_1'],
    ['7f0c-ord_1-export', 'ord_1'],
    ['{"text":"placed:\\nord_1\\n"}', 'ord_1'],
    ['{"text":"\\u001b[32mord_1"}', 'ord_1'],
    ['\u001b[1;32mord_1\u001b[0m', 'ord_1'],
    ['canary%2Ford_1.csv', 'ord_1'],
    ['{"id":12}', '12'],
    ['x[12]y', '[12]'],
    ['für Müller heute', 'Müller'],
  ])('as a whole: %j holds %s', (text, word) => {
    expect(holdsWord(text, word)).toBe(true);
  });

  it.each([
    ['ord_12', 'ord_1'],
    ['my_ord_1', 'ord_1'],
    ['word_1', 'ord_1'],
    ['ord_1_copy', 'ord_1'],
    ['{"id":112}', '12'],
    ['Müllerin', 'Müller'],
    ['ord_1é', 'ord_1'],
    ['ord_1\u0301', 'ord_1'],
    ['ord_1𝟚', 'ord_1'],
    ['𝟚ord_1', 'ord_1'],
    ['[32mm]ord_12', 'ord_1'],
    ['nothing of it', 'ord_1'],
    ['anything', ''],
  ])('not in part: %j does not hold %s', (text, word) => {
    expect(holdsWord(text, word)).toBe(false);
  });

  it.each([
    ['{"name":"M\\u00fcller"}', 'Müller', true],
    ['{"path":"a\\/b"}', 'a/b', true],
    ['{"said":"say \\"hi\\""}', 'say "hi"', true],
    ['{"text":"a\\nb"}', 'a\nb', true],
    [JSON.stringify({ body: JSON.stringify({ path: 'C:\\7' }) }), 'C:\\7', true],
    ['{"name":"M\\u00fcllerin"}', 'Müller', false],
    ['\\'.repeat(64), 'x', false],
    ['plain', 'x', false],
  ])('as JSON spells it: %j holds %s is %s', (text, word, holds) => {
    expect(holdsSpelledWord(text, word)).toBe(holds);
  });

  it('however often JSON wraps it, up to three times', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: ANY_CHARACTER }),
        fc.integer({ min: 0, max: 3 }),
        (word, layers) => {
          let text = ` ${word} `;
          for (let layer = 0; layer < layers; layer += 1) text = JSON.stringify(text);
          expect(holdsSpelledWord(text, word)).toBe(true);
        },
      ),
    );
  });

  it('between any two texts that begin and end with no part of a word', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uuid(), (before, after, id) =>
        holdsWord(`${before} ${id} ${after}`, id),
      ),
    );
  });
});
