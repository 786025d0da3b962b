import type { Message } from '../../message.ts';
import { truncate } from '../../plain-text.ts';

const LONGEST_LINE = 1_000; // UTF-16 units

/**
 * A message as plain text, for e-mail: no line of it can be forged, since nothing put into one holds a line break. Addresses
 * that a run has shown stay as they are; only those under `Links` are ours.
 */
export function textOf({ title, lead, differences, facts, remarks, next, links, footer }: Message): string {
  const width = Math.max(0, ...facts.map(({ label }) => label.length));
  const parts = [
    [title],
    [lead],
    differences.flatMap(({ what, expected, actual }) => [
      `  ${what}`,
      `    expected  ${expected}`,
      `    actual    ${actual}`,
    ]),
    facts.map(({ label, value }) => `${label.padEnd(width)}   ${value}`),
    remarks,
    ['Next steps:', ...next.map((one) => `- ${one}`)],
    links.length === 0 ? [] : ['Links:', ...links.map(({ label, url }) => `- ${label}: ${url}`)],
    footer,
  ];
  return parts
    .map((lines) => lines.filter((line) => line !== '').map((line) => lineOf(line)))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** A link is never so long; other lines are cut. */
function lineOf(line: string): string {
  return line.startsWith('- ') && line.includes('://') ? line : truncate(line, LONGEST_LINE);
}
