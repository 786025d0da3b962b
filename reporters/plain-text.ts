import { beginningOf, visible } from '../runner/core/base/format.ts';

const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Longer than any medium shows of one text; the rest is not read. In UTF-16 units. */
const LONGEST_SHOWN = 4_000;

/** Text on one line, in which nothing is hidden: it can forge no line of ours, and drives no terminal. */
export function sanitizeLine(text: string): string {
  return visible(beginningOf(text, LONGEST_SHOWN).replace(BREAKS, ' '));
}

/**
 * As much of a text as fits, each character escaped before it is measured, so that no escape is split. A truncated text ends in `…`. `most`
 * is in UTF-16 units.
 */
export function truncate(text: string, most: number, escape: (character: string) => string = same): string {
  let all = '';
  let safe = '';
  for (const character of text) {
    all += escape(character);
    if (all.length > most) return `${safe}…`;
    if (all.length < most) safe = all;
  }
  return all;
}

function same(character: string): string {
  return character;
}
