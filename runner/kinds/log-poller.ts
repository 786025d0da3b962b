import type { CloudWatchLogsClient, FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../core/ports.ts';

/** What one watch wants of a log group. */
export interface LogQuestion {
  /** Texts of which a line must hold one; none: every line. */
  readonly terms: readonly string[];
  readonly sinceMs: number;
  readonly clock: Clock;
  readonly client: CloudWatchLogsClient;
}

/** A line of a log. */
export interface LogLine {
  readonly id: string;
  readonly stream: string;
  readonly atMs: number;
  readonly message: string;
}

interface Waiting {
  readonly question: LogQuestion;
  answer(lines: readonly LogLine[]): void;
  refuse(fault: unknown): void;
}

interface Poller {
  readonly waiting: Waiting[];
  askedAtMs: number;
  planned: boolean;
}

/** The pause between two calls for one group: FilterLogEvents has 5 calls a second for a whole account and region. */
const PAUSE_MS = 2_000;
/** Questions that come together are asked together. */
const GATHER_MS = 20;
/** A filter pattern is no longer than this (CloudWatch Logs API, FilterLogEvents). */
const LONGEST_PATTERN = 1_024;
const MOST_PAGES = 20;

const pollers = new WeakMap<CloudWatchLogsClient, Map<string, Poller>>();

/**
 * The lines of a log group that hold one of the terms, of all who ask at about the same time with one call. They are matched
 * again here: not every CloudWatch Logs filters as AWS does.
 */
export async function linesOf(group: string, question: LogQuestion): Promise<readonly LogLine[]> {
  const groups = pollers.get(question.client) ?? new Map<string, Poller>();
  pollers.set(question.client, groups);
  const poller = groups.get(group) ?? { waiting: [], askedAtMs: Number.NEGATIVE_INFINITY, planned: false };
  groups.set(group, poller);
  const { promise, resolve, reject } = Promise.withResolvers<readonly LogLine[]>();
  poller.waiting.push({ question, answer: resolve, refuse: reject });
  plan(group, poller, question.clock);
  return promise;
}

function plan(group: string, poller: Poller, clock: Clock): void {
  if (poller.planned) return;
  poller.planned = true;
  const atMs = Math.max(clock.nowMs() + GATHER_MS, poller.askedAtMs + PAUSE_MS);
  clock.at(atMs, () => {
    poller.planned = false;
    poller.askedAtMs = clock.nowMs();
    void askTogether(group, poller.waiting.splice(0));
  });
}

/** One call, or as many as the longest pattern allows, for all who wait. */
async function askTogether(group: string, waiting: readonly Waiting[]): Promise<void> {
  for (const batch of batchesOf(waiting)) {
    try {
      const lines = await ask(group, batch);
      for (const { question, answer } of batch) answer(lines.filter((line) => isWanted(line, question)));
    } catch (thrown) {
      for (const { refuse } of batch) refuse(thrown);
    }
  }
}

function isWanted({ message, atMs }: LogLine, { terms, sinceMs }: LogQuestion): boolean {
  return atMs >= sinceMs && (terms.length === 0 || terms.some((term) => message.includes(term)));
}

/** Those who want every line share one call without a pattern; the others as many terms as one pattern holds. */
function batchesOf(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const batches: Waiting[][] = [];
  for (const one of waiting) {
    const fitting = batches.find((batch) => {
      const all = [...batch, one];
      const alike = ((batch[0] as Waiting).question.terms.length === 0) === (one.question.terms.length === 0);
      return alike && patternOf(all).length <= LONGEST_PATTERN;
    });
    if (fitting === undefined) batches.push([one]);
    else fitting.push(one);
  }
  return batches;
}

/** `?"a" ?"b"`: lines that hold one of them (CloudWatch Logs user guide, "Filter pattern syntax"). */
function patternOf(batch: readonly Waiting[]): string {
  const terms = new Set(batch.flatMap(({ question }) => question.terms));
  const quoted = [...terms].map((term) => `"${term.replace(/["\\]/g, '\\$&')}"`);
  return quoted.length === 1 ? (quoted[0] as string) : quoted.map((term) => `?${term}`).join(' ');
}

async function ask(group: string, batch: readonly Waiting[]): Promise<readonly LogLine[]> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const [{ question }] = batch as [Waiting];
  const pattern = patternOf(batch);
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await question.client.send(
      new FilterLogEventsCommand({
        ...(group.startsWith('arn:') ? { logGroupIdentifier: group } : { logGroupName: group }),
        startTime: Math.floor(Math.min(...batch.map((one) => one.question.sinceMs))),
        ...(pattern === '' ? {} : { filterPattern: pattern }),
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
    // A page may be empty and still be followed by others.
    lines.push(...(answer.events ?? []).map(lineOf));
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return lines;
}

function lineOf({ eventId, logStreamName = '', timestamp = 0, message = '' }: FilteredLogEvent): LogLine {
  const id = eventId ?? `${logStreamName}@${timestamp}:${message}`;
  return { id, stream: logStreamName, atMs: timestamp, message };
}
