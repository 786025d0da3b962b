const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
// Controls, marks that turn the direction of text round, and characters that are there without being seen.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Longer than any medium shows of one text; the rest is not read. In UTF-16 units. */
const LONGEST_SHOWN = 4_000;

/** Text on one line, in which nothing is hidden: it can forge no line of ours, and drives no terminal. */
export function sanitizeLine(text: string): string {
  return text.slice(0, LONGEST_SHOWN).toWellFormed().replace(BREAKS, ' ').replace(UNSEEN, '\ufffd');
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
