import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { chunksOf } from '../../core/aws/chunks.ts';
import { type BatchTarget, sendBatch } from '../../core/aws/unprocessed.ts';
import type { Attributes, Dynamodb } from './client.ts';

/** Keys of one BatchGetItem (DynamoDB API reference). */
const MOST_KEYS = 100;
/** Items of one BatchWriteItem (DynamoDB API reference). */
const MOST_ITEMS = 25;

/**
 * Reads items with strong consistency, in no order; keys without an item are left out.
 * @throws ObserverError if the table is throttled.
 */
export async function batchGet(
  { sdk, client }: Dynamodb,
  keys: readonly Attributes[],
  target: BatchTarget,
): Promise<readonly Attributes[]> {
  const { table } = target;
  const found: Attributes[] = [];
  const send = async (Keys: Attributes[]): Promise<readonly Attributes[]> => {
    const RequestItems = { [table]: { Keys, ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await client.send(new sdk.BatchGetItemCommand({ RequestItems }));
    found.push(...(Responses?.[table] ?? []));
    return UnprocessedKeys?.[table]?.Keys ?? [];
  };
  await inBatches(keys, MOST_KEYS, send, target);
  return found;
}

/**
 * Writes items of different keys, over what is there.
 * @throws ObserverError if the table is throttled.
 */
export async function batchPut(
  { sdk, client }: Dynamodb,
  items: readonly Attributes[],
  target: BatchTarget,
): Promise<void> {
  const { table } = target;
  const requests = items.map((Item): WriteRequest => ({ PutRequest: { Item } }));
  const send = async (left: WriteRequest[]): Promise<readonly WriteRequest[]> => {
    const RequestItems = { [table]: left };
    const { UnprocessedItems } = await client.send(new sdk.BatchWriteItemCommand({ RequestItems }));
    return UnprocessedItems?.[table] ?? [];
  };
  await inBatches(requests, MOST_ITEMS, send, target);
}

async function inBatches<Entry>(
  entries: readonly Entry[],
  most: number,
  send: (entries: Entry[]) => Promise<readonly Entry[]>,
  target: BatchTarget,
): Promise<void> {
  for (const batch of chunksOf(entries, most))
    await sendBatch(batch, async (left) => send([...left]), target);
}
