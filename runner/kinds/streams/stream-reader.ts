import type { KinesisClient, ListShardsCommandOutput } from '@aws-sdk/client-kinesis';
import { answerDate } from '../../core/aws/answer-date.ts';
import { streamNameOf } from '../../core/aws/resources/stream.ts';
import type { Clock } from '../../core/base/clock.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { type BatchableRequest, enqueue, type RequestBatcher } from '../aws/request-batcher.ts';
import { beyondLimit } from '../read-limit.ts';
import { readShard, type Shard, type StreamReading, type StreamRecord } from './shard.ts';
import { streamAt } from './stream-address.ts';

/** Shards that one reader reads, each once a second. */
export const MOST_SHARDS = 200;

/** A watch of a stream, as its reader knows it. */
export interface StreamWatcher {
  readonly client: KinesisClient;
  readonly clock: Clock;
  /** Takes each record that is read while it watches. */
  take(records: readonly StreamRecord[]): Promise<void>;
}

/** A place in the reader of a stream. */
export interface StreamSeat {
  /** Reads all shards. With `last`, until nothing that arrived before is unread. */
  read(ask: { readonly last: boolean; readonly signal: AbortSignal }): Promise<void>;
  leave(): void;
}

interface Question extends BatchableRequest {
  readonly last: boolean;
}

/** Reads one stream for all who watch it in this process. */
interface Reader extends RequestBatcher<Question, void> {
  readonly fromMs: number;
  readonly watchers: Set<StreamWatcher>;
  readonly shards: Map<string, Shard>;
  /** The moment from which shards are read, by Kinesis's clock; known with the first list of them. */
  startMs: number;
  /** False if a shard has ended since its children were listed. */
  isListed: boolean;
  /** The beginning of the last round, epoch milliseconds by our clock. */
  roundAtMs: number;
  /** Everything that came after this moment, by our clock, is unread. Infinite during a round: it reads shard after shard. */
  unreadSinceMs: number;
  isReading: boolean;
}

/** A round of reads begins so long after the one before it, in milliseconds. */
const PAUSE_MS = 1_000;
/** Requests within this time share a round. */
const GATHER_MS = 20;
/** AWS takes no request of a clock that is wrong by more (Signature Version 4). In milliseconds. */
const MOST_SKEW_MS = 300_000;
/** Answers are dated to the second, and by one of many machines. Older records are read, and do not count. In milliseconds. */
const LOOKBACK_MS = 10_000;
const SHARDS_AT_ONCE = 10;

const readers = new WeakMap<KinesisClient, Map<string, Set<Reader>>>();

/**
 * Joins the reader of a stream that has still to read all that came since `fromMs`, or starts one. It reads only while watches ask, and
 * steals nothing: records stay in the stream.
 */
export function joinStream(stream: string, watcher: StreamWatcher, fromMs: number): StreamSeat {
  const { client, clock } = watcher;
  const streams = readers.get(client) ?? new Map<string, Set<Reader>>();
  readers.set(client, streams);
  const alike = streams.get(stream) ?? new Set<Reader>();
  streams.set(stream, alike);
  const isFromNow = fromMs >= clock.nowMs();
  const reader =
    [...alike].find(({ unreadSinceMs }) => isFromNow || unreadSinceMs <= fromMs) ?? newReader(fromMs);
  alike.add(reader);
  reader.watchers.add(watcher);
  return {
    read: async (question) =>
      enqueue(reader, question, () => {
        plan(stream, reader, { client, clock });
      }),
    leave: () => {
      reader.watchers.delete(watcher);
      if (reader.watchers.size === 0) alike.delete(reader);
      if (alike.size === 0) streams.delete(stream);
    },
  };
}

function newReader(fromMs: number): Reader {
  return {
    fromMs,
    startMs: fromMs - LOOKBACK_MS,
    isListed: false,
    watchers: new Set(),
    shards: new Map(),
    roundAtMs: fromMs,
    unreadSinceMs: fromMs,
    isReading: false,
    waiting: [],
    planned: undefined,
  };
}

type Around = Pick<StreamWatcher, 'client' | 'clock'>;

function plan(stream: string, reader: Reader, around: Around): void {
  if (reader.isReading || reader.planned !== undefined) return;
  const { clock } = around;
  const isNew = reader.shards.size === 0;
  const atMs = Math.max(clock.nowMs() + GATHER_MS, isNew ? 0 : reader.roundAtMs + PAUSE_MS);
  reader.planned = clock.at(atMs, () => {
    reader.planned = undefined;
    void readTogether(stream, reader, around);
  });
}

/** One round for all who wait; those who ask meanwhile wait for the next, which begins after they asked. */
async function readTogether(stream: string, reader: Reader, around: Around): Promise<void> {
  const waiting = reader.waiting.splice(0);
  reader.isReading = true;
  reader.roundAtMs = around.clock.nowMs();
  reader.unreadSinceMs = Number.POSITIVE_INFINITY;
  try {
    await readShards(reader, {
      stream,
      ...around,
      startOf: () => reader.startMs,
      untilCaughtUp: waiting.some(({ question }) => question.last),
      isWanted: () => reader.watchers.size > 0,
      give: async (records) => {
        for (const watcher of reader.watchers) await watcher.take(records);
      },
    });
    for (const { answer } of waiting) answer();
  } catch (thrown) {
    for (const { refuse } of waiting) refuse(thrown);
  }
  reader.isReading = false;
  reader.unreadSinceMs = around.clock.nowMs();
  if (reader.waiting.length > 0) plan(stream, reader, around);
}

/** Reads every shard, and then those that a reshard made of the ones that ended. */
async function readShards(reader: Reader, reading: StreamReading): Promise<void> {
  const { shards } = reader;
  const read = new Set<Shard>();
  for (;;) {
    if (!reader.isListed) await listShards(reader, reading);
    const next = [...shards.values()].filter((shard) => shard.isOver !== true && !read.has(shard));
    if (next.length === 0) return;
    const faults = await mapWithConcurrency(SHARDS_AT_ONCE, next, async (shard) => {
      read.add(shard);
      const fault = await readShard(shard, reading).then(() => undefined, asThrown);
      if (shard.isOver === true) reader.isListed = false;
      return fault;
    });
    const first = faults.find((fault) => fault !== undefined);
    if (first !== undefined) throw first.thrown;
  }
}

function asThrown(thrown: unknown): { readonly thrown: unknown } {
  return { thrown };
}

/**
 * Adds the shards of now. Of a closed one the children are listed too, so none is missed. The date of the first answer shows how far
 * Kinesis's clock is from ours.
 * @throws ObserverError if there are more than {@link MOST_SHARDS}.
 */
async function listShards(reader: Reader, { stream, client, clock }: StreamReading): Promise<void> {
  const { ListShardsCommand } = await import('@aws-sdk/client-kinesis');
  const { shards, fromMs } = reader;
  let NextToken: string | undefined;
  do {
    // A page after the first is named by its token alone (Kinesis API, ListShards).
    const first = {
      ...streamAt(stream),
      ShardFilter: { Type: 'FROM_TIMESTAMP' as const, Timestamp: new Date(fromMs - MOST_SKEW_MS) },
    };
    const command = new ListShardsCommand(NextToken === undefined ? first : { NextToken });
    const answeredAtMs = answerDate(command);
    const page: ListShardsCommandOutput = await client.send(command);
    const theirsMs = answeredAtMs();
    if (shards.size === 0 && theirsMs !== undefined)
      reader.startMs = fromMs + theirsMs - clock.nowMs() - LOOKBACK_MS;
    for (const { ShardId = '' } of page.Shards ?? []) {
      if (!shards.has(ShardId)) shards.set(ShardId, { id: ShardId });
    }
    const open = [...shards.values()].filter(({ isOver }) => isOver !== true).length;
    if (open > MOST_SHARDS) throw tooMany(stream);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  reader.isListed = true;
}

function tooMany(stream: string): Error {
  const limit = { most: MOST_SHARDS, unit: 'shards' };
  return beyondLimit(limit, `stream ${streamNameOf(stream)}`, 'Expect the effect behind the stream instead.');
}
