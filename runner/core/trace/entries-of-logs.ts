import type { Redactor } from '../redaction/redact.ts';
import { excerptOf } from './excerpt.ts';
import type { TraceEntry } from './trace.ts';

/** A line of a log group. */
export interface TracedLine {
  readonly atMs: number;
  readonly message: string;
}

const ERROR = /\b(?:ERROR|FATAL|CRITICAL)\b|"level":\s*"(?:error|fatal|critical)"/;

/** Lines of one log group. */
export function entriesOfLogs(
  group: string,
  lines: readonly TracedLine[],
  redactor: Redactor,
): readonly TraceEntry[] {
  return lines.map(({ atMs, message }) => ({
    atMs,
    place: `log ${group}`,
    kind: 'noted',
    what: excerptOf(message, redactor),
    source: 'logs',
    ...(ERROR.test(message) ? { fault: 'failed' } : {}),
  }));
}
