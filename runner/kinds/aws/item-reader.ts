import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { chunksOf } from '../../core/aws/chunks.ts';
import { sendBatch } from '../../core/aws/unprocessed.ts';
import type { Clock } from '../../core/base/clock.ts';
import { numberFrom, valueName } from '../../core/base/numbers.ts';
import type { TableKey } from './item-key.ts';
import {
  type BatchableRequest,
  enqueue,
  type PendingRequest as Gathered,
  type RequestBatcher,
} from './request-batcher.ts';

/** An item in DynamoDB's form. */
export type Item = Readonly<Record<string, AttributeValue>>;

export interface ItemQuestion extends BatchableRequest {
  readonly key: Item;
  readonly own: TableKey;
  readonly clock: Clock;
  readonly client: DynamoDBClient;
}

type Waiting = Gathered<ItemQuestion, Item | undefined>;

/** One table, with the pending requests for its items. */
type Reader = RequestBatcher<ItemQuestion, Item | undefined>;

/** Requests within this time share a call. */
const GATHER_MS = 10;
/** BatchGetItem takes no more keys than this (DynamoDB API reference). */
const MOST_KEYS = 100;

const readers = new WeakMap<DynamoDBClient, Map<string, Reader>>();

/**
 * Reads an item with strong consistency; concurrent requests share a call: a thousand runs that wait for one table make ten calls, not a
 * thousand.
 * @throws ObserverError if DynamoDB keeps leaving it out of its answers: the table is throttled.
 */
export async function readItem(table: string, question: ItemQuestion): Promise<Item | undefined> {
  const { client, signal } = question;
  signal.throwIfAborted();
  const tables = readers.get(client) ?? new Map<string, Reader>();
  readers.set(client, tables);
  const reader: Reader = tables.get(table) ?? { waiting: [], planned: undefined };
  tables.set(table, reader);
  return enqueue(reader, question, () => {
    reader.planned ??= question.clock.at(question.clock.nowMs() + GATHER_MS, () => {
      reader.planned = undefined;
      tables.delete(table);
      void askAll(table, reader.waiting.splice(0));
    });
  });
}

async function askAll(table: string, waiting: readonly Waiting[]): Promise<void> {
  const byKey = [...Map.groupBy(waiting, ({ question }) => nameOf(question.key, question.own))];
  const batches = chunksOf(byKey, MOST_KEYS);
  await Promise.all(batches.map(async (batch) => askTogether(table, new Map(batch))));
}

type Batch = ReadonlyMap<string, readonly Waiting[]>;

/** One call for a whole batch. If one key spoils it for all, each is read alone, so that each gets its own answer. */
async function askTogether(table: string, batch: Batch): Promise<void> {
  try {
    const items = await read(table, batch);
    for (const [name, waiting] of batch) for (const { answer } of waiting) answer(items.get(name));
  } catch (thrown) {
    const isSpoilt = batch.size > 1 && (thrown as Error).name === 'ValidationException';
    if (isSpoilt) await Promise.all([...batch].map(async (one) => askTogether(table, new Map([one]))));
    else for (const { refuse } of [...batch.values()].flat()) refuse(thrown);
  }
}

async function read(table: string, batch: Batch): Promise<ReadonlyMap<string, Item>> {
  const { BatchGetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const waiting = [...batch.values()].map(([one]) => one as Waiting);
  const [{ question }] = waiting as [Waiting];
  const { client, clock, own } = question;
  const items = new Map<string, Item>();
  const send = async (keys: readonly Item[]): Promise<readonly Item[]> => {
    const RequestItems = { [table]: { Keys: [...keys], ConsistentRead: true } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems }));
    for (const found of Object.values(answer.Responses ?? {}).flat()) items.set(nameOf(found, own), found);
    return Object.values(answer.UnprocessedKeys ?? {}).flatMap(({ Keys }) => Keys ?? []);
  };
  await sendBatch(
    waiting.map((one) => one.question.key),
    send,
    { table, clock },
  );
  return items;
}

/** A key by name. DynamoDB writes numbers in its own way. */
function nameOf(item: Item, { partition, sort }: TableKey): string {
  return JSON.stringify([...partition, ...sort].map((name) => plain(item[name])));
}

function plain(value: AttributeValue | undefined): readonly unknown[] {
  const { S, N, B } = value ?? {};
  if (B !== undefined) return ['B', Buffer.from(B).toString('base64')];
  const number = N === undefined ? undefined : numberFrom(N);
  return number === undefined ? ['S', S] : ['N', valueName(number)];
}
