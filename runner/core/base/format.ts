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

/** A text of at most so many UTF-16 units; a longer one is cut and ends in `…`. */
export function truncateText(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

/** Characters that drive a terminal or break a line: C0, DEL, C1, and the line and paragraph separators. */
export const CONTROL_CHARACTERS: RegExp = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
