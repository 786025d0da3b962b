import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { isJsonList, isJsonMap, type Json } from '../../core/base/json.ts';
import { scalarText } from '../../core/base/numbers.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { parseRunId } from '../../core/base/run-id.ts';
import { holdsSpelledWord } from '../../core/matching/whole-word.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import type { Feed } from '../../core/taps/feeds.ts';
import type { JournalEntry } from '../../core/taps/ports.ts';
import type { PollResult, Watch, WatchContext } from '../kind.ts';

/** Settings that make a noun out of a feed: its selection by address, and the sentences for unselected entries. */
export interface FeedNoun {
  readonly kind: string;
  readonly feed: Feed;
  readonly context: WatchContext;
  /** Place of a value of the system's own: at the paths of the tap's `ids`, or anywhere as a whole word. */
  readonly valueStands: 'at ids' | 'anywhere';
  /** The reason why the address does not select an entry (`its source is shop.returns`), or undefined. */
  missedBy(entry: JournalEntry): string | undefined;
  /** Display name of one entry: `OrderPlaced event`. */
  readonly called: string;
}

/** Limit of sentences about near misses for one poll. */
const MOST_NEARBY = 3;

/** A watch over the entries of a tap or queue: woken by each arrival, never polling. */
export function watchFeed(noun: FeedNoun): Watch {
  const { feed, context } = noun;
  const key = keyOf(noun);
  return {
    poll: async ({ sinceMs, last, sent, explains = true }) => {
      if (last) await feed.assertComplete(sinceMs, sent);
      const found = await feed.read({ ...omitUndefined({ key }), sinceMs: 0 });
      const ours = firstDeliveries(found.filter((entry) => holdsValue(entry, noun)));
      if (last && context.asks.absence) await refuseUnsearched(ours, noun, sinceMs);
      const fitting = ours.filter((entry) => noun.missedBy(entry) === undefined);
      const counts = (entry: JournalEntry): boolean => cameAtMs(entry, noun) >= sinceMs;
      const counted = fitting.filter(counts);
      const early = fitting.filter((entry) => !counts(entry));
      const others = counted.length > 0 || !explains ? [] : await othersThan(ours, noun, sinceMs);
      const nearby = [
        ...earlySentences(early, noun, sinceMs),
        ...(counted.length > 0 ? [] : missedSentences(ours, others, noun)),
      ].slice(0, MOST_NEARBY);
      const caveat = counted.length > 0 ? undefined : feed.caveat;
      return {
        selected: counted.map((entry) => evidenceOf(noun, entry)),
        nearby: caveat === undefined ? nearby : [...nearby, caveat],
        ...omitUndefined({ nothing: caveat }),
        ...(early.length === 0 ? {} : { earlier: early.length }),
        ...(others.length === 0 ? {} : { others: others.length }),
      } satisfies PollResult;
    },
    subscribe: (wake) => feed.subscribe(key, wake),
    close: () => feed.close(),
  };
}

/** The key of the lookup: the run's id, a value at the tap's `ids`, or none for everything. */
function keyOf({ valueStands, context: { correlate, runId } }: FeedNoun): string | undefined {
  if (correlate === false) return undefined;
  if (correlate === true) return runId;
  return valueStands === 'at ids' ? correlate : undefined;
}

function holdsValue({ data }: JournalEntry, { valueStands, context: { correlate } }: FeedNoun): boolean {
  return typeof correlate !== 'string' || valueStands === 'at ids' || holds(data, correlate);
}

/** True if a value is in the data or in the name of a field. It must be a whole word, a number or a truth value. */
function holds(data: Json, value: string): boolean {
  if (typeof data === 'string') return holdsSpelledWord(data, value);
  if (isJsonList(data)) return data.some((one) => holds(one, value));
  return isJsonMap(data)
    ? holds(Object.entries(data).flat(), value)
    : (scalarText(data) ?? String(data)) === value;
}

/** Redelivery is the same thing again; it happened when it was first seen. */
function firstDeliveries(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const first = new Map<string, JournalEntry>();
  for (const entry of entries) if (!first.has(entry.id)) first.set(entry.id, entry);
  return [...first.values()];
}

/**
 * Moment of an entry. For a dead letter of this run it is the receipt, since it may have been sent long before it was
 * dead-lettered. Other dead letters may be many and old, so for them it is the send time.
 */
function cameAtMs({ redriven, receivedAtMs, happenedAtMs }: JournalEntry, { context }: FeedNoun): number {
  return redriven === true && context.correlate !== false ? receivedAtMs : happenedAtMs;
}

function evidenceOf(
  { kind, context: { correlate, runId } }: FeedNoun,
  { id, keys, receivedAtMs, happenedAtMs, data, unread }: JournalEntry,
): Evidence {
  const sight = { kind, id, takenAtMs: receivedAtMs, happenedAtMs, data, final: true };
  const seen = unread === undefined ? sight : { ...sight, unread };
  if (correlate === true) return seen;
  const carriesId = keys.includes(runId);
  return carriesId || unread === undefined ? { ...seen, carriesId } : seen;
}

/** Entries that came to the same address meanwhile and are not ours. */
async function othersThan(
  ours: readonly JournalEntry[],
  noun: FeedNoun,
  sinceMs: number,
): Promise<readonly JournalEntry[]> {
  const known = new Set(ours.map(({ id }) => id));
  const all = firstDeliveries(await noun.feed.read({ sinceMs }));
  return all.filter(
    (entry) => !known.has(entry.id) && noun.missedBy(entry) === undefined && entry.happenedAtMs >= sinceMs,
  );
}

/**
 * An entry that could not be searched may be the one that a check rules out.
 * @throws ObserverError with the reason
 */
async function refuseUnsearched(
  ours: readonly JournalEntry[],
  noun: FeedNoun,
  sinceMs: number,
): Promise<void> {
  const others = await othersThan(ours, noun, sinceMs);
  const [first, ...more] = others.filter(({ opaque }) => opaque !== undefined);
  if (first === undefined) return;
  const things = `${more.length + 1} ${plural(noun.called, more.length + 1)} of ${first.feed}`;
  throw new ObserverError(`${things} could not be searched for the id: ${first.opaque}.`, {
    permanent: true,
  });
}

function earlySentences(early: readonly JournalEntry[], noun: FeedNoun, sinceMs: number): readonly string[] {
  if (early.length === 0) return [];
  const latestMs = early.reduce((latest, entry) => Math.max(latest, cameAtMs(entry, noun)), 0);
  const things = `${plural(noun.called, early.length)}${ourId(noun)}`;
  const nearest = early.length === 1 ? '' : 'the last of them ';
  return [
    `${early.length} earlier, not counted: ${things}, ${nearest}${formatDuration(sinceMs - latestMs)} before the step above began`,
  ];
}

function missedSentences(
  ours: readonly JournalEntry[],
  others: readonly JournalEntry[],
  noun: FeedNoun,
): readonly string[] {
  const elsewhere = ours.flatMap((entry) => noun.missedBy(entry) ?? []);
  return [
    ...elsewhere.map((why) => `1${ourId(noun)} was not selected: ${why}`),
    ...(noun.context.correlate === true ? strangers(others, noun) : []),
    ...(typeof noun.context.correlate === 'string' && others.length > 0
      ? [
          `${others.length} ${plural(noun.called, others.length)} without '${noun.context.correlate}' arrived in the same time`,
        ]
      : []),
  ];
}

/** Of others, those that carry the id of another run, and those that carry none. */
function strangers(others: readonly JournalEntry[], { called }: FeedNoun): readonly string[] {
  const nameless = others.filter(({ keys }) => !keys.some((key) => parseRunId(key) !== undefined)).length;
  const named = others.length - nameless;
  const carry = nameless === 1 ? 'carries' : 'carry';
  return [
    ...(nameless === 0
      ? []
      : [
          `${nameless} ${plural(called, nameless)} ${carry} no run id: pass on \`correlationId\`, or select by \`correlate: \${…}\``,
        ]),
    ...(named === 0 ? [] : [`${named} ${plural(called, named)} with another id arrived in the same time`]),
  ];
}

function ourId({ context: { correlate } }: FeedNoun): string {
  if (correlate === false) return '';
  return correlate === true ? " with the run's id" : ` with '${correlate}'`;
}

function plural(called: string, count: number): string {
  if (count === 1) return called;
  return called.endsWith('sh') ? `${called}es` : `${called}s`;
}
