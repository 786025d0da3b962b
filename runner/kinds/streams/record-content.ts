import type { JsonMap } from '../../core/base/json.ts';
import { type OpenedBytes, openBytes } from '../open-bytes.ts';
import { aggregateIn, type Member } from './aggregate.ts';

/** A record of a stream as its fields, and as the text that is searched for ids. */
export interface OpenedRecord extends Pick<OpenedBytes, 'text' | 'opaque' | 'truncated' | 'unread'> {
  readonly data: JsonMap;
}

/** The parts of a record that are opened. */
export interface SealedRecord extends Member {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** The reason why its bytes are not read. */
  readonly damage?: string;
}

/** The records that a producer put into one. */
export async function recordsIn(record: SealedRecord): Promise<readonly SealedRecord[]> {
  const aggregate = await aggregateIn(Buffer.from(record.bytes));
  if (aggregate === undefined) return [record];
  if ('damage' in aggregate) return [{ ...record, ...aggregate }];
  return aggregate.members.map((member) => ({ ...record, ...member }));
}

/** Opens a record. */
export async function openRecord(record: SealedRecord): Promise<OpenedRecord> {
  const { partitionKey, shardId, sequenceNumber, damage } = record;
  const about = { partitionKey, shardId, sequenceNumber };
  const bytes = Buffer.from(record.bytes);
  if (damage !== undefined) {
    const unread = [{ path: 'body', why: damage, garbled: true }];
    const data = { ...about, body: bytes.toString('base64') };
    return { data, text: partitionKey, unread, opaque: damage };
  }
  const { body, text, compression: _, ...more } = await openBytes(bytes);
  return { data: { ...about, body }, text: `${partitionKey}\n${text}`, ...more };
}
