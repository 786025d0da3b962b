import { truncateText, visible, visibleLines } from '../base/format.ts';

const LONGEST_CODE = 400; // UTF-16 units

/** A text as code on one line. No text closes it: its backticks are fewer than those around it. */
export function code(text: string, longest = LONGEST_CODE): string {
  const line = visible(truncateText(text, longest));
  const mark = '`'.repeat(longestRun(line) + 1);
  const padded = /^[` ]|[` ]$/.test(line) ? ` ${line} ` : line;
  return line.trim() === '' ? '(empty)' : `${mark}${padded}${mark}`;
}

/** Lines as a block of text. No line closes it: its fence is longer than each run of backticks in them. */
export function fence(text: string, language = 'text'): string {
  const lines = visibleLines(text).replaceAll('\u001b', '\ufffd');
  const mark = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${mark}${language}\n${lines}\n${mark}`;
}

/** As many lines as fit into some bytes, and a line that counts the others. */
export function linesWithin(lines: readonly string[], bytes: number): readonly string[] {
  let left = bytes;
  const kept = lines.filter((line) => (left -= Buffer.byteLength(line) + 1) >= 0);
  const omitted = lines.length - kept.length;
  return omitted === 0 ? lines : [...kept, `- and ${omitted} more, left out for their size`];
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
