import type { CloudWatchLogsClient, FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { answerDate } from '../../core/aws/answer-date.ts';
import { type Clock, waitUntil } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { holdsSpelledWord } from '../../core/matching/whole-word.ts';
import { beyondLimit, type ReadLimit } from '../read-limit.ts';
import {
  type BatchableRequest,
  enqueue,
  type PendingRequest as Gathered,
  type RequestBatcher,
} from './request-batcher.ts';

/** Request of one watch to a log group. */
export interface LogQuestion extends BatchableRequest {
  /** Texts of which a line must hold one; none: every line. */
  readonly terms: readonly string[];
  /** A term counts only as a whole word: `ord_1` is not in `ord_12`. */
  readonly wholeWords: boolean;
  readonly sinceMs: number;
  /** The answer must hold every line. Otherwise a long reading may go on with the next question. */
  readonly last: boolean;
  readonly clock: Clock;
  readonly client: CloudWatchLogsClient;
}

export interface LogLine {
  readonly id: string;
  readonly stream: string;
  /** Time of the line by its writer's clock, epoch milliseconds. */
  readonly atMs: number;
  /** Time of its ingestion by CloudWatch Logs' clock, epoch milliseconds. */
  readonly ingestedAtMs: number;
  /** The date of the answer that it came with, by the same clock, and when we had it by ours. */
  readonly answeredAtMs: number;
  readonly receivedAtMs: number;
  readonly message: string;
}

/** A reading of many pages that is not at its end. */
interface PagedReading {
  readonly lines: readonly LogLine[];
  readonly nextToken: string;
}

type Waiting = Gathered<LogQuestion, readonly LogLine[]>;

/** One log group, with its pending requests. */
interface Poller extends RequestBatcher<LogQuestion, readonly LogLine[]> {
  askedAtMs: number;
  /** Readings that go on with the next question, by pattern and start. */
  readonly readings: Map<string, PagedReading>;
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
/** Requests within this time share a call. */
const GATHER_MS = 20;
/** A filter pattern is no longer than this (CloudWatch Logs API, FilterLogEvents). */
const LONGEST_PATTERN = 1_024;
/** Page limit of one poll before the last; a page may be empty and still be followed by others (FilterLogEvents). */
const PAGES_A_POLL = 20;
/** The last poll reads all pages, for at most this time. */
const LONGEST_READING_MS = 30_000;
/** A page holds up to 10,000 lines. */
export const LINES_READ: ReadLimit = { most: 10_000, unit: 'lines that would be selected' };

const quotas = new WeakMap<CloudWatchLogsClient, Quota>();

/**
 * The lines of a log group with one of the terms; concurrent requests share a call. They are matched again here: not every CloudWatch Logs
 * filters as AWS does.
 * @throws ObserverError if there are more than {@link LINES_READ}, or if the last poll does not come to the end of their pages.
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
    readings: new Map(),
  };
  quota.groups.set(group, poller);
  return enqueue(poller, question, () => plan(group, poller, { quota, clock: question.clock }));
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
    void askTogether(group, poller, around);
  });
}

/** One call for all pending requests, or several if their terms exceed the longest pattern. */
async function askTogether(group: string, poller: Poller, around: Around): Promise<void> {
  const waiting = poller.waiting.splice(0);
  const batches = batchesOf(waiting);
  const inUse = new Set(batches.map(keyOf));
  for (const key of poller.readings.keys()) if (!inUse.has(key)) poller.readings.delete(key);
  for (const batch of batches) await answerTo(group, batch, { ...around, readings: poller.readings });
}

/** Too many lines for all of a batch may be few enough for each of them alone. */
async function answerTo(group: string, batch: readonly Waiting[], asking: PollContext): Promise<void> {
  try {
    const lines = await ask(group, batch, asking);
    if (lines !== undefined)
      for (const { question, answer } of batch) answer(lines.filter((line) => isWanted(line, question)));
    else if (batch.length > 1) for (const one of batch) await answerTo(group, [one], asking);
    else throw beyondLimit(LINES_READ, `log group ${group}`, 'Let the check select by an id.');
  } catch (thrown) {
    for (const { refuse } of batch) refuse(thrown);
  }
}

/** Lines are dated to the millisecond; our clock is finer. */
function isWanted({ message, atMs }: LogLine, { sinceMs, ...of }: LogQuestion): boolean {
  return atMs >= Math.floor(sinceMs) && holdsTerm(message, of);
}

/** True for a text with one of the terms; without terms, for every text. */
export function holdsTerm(
  text: string,
  { terms, wholeWords }: Pick<LogQuestion, 'terms' | 'wholeWords'>,
): boolean {
  if (terms.length === 0) return true;
  return terms.some((term) => (wholeWords ? holdsSpelledWord(text, term) : text.includes(term)));
}

/** Requests for every line share one call without a pattern; the others as many terms as one pattern holds. */
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
  const terms = new Set(batch.flatMap(({ question }) => question.terms.flatMap(asWritten)));
  const quoted = [...terms].map((term) => `"${term.replace(/["\\]/g, '\\$&')}"`);
  return quoted.length === 1 ? (quoted[0] as string) : quoted.map((term) => `?${term}`).join(' ');
}

/** Characters that every JSON writer leaves unescaped: .NET's also escapes `+`, `&`, `'`, `<` and `>`. */
const NEVER_ESCAPED = /[\w .:,;=@#-]+/g;
/** A part as long as this is rare enough for the service to filter by; the lines are matched in full here. */
const SHORTEST_PART = 6;

/** The part of a term that is in a line under every JSON writer: its longest plain part, or each of its spellings. */
function asWritten(term: string): readonly string[] {
  const parts = term.match(NEVER_ESCAPED) ?? [];
  const longest = parts.toSorted((a, b) => b.length - a.length)[0] ?? '';
  if (longest.length >= Math.min(SHORTEST_PART, term.length)) return [longest];
  const escaped = JSON.stringify(term).slice(1, -1);
  const ascii = escaped.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([term, escaped, ascii, escaped.replaceAll('/', '\\/')])];
}

interface PollContext extends Around {
  readonly readings: Map<string, PagedReading>;
}

/** The identity of a reading: its pages follow from it. */
function keyOf(batch: readonly Waiting[]): string {
  return `${startOf(batch)} ${patternOf(batch)}`;
}

function startOf(batch: readonly Waiting[]): number {
  return Math.floor(Math.min(...batch.map(({ question }) => question.sinceMs)));
}

/**
 * The lines of all pages. Before the last poll possibly only of the first; the next poll goes on from there. The last poll begins anew,
 * since lines may have come to pages that were read before. Undefined: there are too many.
 */
async function ask(
  group: string,
  batch: readonly Waiting[],
  asking: PollContext,
): Promise<readonly LogLine[] | undefined> {
  const [{ question }] = batch as [Waiting];
  const { readings, clock } = asking;
  const key = keyOf(batch);
  const last = batch.some((one) => one.question.last);
  const before = last ? undefined : readings.get(key);
  readings.delete(key);
  const lines = [...(before?.lines ?? [])];
  let nextToken = before?.nextToken;
  const untilMs = clock.nowMs() + LONGEST_READING_MS;
  const mostPages = last ? Number.POSITIVE_INFINITY : PAGES_A_POLL;
  for (let page = 0; page < mostPages; page += 1) {
    if (clock.nowMs() > untilMs) throw endless(group);
    await turn(asking);
    const command = await commandFor(group, batch, nextToken);
    const answeredAtMs = answerDate(command);
    const answer = await question.client.send(command);
    const receivedAtMs = clock.nowMs();
    lines.push(...(answer.events ?? []).map((event) => lineOf(event, receivedAtMs, answeredAtMs())));
    if (lines.length > LINES_READ.most) return undefined;
    nextToken = answer.nextToken;
    if (nextToken === undefined) return lines;
  }
  readings.set(key, { lines, nextToken: nextToken as string });
  return lines;
}

async function commandFor(group: string, batch: readonly Waiting[], nextToken: string | undefined) {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const pattern = patternOf(batch);
  return new FilterLogEventsCommand({
    ...(group.startsWith('arn:') ? { logGroupIdentifier: group } : { logGroupName: group }),
    startTime: startOf(batch),
    ...(pattern === '' ? {} : { filterPattern: pattern }),
    ...omitUndefined({ nextToken }),
  });
}

function endless(group: string): Error {
  return new ObserverError(
    `CloudWatch Logs did not come to the end of log group ${group} within ${formatDuration(LONGEST_READING_MS)}, so lines may ` +
      'be missing. Let the check begin later, or look into a smaller group.',
  );
}

/** Waits for this call's turn in the quota that all groups share. */
async function turn({ quota, clock }: Around): Promise<void> {
  const nowMs = clock.nowMs();
  const atMs = Math.max(nowMs, quota.freeAtMs);
  quota.freeAtMs = atMs + BETWEEN_CALLS_MS;
  if (atMs > nowMs) await waitUntil(atMs, clock);
}

function lineOf(event: FilteredLogEvent, receivedAtMs: number, answerAtMs: number | undefined): LogLine {
  const { eventId, logStreamName: stream = '', timestamp: atMs = 0, message = '' } = event;
  const { ingestionTime: ingestedAtMs = atMs } = event;
  const id = eventId ?? `${stream}@${atMs}:${message}`;
  return { id, stream, atMs, ingestedAtMs, answeredAtMs: answerAtMs ?? ingestedAtMs, receivedAtMs, message };
}
