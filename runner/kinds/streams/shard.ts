import type {
  GetRecordsCommandOutput,
  GetShardIteratorCommandInput,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { answerDate } from '../../core/aws/answer-date.ts';
import { streamNameOf } from '../../core/aws/resources/stream.ts';
import { type Clock, waitUntil } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { type OpenedRecord, openRecord, recordsIn } from './record-content.ts';
import { streamAt } from './stream-address.ts';

/** A shard of a stream, and how far it is read. */
export interface Shard {
  readonly id: string;
  /** The position of the next read; undefined before the first, and once it expired. */
  iterator?: string | undefined;
  /** The newest record that was read. */
  sequenceNumber?: string;
  /** True for a shard that was closed by a reshard, and is read to its end. */
  isOver?: true;
}

/** A record with the moments by which it is dated. */
export interface StreamRecord {
  readonly id: string;
  /** The moment of its arrival by Kinesis's clock, epoch milliseconds. */
  readonly arrivedAtMs: number;
  /** The date of the answer that brought it, by the same clock, and when we had it by ours. */
  readonly answeredAtMs: number;
  readonly receivedAtMs: number;
  readonly size: number;
  /** Its content, opened once for all watches. */
  opened(): Promise<OpenedRecord>;
}

/** Reading of one stream. */
export interface StreamReading {
  readonly stream: string;
  readonly client: KinesisClient;
  readonly clock: Clock;
  /** Epoch milliseconds by Kinesis's clock: older records are not read. */
  startOf(): number;
  /** True to read on until Kinesis says that nothing is left. */
  readonly untilCaughtUp: boolean;
  isWanted(): boolean;
  give(records: readonly StreamRecord[]): Promise<void>;
}

/** Reads of one shard in one poll before the last one. */
const READS_A_POLL = 5;
/** A shard gives five reads a second to all its readers (Kinesis developer guide, "Quotas and limits"). */
const BETWEEN_READS_MS = 250;
const THROTTLED_MS = 1_000;
/** The last poll reads all that is there, for at most this time. */
export const LONGEST_READING_MS = 30_000;

/**
 * Reads a shard from where it was left. An expired position is renewed at the newest record that was read.
 * @throws ObserverError if the last poll does not come to the end.
 */
export async function readShard(shard: Shard, reading: StreamReading): Promise<void> {
  const { clock, untilCaughtUp } = reading;
  const untilMs = clock.nowMs() + LONGEST_READING_MS;
  for (let reads = 1; reading.isWanted(); reads += 1) {
    const answer = await getRecords(shard, reading);
    const isBehind = answer === 'throttled' || (await advance(shard, answer, reading));
    if (!isBehind || (!untilCaughtUp && reads === READS_A_POLL)) return;
    if (clock.nowMs() > untilMs) throw endless(reading.stream);
    await waitUntil(clock.nowMs() + (answer === 'throttled' ? THROTTLED_MS : BETWEEN_READS_MS), clock);
  }
}

type Answer = GetRecordsCommandOutput & { readonly answeredAtMs: number | undefined };

/** One read; one that is throttled counts as none while the last poll may wait. */
async function getRecords(shard: Shard, reading: StreamReading): Promise<Answer | 'throttled'> {
  const { GetRecordsCommand } = await import('@aws-sdk/client-kinesis');
  const { stream, client, untilCaughtUp } = reading;
  const isFresh = shard.iterator === undefined;
  shard.iterator ??= await iteratorOf(shard, reading);
  const address = streamAt(stream);
  const command = new GetRecordsCommand({
    ShardIterator: shard.iterator,
    ...('StreamARN' in address ? address : {}),
  });
  const answeredAtMs = answerDate(command);
  try {
    const answer = await client.send(command);
    return { ...answer, answeredAtMs: answeredAtMs() };
  } catch (thrown) {
    const { name } = thrown as Error;
    if (name === 'ProvisionedThroughputExceededException' && untilCaughtUp) return 'throttled';
    if (name !== 'ExpiredIteratorException' || isFresh) throw thrown;
    shard.iterator = undefined;
    return getRecords(shard, reading);
  }
}

async function iteratorOf({ id, sequenceNumber }: Shard, reading: StreamReading): Promise<string> {
  const { GetShardIteratorCommand } = await import('@aws-sdk/client-kinesis');
  const { stream, client, startOf } = reading;
  const from: Pick<
    GetShardIteratorCommandInput,
    'ShardIteratorType' | 'Timestamp' | 'StartingSequenceNumber'
  > =
    sequenceNumber === undefined
      ? { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(startOf()) }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: sequenceNumber };
  const command = new GetShardIteratorCommand({ ...streamAt(stream), ShardId: id, ...from });
  const { ShardIterator: iterator } = await client.send(command);
  if (iterator !== undefined && iterator !== '') return iterator;
  throw new ObserverError(`Kinesis gave no position in shard ${id} of stream ${streamNameOf(stream)}.`);
}

/** Passes an answer on. True if there is more to read. */
async function advance(shard: Shard, answer: Answer, { clock, give }: StreamReading): Promise<boolean> {
  const { Records = [], NextShardIterator, MillisBehindLatest = 0, answeredAtMs } = answer;
  const receivedAtMs = clock.nowMs();
  const records = await Promise.all(
    Records.map(async (record): Promise<readonly StreamRecord[]> => {
      const { SequenceNumber = '', PartitionKey = '', Data = new Uint8Array() } = record;
      const arrivedAtMs = record.ApproximateArrivalTimestamp?.getTime() ?? receivedAtMs;
      const dates = { arrivedAtMs, answeredAtMs: answeredAtMs ?? arrivedAtMs, receivedAtMs };
      const about = { partitionKey: PartitionKey, shardId: shard.id, sequenceNumber: SequenceNumber };
      const id = `${shard.id}/${SequenceNumber}`;
      const members = await recordsIn({ ...about, bytes: Data });
      return members.map((sealed, n) => ({
        ...dates,
        id: n === 0 ? id : `${id}/${n}`,
        size: sealed.bytes.length,
        opened: once(async () => openRecord(sealed)),
      }));
    }),
  );
  await give(records.flat());
  const newest = Records.at(-1)?.SequenceNumber;
  if (newest !== undefined) shard.sequenceNumber = newest;
  shard.iterator = NextShardIterator ?? undefined;
  if (shard.iterator !== undefined) return MillisBehindLatest > 0;
  shard.isOver = true;
  return false;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return async () => {
    made ??= make();
    return made;
  };
}

function endless(stream: string): ObserverError {
  return new ObserverError(
    `The end of stream ${streamNameOf(stream)} was not reached within ${formatDuration(LONGEST_READING_MS)}, so records may be missing. ` +
      'Its shards give all their readers together 5 reads and 2 MB a second: let others read by enhanced fan-out.',
  );
}
