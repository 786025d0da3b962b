import { truncateText, visible, visibleLines } from '../base/format.ts';

const LONGEST_CODE = 400; // bytes
const LONGEST_FENCE = 2_500; // bytes

/** Bytes of the line that counts the others. */
const COUNT_BYTES = 64;

/**
 * A text as code on one line, of at most so many bytes with its marks (10 or more). No text closes it: its backticks are fewer than those
 * around it.
 */
export function code(text: string, longest = LONGEST_CODE): string {
  return written(text, longest, (beginning) => {
    const line = visible(beginning);
    const mark = '`'.repeat(longestRun(line) + 1);
    const padded = /^[` ]|[` ]$/.test(line) ? ` ${line} ` : line;
    return line.trim() === '' ? '(empty)' : `${mark}${padded}${mark}`;
  });
}

/**
 * Lines as a block of text, of at most so many bytes with its fence (30 or more). No line closes it: its fence is longer than each run of
 * backticks in them.
 */
export function fence(text: string, language = 'text', longest = LONGEST_FENCE): string {
  return written(text, longest, (beginning) => {
    const lines = visibleLines(beginning).replaceAll('\u001b', '\ufffd');
    const mark = '`'.repeat(Math.max(3, longestRun(lines) + 1));
    return `${mark}${language}\n${lines}\n${mark}`;
  });
}

/** As many lines as fit into some bytes, and a line that counts the others, within these bytes. */
export function linesWithin(lines: readonly string[], bytes: number): readonly string[] {
  if (bytesOf(lines.join('\n')) <= bytes) return lines;
  let left = bytes - COUNT_BYTES;
  const kept = lines.filter((line) => (left -= bytesOf(line) + 1) >= 0);
  return [...kept, `- and ${lines.length - kept.length} more, left out for their size`];
}

/** The size of a text, in bytes of UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** The longest beginning of a text, about, that is not too long as it is written: marks and replaced characters make it longer. */
function written(text: string, longest: number, write: (beginning: string) => string): string {
  let units = Math.min(text.length, longest);
  for (;;) {
    const form = write(truncateText(text, units));
    const bytes = bytesOf(form);
    if (bytes <= longest) return form;
    units = Math.max(1, Math.floor((units * longest) / bytes));
  }
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
