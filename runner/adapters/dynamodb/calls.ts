import type * as sdkModule from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ObserverError } from '../../core/base/errors.ts';
import type { AwsClients } from '../aws/clients.ts';
import { faultSortOf, sortOwnFault } from '../aws/errors.ts';

/** Types of an attribute; anything larger is JSON in a string. */
type Value = string | number | boolean;

/** An item as we write and read it. */
export type Item = Readonly<Record<string, Value>>;

export type ItemKey = Readonly<Record<'pk' | 'sk', string>>;

/** A condition in DynamoDB's words: `#state = :state` means the attribute `state` and the value `state`. */
export interface Condition {
  readonly when: string;
  readonly values?: Item;
}

/** A query of one partition of the table, or of an index. */
export interface Query extends Condition {
  readonly index?: string;
  readonly consistent?: boolean;
  readonly newestFirst?: boolean;
  readonly most?: number;
}

/** The few calls that a store makes of its table. A refused condition is an answer; any other fault names the table. */
export interface TableCalls {
  get(key: ItemKey): Promise<Item | undefined>;
  /** Those of the items that are there, as they are now, in no order. */
  getAll(keys: readonly ItemKey[]): Promise<readonly Item[]>;
  put(item: Item, condition?: Condition): Promise<boolean>;
  /** Changes an item, or creates it, if the condition holds. */
  update(key: ItemKey, change: Change, condition: Condition): Promise<boolean>;
  remove(key: ItemKey, condition: Condition): Promise<boolean>;
  query(query: Query): Promise<readonly Item[]>;
}

/** Attributes to set, and those to remove. */
export interface Change {
  readonly set: Item;
  readonly remove?: readonly string[];
}

const MOST_KEYS = 100; // of one BatchGetItem

/** Calls on one table. Its client retries after lost answers: every write here is idempotent. */
export function tableCalls(clients: AwsClients, table: string): TableCalls {
  const TableName = table;
  const ask = async <T>(
    action: string,
    work: (sdk: Sdk, client: DynamoDBClient) => Promise<T>,
  ): Promise<T> => {
    const sdk = await import('@aws-sdk/client-dynamodb');
    try {
      return await work(sdk, clients.clientOf(sdk.DynamoDBClient, 'look'));
    } catch (thrown) {
      throw faultOf(thrown, table, action);
    }
  };
  return {
    get: async (key) =>
      ask('GetItem', async ({ GetItemCommand }, client) => {
        const { Item: found } = await client.send(
          new GetItemCommand({ TableName, Key: toAttributes(key), ConsistentRead: true }),
        );
        return found === undefined ? undefined : fromAttributes(found);
      }),
    getAll: async (keys) =>
      ask('BatchGetItem', async (sdk, client) => batchGet(sdk, client, { table, keys })),
    put: async (item, condition) =>
      ask('PutItem', async ({ PutItemCommand }, client) =>
        unlessRefused(
          client.send(new PutItemCommand({ TableName, Item: toAttributes(item), ...conditionOf(condition) })),
        ),
      ),
    update: async (key, change, condition) =>
      ask('UpdateItem', async ({ UpdateItemCommand }, client) =>
        unlessRefused(
          client.send(
            new UpdateItemCommand({ TableName, Key: toAttributes(key), ...updateOf(change, condition) }),
          ),
        ),
      ),
    remove: async (key, condition) =>
      ask('DeleteItem', async ({ DeleteItemCommand }, client) =>
        unlessRefused(
          client.send(
            new DeleteItemCommand({ TableName, Key: toAttributes(key), ...conditionOf(condition) }),
          ),
        ),
      ),
    query: async (query) => ask('Query', async (sdk, client) => queryAll(sdk, client, { table, query })),
  };
}

type Sdk = typeof sdkModule;
type Attributes = Record<string, AttributeValue>;

async function batchGet(
  { BatchGetItemCommand }: Sdk,
  client: DynamoDBClient,
  { table, keys }: { readonly table: string; readonly keys: readonly ItemKey[] },
): Promise<readonly Item[]> {
  const found: Item[] = [];
  const waiting = keys.map(toAttributes);
  while (waiting.length > 0) {
    const Keys = waiting.splice(0, MOST_KEYS);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    found.push(...(Responses?.[table] ?? []).map(fromAttributes));
    waiting.push(...(UnprocessedKeys?.[table]?.Keys ?? []));
  }
  return found;
}

async function queryAll(
  { QueryCommand }: Sdk,
  client: DynamoDBClient,
  { table, query }: { readonly table: string; readonly query: Query },
): Promise<readonly Item[]> {
  const { index, consistent, newestFirst, most = Number.POSITIVE_INFINITY, when, values = {} } = query;
  const found: Item[] = [];
  let from: Attributes | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: when,
        ExpressionAttributeNames: namesIn(when),
        ExpressionAttributeValues: valuesOf(values),
        ConsistentRead: consistent === true,
        ScanIndexForward: newestFirst !== true,
        ...(index === undefined ? {} : { IndexName: index }),
        ...(Number.isFinite(most) ? { Limit: most - found.length } : {}),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    found.push(...Items.map(fromAttributes));
    from = LastEvaluatedKey;
  } while (from !== undefined && found.length < most);
  return found;
}

function updateOf({ set, remove = [] }: Change, { when, values = {} }: Condition) {
  const sets = Object.keys(set).map((name) => `#${name} = :set_${name}`);
  const removes = remove.map((name) => `#${name}`);
  const UpdateExpression = [
    `SET ${sets.join(', ')}`,
    ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
  ].join(' ');
  const setValues = Object.entries(set).map(([name, value]): [string, Value] => [`set_${name}`, value]);
  return {
    UpdateExpression,
    ConditionExpression: when,
    ExpressionAttributeNames: namesIn(`${UpdateExpression} ${when}`),
    ExpressionAttributeValues: valuesOf({ ...Object.fromEntries(setValues), ...values }),
  };
}

function conditionOf(condition: Condition | undefined) {
  if (condition === undefined) return {};
  const { when, values } = condition;
  return {
    ConditionExpression: when,
    ExpressionAttributeNames: namesIn(when),
    ...(values === undefined ? {} : { ExpressionAttributeValues: valuesOf(values) }),
  };
}

/** Every attribute goes by `#name`, so that none meets one of DynamoDB's 573 reserved words. */
function namesIn(expression: string): Record<string, string> {
  return Object.fromEntries(
    [...expression.matchAll(/#(\w+)/g)].map(([alias, name]) => [alias, name as string]),
  );
}

function valuesOf(values: Item): Attributes {
  return Object.fromEntries(Object.entries(toAttributes(values)).map(([name, value]) => [`:${name}`, value]));
}

function toAttributes(item: Item): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: String(value) } : { BOOL: value };
}

function fromAttributes(attributes: Attributes): Item {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fromAttribute(value)]));
}

function fromAttribute({ S, N, BOOL }: AttributeValue): Value {
  return S ?? (N === undefined ? BOOL === true : Number(N));
}

async function unlessRefused(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (thrown) {
    if (Error.isError(thrown) && thrown.name === 'ConditionalCheckFailedException') return false;
    throw thrown;
  }
}

function faultOf(thrown: unknown, table: string, action: string): unknown {
  const sort = faultSortOf(thrown);
  const state = `the table ${table}, where Coalmine keeps its state`;
  if (sort === 'missing')
    return new ObserverError(
      `There is no ${state.slice(4)}. It comes with Coalmine's template: deploy it, or check the name, the region and the account.`,
      { cause: thrown, lasting: true },
    );
  if (sort === 'denied')
    return new ObserverError(`The runner's role may not do dynamodb:${action} on ${state}. Allow it.`, {
      cause: thrown,
      lasting: true,
    });
  return sortOwnFault(thrown);
}
