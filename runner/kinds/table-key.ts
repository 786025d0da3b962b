import type { DynamoDBClient, LocalSecondaryIndexDescription } from '@aws-sdk/client-dynamodb';
import { DefinitionError } from '../core/errors.ts';
import type { JsonMap } from '../core/json.ts';
import { didYouMean } from '../core/words.ts';
import { keyValue } from './attribute-value.ts';
import type { InputFault } from './kind.ts';

/** Names of the attributes that a table or index is keyed by. */
export interface TableKey {
  readonly partition: string;
  readonly sort?: string;
}

/** A secondary index of a table. */
export interface Index extends TableKey {
  readonly name: string;
  /** A local index is read with strong consistency and gives every attribute; a global one does neither. */
  readonly isLocal: boolean;
  /** The attributes that a look by it can show. */
  readonly holds: readonly string[] | 'all';
}

/** The key of a table, and its indexes by name. */
interface TableKeys {
  readonly own: TableKey;
  readonly indexes: ReadonlyMap<string, Index>;
}

const known = new WeakMap<DynamoDBClient, Map<string, Promise<TableKeys>>>();

/**
 * The table's own key, and the index asked for; each table is described once per client.
 * @throws DefinitionError if the table has no such index.
 */
export async function keysOf(
  client: DynamoDBClient,
  table: string,
  index: string | undefined,
): Promise<{ readonly own: TableKey; readonly index?: Index }> {
  const { own, indexes } = await described(client, table);
  if (index === undefined) return { own };
  const asked = indexes.get(index);
  if (asked !== undefined) return { own, index: asked };
  const meant = didYouMean(index, indexes.keys());
  const hint =
    meant === undefined ? `It has ${[...indexes.keys()].join(', ') || 'none'}.` : `Did you mean '${meant}'?`;
  throw new DefinitionError(`Table ${table} has no index '${index}'. ${hint}`);
}

/** What is wrong with a key, as far as it can be told without the table. */
export function keyFaults(key: JsonMap): readonly InputFault[] {
  const { length } = Object.keys(key);
  if (length === 1 || length === 2) return [];
  const hint = 'write the partition key, and the sort key if there is one';
  return [{ key: 'key', message: 'a key has one or two attributes', hint }];
}

/**
 * Refuses an item or a key that lacks an attribute of the table's key, or has a value there that no key may have.
 * @throws DefinitionError naming the attribute.
 */
export function refuseWrongKey(given: JsonMap, key: TableKey, table: string): void {
  for (const name of attributesOf(key)) {
    const value = given[name];
    if (value === undefined) {
      const meant = didYouMean(name, Object.keys(given));
      const hint = meant === undefined ? `Add '${name}'.` : `Was '${meant}' meant to be '${name}'?`;
      throw new DefinitionError(`The key of table ${table} needs '${name}', which is not given. ${hint}`);
    }
    keyValue(name, value);
  }
}

function described(client: DynamoDBClient, table: string): Promise<TableKeys> {
  const tables = known.get(client) ?? new Map<string, Promise<TableKeys>>();
  known.set(client, tables);
  const asked = tables.get(table) ?? describe(client, table);
  tables.set(table, asked);
  asked.catch(() => tables.delete(table)); // a table that could not be described is asked for again at the next look
  return asked;
}

async function describe(client: DynamoDBClient, table: string): Promise<TableKeys> {
  const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const own = keyIn(Table?.KeySchema);
  const indexes = [
    ...(Table?.LocalSecondaryIndexes ?? []).map((one) => indexOf(one, own, true)),
    ...(Table?.GlobalSecondaryIndexes ?? []).map((one) => indexOf(one, own, false)),
  ];
  return { own, indexes: new Map(indexes.map((one) => [one.name, one])) };
}

/** A query by a local index fetches from the table what the index lacks (DynamoDB developer guide, "Local secondary indexes"). */
function indexOf(
  { IndexName: name = '', KeySchema, Projection }: LocalSecondaryIndexDescription,
  own: TableKey,
  isLocal: boolean,
): Index {
  const key = keyIn(KeySchema);
  const { ProjectionType = 'KEYS_ONLY', NonKeyAttributes = [] } = Projection ?? {};
  const holds = new Set([...attributesOf(key), ...attributesOf(own), ...NonKeyAttributes]);
  return { ...key, name, isLocal, holds: isLocal || ProjectionType === 'ALL' ? 'all' : [...holds] };
}

/** The attributes of a key, the partition key first. */
export function attributesOf({ partition, sort }: TableKey): readonly string[] {
  return sort === undefined ? [partition] : [partition, sort];
}

type KeySchema =
  | readonly { readonly AttributeName?: string | undefined; readonly KeyType?: string | undefined }[]
  | undefined;

function keyIn(schema: KeySchema): TableKey {
  const named = (type: string): string | undefined =>
    schema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const sort = named('RANGE');
  return { partition: named('HASH') ?? '', ...(sort === undefined ? {} : { sort }) };
}
