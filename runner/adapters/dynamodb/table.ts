import { fromAttributes, toAttributes } from '../../core/aws/attributes.ts';
import type { Clock } from '../../core/base/clock.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { AwsClients } from '../aws/clients.ts';
import { faultSortOf, sortOwnFault } from '../aws/errors.ts';
import { batchGet, batchPut } from './batch.ts';
import { type Attributes, type Dynamodb, dynamodbOf, type Item } from './client.ts';
import type { TableUse } from './schema.ts';

/** A condition in DynamoDB's words: `#state = :state` means the attribute `state` and the value `state`. */
export interface Condition {
  readonly when: string;
  readonly values?: Item;
}

/** A query of one partition of the table, or of an index; all pages up to `most` items. */
export interface Query extends Condition {
  readonly index?: string;
  readonly consistent?: boolean;
  readonly newestFirst?: boolean;
  /** The attributes to read; all if absent. */
  readonly only?: readonly string[];
  readonly most?: number;
}

/** Attributes to set, numbers to add, and attributes to remove. */
export interface Change {
  readonly set?: Item;
  readonly add?: Item;
  readonly remove?: readonly string[];
}

/** Calls on one table. A refused condition is `false`; any other fault is an ObserverError that names the table. */
export interface Table {
  /** Reads with strong consistency. */
  get(key: Item): Promise<Item | undefined>;
  /** Reads with strong consistency, in no order; keys without an item are left out. */
  getAll(keys: readonly Item[]): Promise<readonly Item[]>;
  put(item: Item, condition?: Condition): Promise<boolean>;
  /** Writes items of different keys without a condition. */
  putAll(items: readonly Item[]): Promise<void>;
  /** Changes an item, or creates it, if the condition holds. */
  update(key: Item, change: Change, condition?: Condition): Promise<boolean>;
  remove(key: Item, condition: Condition): Promise<boolean>;
  query(query: Query): Promise<readonly Item[]>;
}

/** A table by name, and the use that messages name. */
export interface TableOptions {
  readonly clients: AwsClients;
  readonly clock: Pick<Clock, 'nowMs' | 'at'>;
  readonly name: string;
  readonly use: TableUse;
}

/** Opens a table; its first call is the first connection. */
export function openTable({ clients, clock, name, use }: TableOptions): Table {
  const call = async <T>(action: string, work: (db: Dynamodb) => Promise<T>): Promise<T> => {
    try {
      return await work(await dynamodbOf(clients));
    } catch (thrown) {
      throw faultOf(thrown, action, { name, use });
    }
  };
  const TableName = name;
  const batch = { table: name, clock };
  return {
    get: async (key) =>
      call('GetItem', async ({ sdk, client }) => {
        const get = new sdk.GetItemCommand({ TableName, Key: toAttributes(key), ConsistentRead: true });
        const { Item: found } = await client.send(get);
        return found === undefined ? undefined : itemIn(found);
      }),
    getAll: async (keys) =>
      call('BatchGetItem', async (db) => (await batchGet(db, keys.map(toAttributes), batch)).map(itemIn)),
    put: async (item, condition) =>
      call('PutItem', async ({ sdk, client }) => {
        const put = { TableName, Item: toAttributes(item), ...(condition && conditionOf(condition)) };
        return unlessRefused(client.send(new sdk.PutItemCommand(put)));
      }),
    putAll: async (items) =>
      call('BatchWriteItem', async (db) => batchPut(db, items.map(toAttributes), batch)),
    update: async (key, change, condition) =>
      call('UpdateItem', async ({ sdk, client }) => {
        const update = { TableName, Key: toAttributes(key), ...updateOf(change, condition) };
        return unlessRefused(client.send(new sdk.UpdateItemCommand(update)));
      }),
    remove: async (key, condition) =>
      call('DeleteItem', async ({ sdk, client }) => {
        const remove = { TableName, Key: toAttributes(key), ...conditionOf(condition) };
        return unlessRefused(client.send(new sdk.DeleteItemCommand(remove)));
      }),
    query: async (query) => call('Query', async (db) => queryAll(query, TableName, db)),
  };
}

async function queryAll(
  { index, consistent, newestFirst, only = [], most = Number.POSITIVE_INFINITY, ...condition }: Query,
  TableName: string,
  { sdk, client }: Dynamodb,
): Promise<readonly Item[]> {
  const { ConditionExpression, ExpressionAttributeNames, ...words } = conditionOf(condition);
  const projection = only.map((name) => `#${name}`).join(', ');
  const found: Item[] = [];
  let from: Attributes | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new sdk.QueryCommand({
        TableName,
        KeyConditionExpression: ConditionExpression,
        ...words,
        ExpressionAttributeNames: { ...ExpressionAttributeNames, ...namesIn(projection) },
        ProjectionExpression: projection === '' ? undefined : projection,
        IndexName: index,
        ConsistentRead: consistent === true,
        ScanIndexForward: newestFirst !== true,
        Limit: Number.isFinite(most) ? most - found.length : undefined,
        ExclusiveStartKey: from,
      }),
    );
    found.push(...Items.map(itemIn));
    from = LastEvaluatedKey;
  } while (from !== undefined && found.length < most);
  return found;
}

function updateOf(
  { set = {}, add = {}, remove = [] }: Change,
  { when, values = {} }: Partial<Condition> = {},
) {
  const changed = { ...set, ...add };
  const clauses = {
    SET: Object.keys(set).map((name) => `#${name} = :set_${name}`),
    ADD: Object.keys(add).map((name) => `#${name} :set_${name}`),
    REMOVE: remove.map((name) => `#${name}`),
  };
  const UpdateExpression = Object.entries(clauses)
    .flatMap(([word, parts]) => (parts.length === 0 ? [] : `${word} ${parts.join(', ')}`))
    .join(' ');
  const setValues = Object.fromEntries(
    Object.entries(changed).map(([name, value]) => [`set_${name}`, value]),
  );
  const { ConditionExpression: _, ...words } = conditionOf({
    when: `${UpdateExpression} ${when ?? ''}`,
    values: { ...setValues, ...values },
  });
  return { ...words, UpdateExpression, ...omitUndefined({ ConditionExpression: when }) };
}

function conditionOf({ when, values = {} }: Condition) {
  const entries = Object.entries(values).map(([name, value]) => [`:${name}`, value] as const);
  return {
    ConditionExpression: when,
    ExpressionAttributeNames: namesIn(when),
    ...(entries.length === 0 ? {} : { ExpressionAttributeValues: toAttributes(Object.fromEntries(entries)) }),
  };
}

/** Every attribute goes by `#name`, so that none meets one of DynamoDB's 573 reserved words. */
function namesIn(expression: string): Record<string, string> {
  return Object.fromEntries(
    [...expression.matchAll(/#(\w+)/g)].map(([alias, name]) => [alias, name as string]),
  );
}

function itemIn(attributes: Attributes): Item {
  return fromAttributes(attributes) as Item;
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

function faultOf(
  thrown: unknown,
  action: string,
  { name, use: { purpose, remedy } }: Pick<TableOptions, 'name' | 'use'>,
): unknown {
  const sort = faultSortOf(thrown);
  const words =
    sort === 'missing'
      ? `There is no table ${name}, ${purpose}. ${remedy}`
      : sort === 'denied'
        ? `The runner's role may not do dynamodb:${action} on the table ${name}, ${purpose}. Allow it.`
        : undefined;
  return words === undefined
    ? sortOwnFault(thrown)
    : new ObserverError(words, { cause: thrown, permanent: true });
}
