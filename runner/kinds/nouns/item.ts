import type { DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { Type } from 'typebox';
import { DefinitionError } from '../../core/errors.ts';
import type { JsonMap } from '../../core/json.ts';
import type { Clock } from '../../core/ports.ts';
import type { Evidence } from '../../core/run.ts';
import { didYouMean } from '../../core/words.ts';
import { arnFault } from '../arns.ts';
import { keyValue, plainItem } from '../attribute-value.ts';
import { type Item, readItem } from '../item-reader.ts';
import type { Noun, Permission } from '../kind.ts';
import { beyondLimit } from '../read-limit.ts';
import { anyMap, closed, text } from '../schema.ts';
import { keyFaults, keysOf, type TableKey } from '../table-key.ts';

const input = closed({
  table: text('Name or ARN of the DynamoDB table'),
  key: anyMap('The key, or its partition key alone: attribute names and values'),
  index: Type.Optional(text('Name of the index whose key is given')),
});

/** All pages are read up to here: ten thousand items are ten megabytes or more at each look. */
const LIMIT = { most: 10_000, unit: 'items under one key' };

/** Looks items up by key: strongly consistent in the table itself, eventually consistent in a global index. */
export const item = {
  name: 'item',
  summary: 'an item of a DynamoDB table, or the items under one key',
  input,
  view: { '*': { description: "the item's attributes as plain JSON; sets are lists without order" } },
  selects: 'address',
  consistency:
    'Strongly consistent in the table and its local indexes; a global index lags, usually by less than a second. It sees the present only: a state that passed between two looks is not seen.',
  reads: LIMIT,
  pauseMs: { first: 25, longest: 2_000 },
  permissions: ({ table, key, index }) => [
    { action: 'dynamodb:DescribeTable', resource: table },
    ...(index === undefined ? readsOf(table, key) : [query(`${table}/index/${index}`)]),
  ],
  hop: ({ table, index }) => `table ${table}${index === undefined ? '' : ` by ${index}`}`,
  example: `expect: item
table: orders
key:
  orderId: ord_1
has:
  status: PLACED
within: 30s
`,
  faults: ({ table, key }) => [...arnFault('table', table), ...keyFaults(key)],
  open: async (address, context) => ({
    look: async () => {
      const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
      const { signal, clock } = context;
      const found = await itemsAt(address, { client: context.clientOf(Client), signal, clock });
      const takenAtMs = clock.nowMs();
      return { selected: found.map((one): Evidence => ({ kind: 'item', takenAtMs, ...one })), nearby: [] };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

/** A key of two attributes is whole; one of one attribute is, where the table has no sort key. */
function readsOf(table: string, key: JsonMap): readonly Permission[] {
  const get = { action: 'dynamodb:BatchGetItem', resource: table };
  return Object.keys(key).length === 2 ? [get] : [get, query(table)];
}

function query(resource: string): Permission {
  return { action: 'dynamodb:Query', resource };
}

interface Address {
  readonly table: string;
  readonly key: JsonMap;
  readonly index?: string;
}

interface Found {
  readonly id: string;
  readonly data: JsonMap;
}

/** What it takes to look. */
interface Looking {
  readonly client: DynamoDBClient;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

async function itemsAt(address: Address, looking: Looking): Promise<readonly Found[]> {
  const { own, asked } = await keysOf(looking.client, address.table, address.index);
  refuseOtherNames(address, asked);
  const whole = asked.sort === undefined || address.key[asked.sort] !== undefined;
  const items =
    whole && address.index === undefined
      ? await ownItem(address, own, looking)
      : await queryItems(address, asked, looking);
  return items.map((one) => {
    const data = plainItem(one);
    return {
      id: JSON.stringify([data[own.partition], own.sort === undefined ? null : data[own.sort]]),
      data,
    };
  });
}

function refuseOtherNames({ table, key, index }: Address, asked: TableKey): void {
  const where = index === undefined ? `table ${table}` : `index ${index} of table ${table}`;
  const legal = [asked.partition, ...(asked.sort === undefined ? [] : [asked.sort])];
  const other = Object.keys(key).find((name) => !legal.includes(name));
  if (other !== undefined) {
    const meant = didYouMean(other, legal);
    const hint =
      meant === undefined ? 'Other attributes belong under has or where.' : `Did you mean '${meant}'?`;
    throw new DefinitionError(
      `'${other}' is not in the key of ${where}, which is ${legal.join(' and ')}. ${hint}`,
    );
  }
  if (key[asked.partition] === undefined) {
    throw new DefinitionError(`The key of ${where} needs '${asked.partition}'. Add it to the step's 'key'.`);
  }
}

/** By its whole key; all who look into a table at about the same time share a call. */
async function ownItem({ table, key }: Address, own: TableKey, looking: Looking): Promise<readonly Item[]> {
  const whole = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, keyValue(name, value)]));
  const found = await readItem(table, { key: whole, own, ...looking });
  return found === undefined ? [] : [found];
}

async function queryItems(
  address: Address,
  asked: TableKey,
  { client, signal }: Looking,
): Promise<readonly Item[]> {
  const { table, key, index } = address;
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const names = [
    asked.partition,
    ...(asked.sort === undefined || key[asked.sort] === undefined ? [] : [asked.sort]),
  ];
  const items: Item[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
        KeyConditionExpression: names.map((_, n) => `#k${n} = :k${n}`).join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#k${n}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          names.map((name, n) => [`:k${n}`, keyValue(name, key[name] ?? null)]),
        ),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
      { abortSignal: signal },
    );
    items.push(...(page.Items ?? []));
    if (items.length > LIMIT.most) throw tooMany(address, asked);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

function tooMany({ table, index }: Address, { sort }: TableKey): Error {
  const place = index === undefined ? `table ${table}` : `index ${index} of table ${table}`;
  const remedy = sort === undefined ? 'Look by another index.' : `Give '${sort}' in 'key', too.`;
  return beyondLimit(LIMIT, place, remedy);
}
