import { addressFault } from '../../../core/aws/address-faults.ts';
import { logGroup as group, logGroupNameOf } from '../../../core/aws/resources/log-group.ts';
import { endOfGrain, ServiceClock } from '../../../core/aws/service-clock.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import type { JsonMap } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { runIdsIn, xrayIdOf } from '../../../core/base/run-id.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { holdsTerm, LINES_READ, type LogLine, linesOf } from '../../aws/log-poller.ts';
import { type LogRecord, recordsIn } from '../../aws/log-text.ts';
import type { Noun, WatchContext } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({ logGroup: text('Name or ARN of the CloudWatch Logs group') });

/** Period before the step above that is read too, so that a line with too early a date can be reported. In milliseconds. */
const LOOKBACK_MS = 60_000;

/** Reads a log group; all watches of one group share its calls. Lines come a few seconds late. */
export const log = {
  name: 'log',
  summary: 'a line in a CloudWatch Logs group; lines arrive there seconds after they were written',
  input,
  view: {
    message: {
      description: "the line without Lambda's prefix; for a JSON line its own message, if it has one",
    },
    level: { description: "from Lambda's prefix, or the line's own" },
    requestId: { description: "from Lambda's prefix, or the line's own" },
    timestamp: { type: 'number', description: 'when it was written, epoch milliseconds' },
    logStream: { type: 'text', description: 'the stream it stands in' },
    own: { type: 'map', description: "the line's own fields named timestamp and logStream" },
    '*': { description: 'the fields of the JSON that the line is, or ends in' },
  },
  selects: 'id',
  thing: 'log line',
  consistency:
    'Lines arrive seconds after they were written, sometimes half a minute: give `within` a minute, and let no `never` rest on it alone. A line is dated by the process that wrote it; one that is dated before the step above does not count, and is reported. All who watch a group share one call every two seconds; all groups together make four a second.',
  reads: LINES_READ,
  pauseMs: { first: 2_000, longest: 5_000 },
  permissions: ({ logGroup }) => [{ action: 'logs:FilterLogEvents', resource: logGroup }],
  hop: ({ logGroup }) => `log ${logGroupNameOf(logGroup)}`,
  quotes: ['message', 'errorMessage', 'error'],
  lacksId: () => 'the line does not have the id',
  example: `expect: log
logGroup: /aws/lambda/invoice-export
has:
  level: INFO
within: 90s
`,
  faults: ({ logGroup }) => addressFault(group, logGroup),
  open: async ({ logGroup }, context) => {
    const service = new ServiceClock();
    return {
      poll: async ({ sinceMs, last }) => {
        const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
        const { clock, signal } = context;
        const client = context.clientOf(CloudWatchLogsClient, logGroup);
        const terms = { terms: termsOf(context), wholeWords: typeof context.correlate === 'string' };
        const asked = { ...terms, sinceMs: sinceMs - LOOKBACK_MS, last, clock, client, signal };
        const lines = await linesOf(logGroup.replace(/:\*$/, ''), asked);
        const takenAtMs = clock.nowMs();
        for (const { ingestedAtMs, answeredAtMs, receivedAtMs } of lines) {
          service.observe(ingestedAtMs, receivedAtMs);
          service.observe(answeredAtMs, receivedAtMs);
        }
        const dated = lines.map((line) => ({ ...line, ...datesOf(line, service, takenAtMs) }));
        const counted = dated.filter(({ happenedAtMs }) => happenedAtMs >= sinceMs);
        const selected = counted.flatMap((line) => evidenceIn(line, terms, context));
        const early = dated.filter((line) => !counted.includes(line));
        const nearby = selected.length > 0 ? [] : earlyAmong(early, sinceMs);
        return { selected, nearby, ...(early.length === 0 ? {} : { earlier: early.length }) };
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

interface DatedLine extends LogLine {
  readonly takenAtMs: number;
  readonly happenedAtMs: number;
}

/**
 * The moment of a line: its writer's date, but no later than its ingestion by CloudWatch Logs. It is as late by our clock as the
 * two clocks allow (docs/decisions/0015-when-a-message-happened.md).
 */
function datesOf({ atMs, ingestedAtMs }: LogLine, service: ServiceClock, takenAtMs: number) {
  return { takenAtMs, happenedAtMs: service.latestMs(Math.min(endOfGrain(atMs), ingestedAtMs), takenAtMs) };
}

/** A line is dated by its writer: one from a little earlier may be the right one, by a clock that is wrong. */
function earlyAmong(early: readonly DatedLine[], sinceMs: number): readonly string[] {
  const newest = early.toSorted((a, b) => b.happenedAtMs - a.happenedAtMs)[0];
  if (newest === undefined) return [];
  const before = formatDuration(sinceMs - newest.happenedAtMs);
  return [
    `1 line that would be selected is dated ${before} before the step above began. Is it older, or a clock wrong?`,
  ];
}

/** The run's id in those spellings that do not contain one another. */
function termsOf({ correlate, runId }: WatchContext): readonly string[] {
  if (correlate === false) return [];
  return correlate === true ? [runId, xrayIdOf(runId)] : [correlate];
}

/** One thing for each record of a line; a record that holds none of the terms is another's. */
function evidenceIn(
  line: DatedLine,
  terms: Parameters<typeof holdsTerm>[1],
  { correlate, runId }: WatchContext,
): readonly Evidence[] {
  const { takenAtMs, happenedAtMs } = line;
  const records = recordsIn(line.message);
  return records.flatMap((record, n) => {
    if (records.length > 1 && !holdsTerm(record.text, terms)) return [];
    const id = n === 0 ? line.id : `${line.id}#${n}`;
    const data = dataOf(record, line);
    const more = {
      ...(record.partial ? { unread: TEXT } : {}),
      ...(correlate === true ? {} : { carriesId: runIdsIn(record.text).includes(runId) }),
    };
    return [{ kind: 'log', id, takenAtMs, happenedAtMs, data, final: true, ...more }];
  });
}

/** Plain text may hold, in prose, the value that a check expects in a field. */
const TEXT: NonNullable<Evidence['unread']> = [
  {
    path: '',
    why: 'the line is text, in which a field cannot be read; rule it out by `where: { message: … }`',
  },
];

/** `timestamp` and `logStream` are CloudWatch's; those of the line itself stand under `own`. */
function dataOf({ fields, message }: LogRecord, { stream, atMs }: Pick<LogLine, 'stream' | 'atMs'>): JsonMap {
  const { timestamp, logStream, ...others } = fields;
  const own = {
    ...omitUndefined({ timestamp, logStream }),
  };
  return {
    ...others,
    ...(Object.keys(own).length === 0 ? {} : { own }),
    message,
    timestamp: atMs,
    logStream: stream,
  };
}
