import { sayDuration } from '../../core/duration.ts';
import { isJsonMap, type JsonMap } from '../../core/json.ts';
import type { Evidence } from '../../core/run.ts';
import { xrayIdOf } from '../../core/trace.ts';
import { arnFault } from '../arns.ts';
import type { Noun, WatchContext } from '../kind.ts';
import { type LogLine, linesOf, MOST_PAGES } from '../log-poller.ts';
import { closed, text } from '../schema.ts';

const input = closed({ logGroup: text('Name or ARN of the CloudWatch Logs group') });

/** How far before the step above lines are asked for, to say of one that is dated too early. In milliseconds. */
const LOOKS_BACK_MS = 60_000;

/** Reads a log group; all who watch the same one share its calls. Lines come a few seconds late. */
export const log = {
  name: 'log',
  summary: 'a line in a CloudWatch Logs group; lines arrive there seconds after they were written',
  input,
  view: {
    message: { description: 'the whole line; for a JSON line its own message, where it has one' },
    timestamp: { description: 'when it was written, epoch milliseconds' },
    logStream: { description: 'the stream it stands in' },
    '*': { description: 'the fields of a JSON line' },
  },
  selects: 'id',
  consistency:
    'Lines arrive seconds after they were written, sometimes half a minute: give `within` a minute, and let no `never` rest on it alone. A line is dated by whoever wrote it; one that is dated before the step above does not count, and is told. All who watch a group share one call every two seconds; all groups together make four a second.',
  reads: { most: MOST_PAGES, unit: 'pages of lines' },
  pauseMs: { first: 2_000, longest: 5_000 },
  permissions: ({ logGroup }) => [{ action: 'logs:FilterLogEvents', resource: logGroup }],
  hop: ({ logGroup }) => `log ${logGroup.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '')}`,
  example: `expect: log
logGroup: /aws/lambda/invoice-export
has:
  level: INFO
within: 90s
`,
  faults: ({ logGroup }) => arnFault('logGroup', logGroup),
  open: async ({ logGroup }, context) => ({
    look: async ({ sinceMs }) => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
      const { clock, signal } = context;
      const client = context.clientOf(CloudWatchLogsClient);
      const asked = { terms: termsOf(context), sinceMs: sinceMs - LOOKS_BACK_MS, clock, client, signal };
      const lines = await linesOf(logGroup.replace(/:\*$/, ''), asked);
      const selected = lines.filter(({ atMs }) => atMs >= Math.floor(sinceMs));
      const nearby = selected.length > 0 ? [] : earlyAmong(lines, sinceMs);
      return { selected: selected.map((line) => evidenceOf(line, context)), nearby };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

/** A line is dated by whoever wrote it: one from a little earlier may be the right one, by a clock that is wrong. */
function earlyAmong(lines: readonly LogLine[], sinceMs: number): readonly string[] {
  const newest = lines.toSorted((a, b) => b.atMs - a.atMs)[0];
  if (newest === undefined) return [];
  const early = sayDuration(sinceMs - newest.atMs);
  return [
    `1 line that would be selected is dated ${early} before the step above began. Is it older, or a clock wrong?`,
  ];
}

/** The run's id in the spellings that do not contain one another. */
function termsOf({ correlate, runId }: WatchContext): readonly string[] {
  if (correlate === false) return [];
  return correlate === true ? [runId, xrayIdOf(runId)] : [correlate];
}

function evidenceOf({ id, stream, atMs, message }: LogLine, { clock }: WatchContext): Evidence {
  const data = { message, timestamp: atMs, logStream: stream, ...fieldsOf(message) };
  return { kind: 'log', id, takenAtMs: clock.nowMs(), data, final: true };
}

function fieldsOf(message: string): JsonMap {
  const start = message.trimStart();
  if (!start.startsWith('{')) return {};
  try {
    const parsed: unknown = JSON.parse(start);
    return isJsonMap(parsed) ? parsed : {};
  } catch {
    return {}; // it only looks like JSON: it is text
  }
}
