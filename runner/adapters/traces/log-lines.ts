import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { TracedLine } from '../../core/trace/entries-of-logs.ts';
import { holdsSubject, type TraceSubject, termsOf } from '../../core/trace/subject.ts';
import type { AwsClients } from '../aws/clients.ts';

/** A stretch of time, in epoch milliseconds, and the subject that a thing must hold. */
export interface TraceQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly subject: TraceSubject;
  readonly signal: AbortSignal;
}

/** Things that were found, and whether more may be there. */
export interface Found<Thing> {
  readonly things: readonly Thing[];
  readonly isWhole: boolean;
}

const MOST_LINES = 500;
/** A page may be empty and still be followed by others (CloudWatch Logs API, FilterLogEvents). */
const MOST_PAGES = 20;
/** Characters that no writer of JSON escapes: the service filters by a part of them, and lines are matched in full here. */
const PLAIN = /[\w .:,;=@#-]+/g;

/** Reads the lines of a log group that hold the subject. A right: `logs:FilterLogEvents`. */
export async function logLines(
  { clientOf }: AwsClients,
  group: string,
  { fromMs, toMs, subject, signal }: TraceQuery,
): Promise<Found<TracedLine>> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = clientOf(CloudWatchLogsClient, 'observe', group);
  const name = group.replace(/:\*$/, '');
  const things: TracedLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES && things.length < MOST_LINES; page += 1) {
    const command = new FilterLogEventsCommand({
      ...(name.startsWith('arn:') ? { logGroupIdentifier: name } : { logGroupName: name }),
      startTime: Math.floor(fromMs),
      endTime: Math.ceil(toMs),
      filterPattern: patternOf(termsOf(subject)),
      ...omitUndefined({ nextToken }),
    });
    const answer = await client.send(command, { abortSignal: signal });
    for (const { timestamp: atMs = fromMs, message = '' } of answer.events ?? [])
      if (holdsSubject(message, subject)) things.push({ atMs, message });
    nextToken = answer.nextToken;
    if (nextToken === undefined) return { things, isWhole: true };
  }
  return { things, isWhole: false };
}

/** `?"a" ?"b"`: lines that hold one of them (CloudWatch Logs user guide, "Filter pattern syntax"). */
function patternOf(terms: readonly string[]): string {
  const quoted = terms.map((term) => {
    const [longest = term] = (term.match(PLAIN) ?? []).toSorted((a, b) => b.length - a.length);
    return `"${longest.replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return quoted.length === 1 ? (quoted[0] as string) : quoted.map((term) => `?${term}`).join(' ');
}
