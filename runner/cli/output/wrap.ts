import { widthOf } from '../../../reporters/terminal/truncate.ts';

/** Columns of a terminal. */
export const WIDTH = 80;

/**
 * Lines of at most so many columns. A line is broken between words, and goes on under its own indent and two columns more. A word that is
 * wider stays whole, so that it can be copied.
 */
export function wrap(text: string, width: number = WIDTH): string {
  return text
    .split('\n')
    .flatMap((line) => (widthOf(line) <= width ? [line] : broken(line, width)))
    .join('\n');
}

function broken(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  // The gaps of columns stay; one at a break is dropped.
  for (const [, gap = '', word = ''] of line.slice(indent.length).matchAll(/(\s*)(\S+)/g)) {
    const isFirst = current.trim() === '';
    if (!isFirst && widthOf(current) + gap.length + widthOf(word) > width) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current += isFirst ? word : gap + word;
  }
  return [...lines, current];
}
