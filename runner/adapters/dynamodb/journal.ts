import type { AttributeValue, DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/base/clock.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { parseJson } from '../../core/base/json.ts';
import type { Unread } from '../../core/model/run-result.ts';
import type { Journal, JournalEntry } from '../../core/taps/ports.ts';
import type { AwsClients } from '../aws/clients.ts';

export interface DynamodbJournalOf {
  readonly clients: AwsClients;
  /** A table keyed by `pk` and `sk`, text both. */
  readonly table: string;
  /** Namespace of the journal: it separates fleets that share a table. */
  readonly namespace: string;
  readonly clock: Clock;
}

type Item = Record<string, AttributeValue>;

/** Entries older than the longest run are useless; DynamoDB deletes them, some time after. */
const KEPT_SECONDS = 3_600;
const BATCH = 25; // DynamoDB API, BatchWriteItem
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
/** Allowance for a tap reader's clock behind ours: a new entry may be dated a moment ago. */
const SKEW_MS = 30_000;

/** The journal of remote tap readers, in a DynamoDB table: an entry stands under each of its keys, and once under none. */
export function dynamodbJournal(of: DynamodbJournalOf): Journal {
  return {
    append: async (entries) => {
      const items = entries.flatMap((entry) => itemsOf(entry, of));
      // Redeliveries of one moment have one key, and DynamoDB refuses a batch in which a key stands twice.
      const once = new Map(items.map((item) => [`${item['pk']?.S} ${item['sk']?.S}`, item]));
      const requests = [...once.values()].map((Item) => ({ PutRequest: { Item } }));
      for (let from = 0; from < requests.length; from += BATCH) {
        await write(requests.slice(from, from + BATCH), of);
      }
    },
    read: (ask) => read(ask, of),
    subscribe: ({ feed, key }, wake) => {
      let ended = false;
      let newest = '';
      const startedAtMs = of.clock.nowMs();
      const ask = { feed, ...(key === undefined ? {} : { key }), sinceMs: startedAtMs - SKEW_MS };
      // A quarter of the time elapsed keeps the delay in proportion to the wait (performance figures, C).
      const again = (): void => {
        const pauseMs = (of.clock.nowMs() - startedAtMs) / 4;
        const nextMs = Math.min(Math.max(pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
        forget = of.clock.at(of.clock.nowMs() + nextMs, () => void look());
      };
      const look = async (): Promise<void> => {
        const entries = await read(ask, of).catch(() => []); // the poll after the wake-up reports the error
        const last = entries.at(-1);
        const sign = last === undefined ? '' : `${last.receivedAtMs} ${last.id} ${entries.length}`;
        if (ended) return;
        if (sign !== newest) wake();
        newest = sign;
        again();
      };
      let forget = (): void => {};
      again();
      return () => {
        ended = true;
        forget();
      };
    },
  };
}

function partitionOf(
  feed: string,
  key: string | undefined,
  { namespace }: DynamodbJournalOf,
): AttributeValue {
  return { S: `${namespace}#journal#${feed}#${key ?? ''}` };
}

/** Moments as text that sorts as they do; thirteen digits last until the year 2286. */
function momentOf(atMs: number): string {
  return String(Math.floor(atMs)).padStart(13, '0');
}

function itemsOf(entry: JournalEntry, of: DynamodbJournalOf): readonly Item[] {
  const { feed, id, receivedAtMs, happenedAtMs, redriven, keys, data, unread } = entry;
  const shared: Item = {
    sk: { S: `${momentOf(receivedAtMs)}#${id}` },
    id: { S: id },
    receivedAtMs: { N: String(receivedAtMs) },
    happenedAtMs: { N: String(happenedAtMs) },
    keys: { S: JSON.stringify(keys) },
    data: { S: JSON.stringify(data) },
    ...(unread === undefined ? {} : { unread: { S: JSON.stringify(unread) } }),
    ...(redriven === true ? { redriven: { BOOL: true } } : {}),
    expiresAt: { N: String(Math.floor(receivedAtMs / 1_000) + KEPT_SECONDS) },
  };
  return [undefined, ...new Set(keys)].map((key) => ({ pk: partitionOf(feed, key, of), ...shared }));
}

async function write(requests: readonly WriteRequest[], of: DynamodbJournalOf): Promise<void> {
  const { BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
  const client = await clientOf(of);
  let left: readonly WriteRequest[] = requests;
  for (let tries = 0; tries < MOST_TRIES && left.length > 0; tries += 1) {
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [of.table]: [...left] } }),
    );
    left = UnprocessedItems[of.table] ?? [];
  }
  if (left.length > 0)
    throw new ObserverError(
      `The journal in table ${of.table} could not take ${left.length} entries just now.`,
    );
}

async function read(
  { feed, key, sinceMs }: Parameters<Journal['read']>[0],
  of: DynamodbJournalOf,
): Promise<readonly JournalEntry[]> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const client = await clientOf(of);
  const entries: JournalEntry[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: of.table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk >= :since',
        ExpressionAttributeValues: { ':pk': partitionOf(feed, key, of), ':since': { S: momentOf(sinceMs) } },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    entries.push(...(page.Items ?? []).map((item) => entryOf(feed, item)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return entries.filter(({ receivedAtMs }) => receivedAtMs >= sinceMs);
}

function entryOf(
  feed: string,
  { id, receivedAtMs, happenedAtMs, redriven, keys, data, unread }: Item,
): JournalEntry {
  return {
    feed,
    id: id?.S ?? '',
    receivedAtMs: Number(receivedAtMs?.N ?? 0),
    happenedAtMs: Number(happenedAtMs?.N ?? 0),
    keys: JSON.parse(keys?.S ?? '[]') as string[],
    data: parseJson(data?.S ?? 'null'),
    ...(unread?.S === undefined ? {} : { unread: JSON.parse(unread.S) as readonly Unread[] }),
    ...(redriven === undefined ? {} : { redriven: true }),
  };
}

async function clientOf({ clients }: DynamodbJournalOf): Promise<DynamoDBClient> {
  const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
  return clients.clientOf(Client, 'look');
}
