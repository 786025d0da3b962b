import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { streamNameOf } from '../../core/aws/resources/stream.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { runIdsIn } from '../../core/base/run-id.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import type { PollRequest, PollResult, Watch, WatchContext } from '../kind.ts';
import { beyondLimit } from '../read-limit.ts';
import { type Dated, FoundRecords, RECORDS_READ, type Unsearched } from './found-records.ts';
import { joinStream, type StreamSeat, type StreamWatcher } from './stream-reader.ts';

/** A place in a reader, and the records that came there. */
interface Joined {
  readonly fromMs: number;
  readonly found: FoundRecords;
  readonly seat: StreamSeat;
}

/** A watch over the records of a stream that came since it was opened. */
export function watchRecords(stream: string, client: KinesisClient, context: WatchContext): Watch {
  const { clock, signal } = context;
  const joinFrom = (fromMs: number): Joined => {
    const found = new FoundRecords(context);
    const watcher: StreamWatcher = { client, clock, take: async (records) => found.take(records) };
    return { fromMs, found, seat: joinStream(stream, watcher, fromMs) };
  };
  let joined = joinFrom(clock.nowMs());
  return {
    poll: async ({ sinceMs, last }: PollRequest): Promise<PollResult> => {
      if (sinceMs < joined.fromMs) {
        // Opened after the act: the records of the time between may be read already, by the others' reader.
        joined.seat.leave();
        joined = joinFrom(sinceMs);
      }
      const { seat, found } = joined;
      await seat.read({ last, signal });
      if (found.isFull) throw tooMany(stream);
      const { counted, early, others, unsearched } = found.since(sinceMs);
      if (last && context.asks.absence) refuseUnsearched(unsearched, stream);
      const nearby = [...earlySentences(early, sinceMs), ...otherSentences(others, context)];
      return {
        selected: counted.map((one) => evidenceOf(one, context)),
        nearby: counted.length > 0 ? [] : nearby,
        ...(early.length === 0 ? {} : { earlier: early.length }),
        ...(others === 0 ? {} : { others }),
      };
    },
    close: async () => joined.seat.leave(),
  };
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
function refuseUnsearched({ count, why }: Unsearched, stream: string): void {
  if (count === 0) return;
  const records = count === 1 ? '1 record' : `${count} records`;
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
