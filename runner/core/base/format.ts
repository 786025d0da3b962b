import type { Json } from './json.ts';

/** A moment to the minute: `2026-11-25 12:01 UTC`. */
export function formatMinute(atMs: number): string {
  return `${clockOf(atMs).slice(0, 16)} UTC`;
}

/** A moment to the second: `2026-11-25 12:01:05 UTC`. */
export function formatSecond(atMs: number): string {
  return `${clockOf(atMs)} UTC`;
}

/** A moment to the second, for machines and columns: `2026-11-25T12:01:05Z`. */
export function isoSecond(atMs: number): string {
  return `${clockOf(atMs).replace(' ', 'T')}Z`;
}

/** A text of at most so many UTF-16 units; a longer one is cut at a whole character and ends in `…`. */
export function truncateText(text: string, longest: number): string {
  return text.length <= longest ? text : `${beginningOf(text, longest - 1)}…`;
}

/** A value as it is, or the beginning of its JSON if that has more UTF-16 units than `longest`. */
export function shortValue(value: Json, longest: number): Json {
  const text = JSON.stringify(value);
  return text.length <= longest ? value : truncateText(text, longest);
}

/** The longest reason of a step, a run, an incident or a failed delivery, in UTF-16 units. A longer one quotes values that the result holds. */
export const LONGEST_REASON = 500;

/** A reason that fits a message. It must be masked before: a secret that is cut cannot be found any more. */
export function shortReason(reason: string): string {
  return truncateText(reason, LONGEST_REASON);
}

/** The beginning of a text, of at most so many UTF-16 units, without half a character at its end. */
export function beginningOf(text: string, longest: number): string {
  const isWhole = (text.codePointAt(longest - 1) ?? 0) <= 0xffff;
  return text.slice(0, isWhole ? longest : longest - 1);
}

function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

// Whole emoji, and joiners between letters of the scripts that are written with them, hide nothing.
const SEEN = String.raw`\p{RGI_Emoji}|(?<=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Mlym}\p{scx=Sinh}])[\u200c\u200d](?=\p{L})`;

/**
 * Characters that a reader does not see, or that turn the text around them: controls, line separators and marks of direction. Soft hyphens,
 * zero-width characters, fillers, variation selectors and tags are the default ignorable ones of Unicode.
 */
const UNSEEN = String.raw`[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb]`;

/** The colours of our own output (reporters/terminal/paint.ts). No other code passes, not even those of other colours. */
const OWN_STYLE = String.raw`\u001b\[(?:2|22|3[1235]|39)m`;

/** Unseen characters, and where they may stand. The search for emoji is slow, and few texts need it: it follows only where `some` matches. */
const IN_LINE = { some: new RegExp(UNSEEN, 'v'), all: new RegExp(`${SEEN}|(${UNSEEN})`, 'gv') };
const IN_LINES = {
  some: new RegExp(String.raw`(?!${OWN_STYLE})[${UNSEEN}--[\n\t]]`, 'v'),
  all: new RegExp(String.raw`${SEEN}|[\n\t]|${OWN_STYLE}|(${UNSEEN})`, 'gv'),
};

/** Replaces a character that is not seen. */
export const REPLACED = '\ufffd';

/** A text in which nothing is hidden: each unseen character, line breaks among them, becomes U+FFFD. */
export function visible(text: string): string {
  return replaced(text, IN_LINE);
}

/** Lines of our own output in which nothing is hidden. Line breaks, tabs and our own colours stay. */
export function visibleLines(text: string): string {
  return replaced(text, IN_LINES);
}

/** A value as JSON in which unseen characters are escaped, so that none is lost and none takes effect. */
export function visibleJson(value: unknown, indent?: number): string {
  return replacedBy(JSON.stringify(value, null, indent), IN_LINES, (unseen) =>
    unseen.split('').map(escaped).join(''),
  );
}

function replaced(text: string, place: typeof IN_LINE): string {
  return replacedBy(text.toWellFormed(), place, () => REPLACED);
}

function replacedBy(text: string, { some, all }: typeof IN_LINE, by: (unseen: string) => string): string {
  if (!some.test(text)) return text;
  return text.replace(all, (kept: string, unseen: string | undefined) =>
    unseen === undefined ? kept : by(unseen),
  );
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A word of a shell's command line, quoted if it must be. */
export function shellWord(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
