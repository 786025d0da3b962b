import type { CloudWatchLogsClient, FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { ObserverError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { type Waiting as Gathered, type Gathering, join, type Question, until } from './gathering.ts';

/** What one watch wants of a log group. */
export interface LogQuestion extends Question {
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

type Waiting = Gathered<LogQuestion, readonly LogLine[]>;

/** One log group, and those who wait to hear of it. */
interface Poller extends Gathering<LogQuestion, readonly LogLine[]> {
  askedAtMs: number;
}

/** All the groups of one account and region, which have one quota. */
interface Quota {
  readonly groups: Map<string, Poller>;
  freeAtMs: number;
}

/** The pause between two calls for one group. */
const PAUSE_MS = 2_000;
/** The pause between any two calls: FilterLogEvents has 5 a second for a whole account and region (CloudWatch Logs quotas). */
const BETWEEN_CALLS_MS = 250;
/** Questions that come together are asked together. */
const GATHER_MS = 20;
/** A filter pattern is no longer than this (CloudWatch Logs API, FilterLogEvents). */
const LONGEST_PATTERN = 1_024;
/** A look that needs more pages than this is given up; one of them holds up to 10,000 lines. */
export const MOST_PAGES = 20;

const quotas = new WeakMap<CloudWatchLogsClient, Quota>();

/**
 * The lines of a log group that hold one of the terms, of all who ask at about the same time with one call. They are matched
 * again here: not every CloudWatch Logs filters as AWS does.
 * @throws ObserverError where there are too many lines to be read.
 */
export async function linesOf(group: string, question: LogQuestion): Promise<readonly LogLine[]> {
  const { client, signal } = question;
  signal.throwIfAborted();
  const quota: Quota = quotas.get(client) ?? { groups: new Map(), freeAtMs: Number.NEGATIVE_INFINITY };
  quotas.set(client, quota);
  const poller: Poller = quota.groups.get(group) ?? {
    waiting: [],
    askedAtMs: Number.NEGATIVE_INFINITY,
    planned: undefined,
  };
  quota.groups.set(group, poller);
  return join(poller, question, () => plan(group, poller, { quota, clock: question.clock }));
}

interface Around {
  readonly quota: Quota;
  readonly clock: Clock;
}

function plan(group: string, poller: Poller, around: Around): void {
  if (poller.planned !== undefined) return;
  const { clock } = around;
  const atMs = Math.max(clock.nowMs() + GATHER_MS, poller.askedAtMs + PAUSE_MS);
  poller.planned = clock.at(atMs, () => {
    poller.planned = undefined;
    poller.askedAtMs = clock.nowMs();
    void askTogether(group, poller.waiting.splice(0), around);
  });
}

/** One call, or as many as the longest pattern allows, for all who wait. */
async function askTogether(group: string, waiting: readonly Waiting[], around: Around): Promise<void> {
  for (const batch of batchesOf(waiting)) {
    try {
      const lines = await ask(group, batch, around);
      for (const { question, answer } of batch) answer(lines.filter((line) => isWanted(line, question)));
    } catch (thrown) {
      for (const { refuse } of batch) refuse(thrown);
    }
  }
}

/** Lines are dated to the millisecond; our clock is finer. */
function isWanted({ message, atMs }: LogLine, { terms, sinceMs }: LogQuestion): boolean {
  return atMs >= Math.floor(sinceMs) && (terms.length === 0 || terms.some((term) => message.includes(term)));
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

async function ask(group: string, batch: readonly Waiting[], around: Around): Promise<readonly LogLine[]> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const [{ question }] = batch as [Waiting];
  const pattern = patternOf(batch);
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    await turn(around);
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
    if (nextToken === undefined) return lines;
  }
  throw new ObserverError(
    `Log group ${group} has more lines than a look can read (${MOST_PAGES} pages). Let the check select by an id.`,
    { lasting: true },
  );
}

/** Waits for this call's turn in the quota that all groups share. */
async function turn({ quota, clock }: Around): Promise<void> {
  const nowMs = clock.nowMs();
  const atMs = Math.max(nowMs, quota.freeAtMs);
  quota.freeAtMs = atMs + BETWEEN_CALLS_MS;
  if (atMs > nowMs) await until(atMs, clock);
}

function lineOf({ eventId, logStreamName = '', timestamp = 0, message = '' }: FilteredLogEvent): LogLine {
  const id = eventId ?? `${logStreamName}@${timestamp}:${message}`;
  return { id, stream: logStreamName, atMs: timestamp, message };
}
