import { createHash } from 'node:crypto';
import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** Kinesis: data streams, their shards, and records that stay until the end. */
export interface Streams {
  call(operation: string, body: Body): Json;
}

interface StoredRecord {
  readonly SequenceNumber: string;
  readonly ApproximateArrivalTimestamp: number;
  readonly Data: string;
  readonly PartitionKey: string;
}

interface Shard {
  readonly ShardId: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly parents: readonly string[];
  readonly records: StoredRecord[];
  isClosed: boolean;
}

interface Stream {
  readonly name: string;
  readonly shards: Shard[];
}

/** A position of a reader: what a shard iterator stands for. */
interface Position {
  readonly stream: string;
  readonly shard: string;
  readonly at: number;
  readonly madeAtMs: number;
}

const HASHES = 2n ** 128n;
/** Kinesis API, GetShardIterator. */
const ITERATOR_MS = 300_000;
const MOST_RECORDS = 10_000;

type Operations = Readonly<Record<string, (body: Body) => Json>>;

/** The streams of one account, and what its operations share. */
interface Account {
  readonly region: string;
  readonly account: string;
  readonly streams: Map<string, Stream>;
  streamOf(body: Body): Stream;
  nextNumber(): string;
  nowMs(): number;
}

/** Starts it without streams. `nowMs` is its clock. */
export function startStreams(region: string, account: string, nowMs = Date.now): Streams {
  const streams = new Map<string, Stream>();
  let sequence = 49_000_000_000_000_000_000n;
  const own: Account = {
    region,
    account,
    streams,
    streamOf: ({ StreamName, StreamARN }) => {
      const name = String(StreamName ?? String(StreamARN).replace(/^.*:stream\//, ''));
      const found = streams.get(name);
      if (found !== undefined) return found;
      throw new Refusal('ResourceNotFoundException', `Stream ${name} under account ${account} not found.`);
    },
    nextNumber: () => {
      sequence += 1n;
      return String(sequence);
    },
    nowMs,
  };
  const operations = { ...ofStreams(own), ...ofShards(own), ...ofRecords(own) };
  return {
    call: (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('Kinesis', operation);
      return work(body);
    },
  };
}

function ofStreams({ region, account, streams, streamOf }: Account): Operations {
  return {
    CreateStream: ({ StreamName, ShardCount }) => {
      const name = String(StreamName);
      if (streams.has(name)) throw new Refusal('ResourceInUseException', `Stream ${name} already exists.`);
      const count = Number(ShardCount ?? 1);
      const shards = Array.from({ length: count }, (_, n) => shardOf(n, rangeOf(BigInt(n), BigInt(count))));
      streams.set(name, { name, shards });
      return {};
    },
    DescribeStreamSummary: (body) => {
      const { name, shards } = streamOf(body);
      return {
        StreamDescriptionSummary: {
          StreamName: name,
          StreamARN: `arn:aws:kinesis:${region}:${account}:stream/${name}`,
          StreamStatus: 'ACTIVE',
          OpenShardCount: shards.filter(({ isClosed }) => !isClosed).length,
          RetentionPeriodHours: 24,
          EnhancedMonitoring: [],
          StreamCreationTimestamp: 0,
        },
      };
    },
  };
}

function ofShards({ streamOf }: Account): Operations {
  return {
    ListShards: (body) => ({ Shards: streamOf(body).shards.map(viewOf) }),
    SplitShard: (body) => {
      const { shards } = streamOf(body);
      const parent = shardNamed(shards, body['ShardToSplit']);
      const middle = BigInt(String(body['NewStartingHashKey']));
      parent.isClosed = true;
      shards.push(shardOf(shards.length, { from: parent.from, to: middle - 1n }, [parent.ShardId]));
      shards.push(shardOf(shards.length, { from: middle, to: parent.to }, [parent.ShardId]));
      return {};
    },
    MergeShards: (body) => {
      const { shards } = streamOf(body);
      const parents = [body['ShardToMerge'], body['AdjacentShardToMerge']].map((id) =>
        shardNamed(shards, id),
      );
      const [one, other] = parents.toSorted((a, b) => (a.from < b.from ? -1 : 1)) as [Shard, Shard];
      for (const parent of parents) parent.isClosed = true;
      const ids = parents.map(({ ShardId }) => ShardId);
      shards.push(shardOf(shards.length, { from: one.from, to: other.to }, ids));
      return {};
    },
  };
}

function ofRecords({ streamOf, nextNumber, nowMs }: Account): Operations {
  return {
    PutRecord: (body) => {
      const key = String(body['PartitionKey']);
      const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
      const open = streamOf(body).shards.filter(({ isClosed }) => !isClosed);
      const shard = open.find(({ from, to }) => hash >= from && hash <= to) as Shard;
      const record = {
        SequenceNumber: nextNumber(),
        ApproximateArrivalTimestamp: nowMs() / 1_000,
        Data: String(body['Data']),
        PartitionKey: key,
      };
      shard.records.push(record);
      return { ShardId: shard.ShardId, SequenceNumber: record.SequenceNumber };
    },
    GetShardIterator: (body) => {
      const { name: stream, shards } = streamOf(body);
      const { ShardId: shard, records } = shardNamed(shards, body['ShardId']);
      const position = { stream, shard, at: startIn(records, body), madeAtMs: nowMs() };
      return { ShardIterator: iteratorAt(position) };
    },
    GetRecords: (body) => {
      const { stream, shard, at, madeAtMs } = positionOf(String(body['ShardIterator']));
      if (nowMs() - madeAtMs > ITERATOR_MS)
        throw new Refusal('ExpiredIteratorException', 'Iterator expired.');
      const { records, isClosed } = shardNamed(streamOf({ StreamName: stream }).shards, shard);
      const given = records.slice(at, at + Number(body['Limit'] ?? MOST_RECORDS));
      const next = at + given.length;
      const isBehind = next < records.length;
      const position = { stream, shard, at: next, madeAtMs: nowMs() };
      return {
        Records: given.map((record) => ({ ...record })),
        MillisBehindLatest: isBehind ? 1 : 0,
        ...(isClosed && !isBehind ? {} : { NextShardIterator: iteratorAt(position) }),
      };
    },
  };
}

function rangeOf(n: bigint, count: bigint): Pick<Shard, 'from' | 'to'> {
  return { from: (HASHES * n) / count, to: (HASHES * (n + 1n)) / count - 1n };
}

function shardOf(n: number, range: Pick<Shard, 'from' | 'to'>, parents: readonly string[] = []): Shard {
  const ShardId = `shardId-${String(n).padStart(12, '0')}`;
  return { ShardId, ...range, parents, records: [], isClosed: false };
}

function viewOf({ ShardId, from, to, parents: [parent, adjacent], records, isClosed }: Shard): Json {
  const first = records[0]?.SequenceNumber ?? '0';
  return {
    ShardId,
    HashKeyRange: { StartingHashKey: String(from), EndingHashKey: String(to) },
    SequenceNumberRange: {
      StartingSequenceNumber: first,
      ...(isClosed ? { EndingSequenceNumber: records.at(-1)?.SequenceNumber ?? first } : {}),
    },
    ...(parent === undefined ? {} : { ParentShardId: parent }),
    ...(adjacent === undefined ? {} : { AdjacentParentShardId: adjacent }),
  };
}

function shardNamed(shards: readonly Shard[], id: Json | undefined): Shard {
  const found = shards.find(({ ShardId }) => ShardId === id);
  if (found !== undefined) return found;
  throw new Refusal('ResourceNotFoundException', `Could not find shard ${String(id)}.`);
}

function startIn(records: readonly StoredRecord[], body: Body): number {
  const { ShardIteratorType: type, Timestamp, StartingSequenceNumber } = body;
  if (type === 'TRIM_HORIZON') return 0;
  if (type === 'LATEST') return records.length;
  const isReached = (one: StoredRecord): boolean => {
    if (type === 'AT_TIMESTAMP') return one.ApproximateArrivalTimestamp >= Number(Timestamp);
    const [own, asked] = [BigInt(one.SequenceNumber), BigInt(String(StartingSequenceNumber))];
    return type === 'AFTER_SEQUENCE_NUMBER' ? own > asked : own >= asked;
  };
  const at = records.findIndex(isReached);
  return at < 0 ? records.length : at;
}

function iteratorAt(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64');
}

function positionOf(iterator: string): Position {
  return JSON.parse(Buffer.from(iterator, 'base64').toString()) as Position;
}
