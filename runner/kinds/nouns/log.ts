import { isJsonMap, type JsonMap } from '../../core/json.ts';
import type { Evidence } from '../../core/run.ts';
import { xrayIdOf } from '../../core/trace.ts';
import type { Noun, WatchContext } from '../kind.ts';
import { type LogLine, linesOf } from '../log-poller.ts';
import { closed, text } from '../schema.ts';

const input = closed({ logGroup: text('Name or ARN of the CloudWatch Logs group') });

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
  pauseMs: { first: 2_000, longest: 5_000 },
  permissions: ({ logGroup }) => [{ action: 'logs:FilterLogEvents', resource: logGroup }],
  hop: ({ logGroup }) => `log ${logGroup.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '')}`,
  example: `expect: log
logGroup: /aws/lambda/invoice-export
has:
  level: INFO
within: 90s
`,
  open: async ({ logGroup }, context) => ({
    look: async ({ sinceMs }) => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
      const { clock } = context;
      const client = context.clientOf(CloudWatchLogsClient);
      const lines = await linesOf(logGroup, { terms: termsOf(context), sinceMs, clock, client });
      return { selected: lines.map((line) => evidenceOf(line, context)), nearby: [] };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

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
