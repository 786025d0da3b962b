import { truncateText } from '../base/format.ts';
import { LONGEST_EXCERPT } from './entries-of-journal.ts';
import type { TraceEntry } from './trace.ts';

/** A line of a log group. */
export interface TracedLine {
  readonly atMs: number;
  readonly message: string;
}

const ERROR = /\b(?:ERROR|FATAL|CRITICAL)\b|"level":\s*"(?:error|fatal|critical)"/;

/** Lines of one log group. */
export function entriesOfLogs(group: string, lines: readonly TracedLine[]): readonly TraceEntry[] {
  return lines.map(({ atMs, message }) => ({
    atMs,
    place: `log ${group}`,
    kind: 'noted',
    what: truncateText(message.trim().replace(/\s+/g, ' '), LONGEST_EXCERPT),
    source: 'logs',
    ...(ERROR.test(message) ? { fault: true } : {}),
  }));
}
