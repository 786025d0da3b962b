import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { streamNameOf } from '../../core/aws/resources/stream.ts';
import { endOfGrain, ServiceClock } from '../../core/aws/service-clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { runIdsIn } from '../../core/base/run-id.ts';
import { holdsSpelledWord } from '../../core/matching/whole-word.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import type { PollRequest, PollResult, Watch, WatchContext } from '../kind.ts';
import { beyondLimit, type ReadLimit } from '../read-limit.ts';
import type { OpenedRecord } from './record-content.ts';
import type { StreamRecord } from './shard.ts';
import { joinStream, type StreamSeat, type StreamWatcher } from './stream-reader.ts';

const MOST_BYTES = 50_000_000;
/** Bounds of the records that one watch keeps. */
export const RECORDS_READ: ReadLimit = {
  most: 10_000,
  unit: `records that would be selected, or ${MOST_BYTES / 1_000_000} MB of them`,
};

/** The moments that date a record. */
type Arrived = Pick<StreamRecord, 'arrivedAtMs' | 'receivedAtMs'> & Pick<OpenedRecord, 'opaque'>;
/** A record that a watch keeps. */
type Kept = Arrived & Pick<StreamRecord, 'id'> & OpenedRecord;
type Dated = Kept & { readonly happenedAtMs: number };

/** A watch over the records of a stream that came since it was opened. */
export function watchRecords(stream: string, client: KinesisClient, context: WatchContext): Watch {
  const { clock, signal } = context;
  const found = new FoundRecords(context);
  const watcher: StreamWatcher = { client, clock, take: async (records) => found.take(records) };
  let fromMs = clock.nowMs();
  let seat: StreamSeat = joinStream(stream, watcher, fromMs);
  return {
    poll: async ({ sinceMs, last }: PollRequest): Promise<PollResult> => {
      if (sinceMs < fromMs) {
        // Opened after the act: the records of the time between may be read already, by the others' reader.
        fromMs = sinceMs;
        seat.leave();
        seat = joinStream(stream, watcher, fromMs);
      }
      await seat.read({ last, signal });
      if (found.isFull) throw tooMany(stream);
      const { counted, early, strangers } = found.since(sinceMs);
      refuseUnsearched(strangers, { stream, last, context });
      const nearby = [...earlySentences(early, sinceMs), ...otherSentences(strangers.length, context)];
      return {
        selected: counted.map((one) => evidenceOf(one, context)),
        nearby: counted.length > 0 ? [] : nearby,
        ...(early.length === 0 ? {} : { earlier: early.length }),
        ...(strangers.length === 0 ? {} : { others: strangers.length }),
      };
    },
    close: async () => seat.leave(),
  };
}

/** The records that one watch was given. */
class FoundRecords {
  readonly #context: WatchContext;
  readonly #dates = new ServiceClock();
  readonly #kept = new Map<string, Kept>();
  /** The newest other records: those that could not be searched have a reason. */
  readonly #others = new Map<string, Arrived>();
  #bytes = 0;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /** True beyond {@link RECORDS_READ}: no more are kept. */
  get isFull(): boolean {
    return this.#kept.size > RECORDS_READ.most || this.#bytes > MOST_BYTES;
  }

  async take(records: readonly StreamRecord[]): Promise<void> {
    for (const record of records) {
      const { id, arrivedAtMs, answeredAtMs, receivedAtMs, size } = record;
      this.#dates.observe(arrivedAtMs, receivedAtMs);
      this.#dates.observe(answeredAtMs, receivedAtMs);
      const opened = await record.opened();
      if (!isSelected(opened, this.#context)) this.#addOther(id, { ...opened, arrivedAtMs, receivedAtMs });
      else if (!this.isFull && !this.#kept.has(id)) {
        this.#kept.set(id, { ...opened, id, arrivedAtMs, receivedAtMs });
        this.#bytes += size;
      }
    }
  }

  #addOther(id: string, { arrivedAtMs, receivedAtMs, opaque }: Arrived): void {
    if (this.#others.size === RECORDS_READ.most)
      this.#others.delete(this.#others.keys().next().value as string);
    this.#others.set(id, { arrivedAtMs, receivedAtMs, ...omitUndefined({ opaque }) });
  }

  /** The records that count from a moment on, those of ours from before it, and others of that time. */
  since(sinceMs: number): Readonly<Record<'counted' | 'early', readonly Dated[]>> & {
    readonly strangers: readonly Arrived[];
  } {
    const all = [...this.#kept.values()].map((one) => ({ ...one, happenedAtMs: this.#happenedAtMs(one) }));
    return {
      counted: all.filter(({ happenedAtMs }) => happenedAtMs >= sinceMs),
      early: all.filter(({ happenedAtMs }) => happenedAtMs < sinceMs),
      strangers: [...this.#others.values()].filter((one) => this.#happenedAtMs(one) >= sinceMs),
    };
  }

  #happenedAtMs({ arrivedAtMs, receivedAtMs }: Arrived): number {
    return this.#dates.latestMs(endOfGrain(arrivedAtMs), receivedAtMs);
  }
}

function isSelected({ text }: OpenedRecord, { correlate, runId }: WatchContext): boolean {
  if (correlate === false) return true;
  return correlate === true ? runIdsIn(text).includes(runId) : holdsSpelledWord(text, correlate);
}

function evidenceOf(
  { id, receivedAtMs, happenedAtMs, data, text, unread, truncated }: Dated,
  { correlate, runId }: WatchContext,
): Evidence {
  return {
    kind: 'record',
    id,
    takenAtMs: receivedAtMs,
    happenedAtMs,
    data,
    final: true,
    ...omitUndefined({ unread, truncated }),
    ...(correlate === true ? {} : { carriesId: runIdsIn(text).includes(runId) }),
  };
}

/**
 * A record that could not be searched may be the one that a check rules out.
 * @throws ObserverError with the reason
 */
function refuseUnsearched(
  strangers: readonly Arrived[],
  {
    stream,
    last,
    context,
  }: { readonly stream: string; readonly last: boolean; readonly context: WatchContext },
): void {
  if (!last || !context.asks.absence) return;
  const unsearched = strangers.flatMap(({ opaque }) => opaque ?? []);
  const [why] = unsearched;
  if (why === undefined) return;
  const records = unsearched.length === 1 ? '1 record' : `${unsearched.length} records`;
  throw new ObserverError(
    `${records} of stream ${streamNameOf(stream)} could not be searched for the id: ${why}. Expect the effect behind the stream instead.`,
    { permanent: true },
  );
}

function earlySentences(early: readonly Dated[], sinceMs: number): readonly string[] {
  if (early.length === 0) return [];
  const latestMs = early.reduce((latest, { happenedAtMs }) => Math.max(latest, happenedAtMs), 0);
  const things = early.length === 1 ? 'a record' : 'records, the last of them';
  return [
    `${early.length} earlier, not counted: ${things} ${formatDuration(sinceMs - latestMs)} before the step above began`,
  ];
}

function otherSentences(count: number, { correlate }: WatchContext): readonly string[] {
  if (count === 0) return [];
  const lacks = typeof correlate === 'string' ? `'${correlate}'` : "the run's id";
  return [`${count} ${count === 1 ? 'record' : 'records'} without ${lacks} arrived in the same time`];
}

function tooMany(stream: string): Error {
  const remedy = 'Let the check select by an id.';
  return beyondLimit(RECORDS_READ, `stream ${streamNameOf(stream)}`, remedy);
}
