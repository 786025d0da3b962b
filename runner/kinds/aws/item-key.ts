import type { DynamoDBClient, LocalSecondaryIndexDescription } from '@aws-sdk/client-dynamodb';
import { itemTable } from '../../core/aws/resources/item-table.ts';
import { isNameOf } from '../../core/aws/resources/resource.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { asMissing, DefinitionError } from '../../core/base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { isNumeric } from '../../core/base/numbers.ts';
import type { InputFault } from '../kind.ts';
import type { KeyTypes } from './attribute-value.ts';
import { ITEM_KEY, isTyped, limitFaults } from './service-limits.ts';

/** Names of the attributes that a table or index is keyed by; those of an index may be several of each sort. */
export interface TableKey {
  readonly partition: readonly string[];
  readonly sort: readonly string[];
}

export interface Index extends TableKey {
  readonly name: string;
  /** A local index is read with strong consistency and gives every attribute; a global one does neither. */
  readonly isLocal: boolean;
  /** The attributes that a query by it returns. */
  readonly holds: readonly string[] | 'all';
}

/** The key of a table, its indexes by name, and the types of the attributes of all these keys. */
interface TableKeys {
  readonly own: TableKey;
  readonly indexes: ReadonlyMap<string, Index>;
  readonly types: KeyTypes;
}

const known = new WeakMap<DynamoDBClient, Map<string, Promise<TableKeys>>>();

/**
 * The table's own key, and the requested index; each table is described once per client.
 * @throws DefinitionError if the table has no such index.
 */
export async function keysOf(
  client: DynamoDBClient,
  table: string,
  index: string | undefined,
): Promise<{ readonly own: TableKey; readonly types: KeyTypes; readonly index?: Index }> {
  const { own, indexes, types } = await described(client, table);
  if (index === undefined) return { own, types };
  const asked = indexes.get(index);
  if (asked !== undefined) return { own, types, index: asked };
  const meant = didYouMean(index, indexes.keys());
  const hint =
    meant === undefined ? `It has ${[...indexes.keys()].join(', ') || 'none'}.` : `Did you mean '${meant}'?`;
  throw asMissing(new DefinitionError(`Table ${table} has no index '${index}'. ${hint}`));
}

/** An index may be keyed by four attributes of each sort (DynamoDB developer guide, "Multi-attribute keys"). */
const MOST_OF_INDEX = 8;

/** The faults of a key that show without the table. */
export function keyFaults(
  key: JsonMap,
  { index, filled }: { readonly index?: string | undefined; readonly filled: boolean },
): readonly InputFault[] {
  if (!isJsonMap(key)) {
    const message = "'key' must be a map of attribute names and values";
    return [
      {
        key: 'key',
        message,
        hint: `write below key: the attribute and its value, such as orderId: ${String(key)}`,
      },
    ];
  }
  const names = Object.keys(key);
  const most = index === undefined ? 2 : MOST_OF_INDEX;
  if (names.length >= 1 && names.length <= most)
    return names.flatMap((name) => keyValueFaults(name, key[name] as Json, filled));
  const message = `this key has ${names.length} attributes; that of ${index === undefined ? 'a table has one or two' : 'an index one to eight'}`;
  const hint =
    index === undefined
      ? 'write the partition key, and the sort key if there is one; other attributes belong under has:, and the key of an index needs index:'
      : 'write the attributes of the index alone; others belong under has:';
  const surplus = names[most];
  return [{ key: 'key', ...(surplus === undefined ? {} : { within: [surplus] }), message, hint }];
}

/** A key is text, a number or bytes, and never empty (DynamoDB developer guide, "Naming rules and data types"). */
function keyValueFaults(name: string, value: Json, filled: boolean): readonly InputFault[] {
  const place = { key: 'key', within: [name] };
  if (isTyped(value)) {
    const [[type, typed]] = Object.entries(value as JsonMap) as [[string, Json]];
    const message = `'${type}' is a type of DynamoDB's API, and is not written here`;
    return [
      {
        ...place,
        message,
        hint: `write ${name}: ${typeof typed === 'string' ? typed : JSON.stringify(typed)}`,
      },
    ];
  }
  const hint = `write ${name}: and a text or a number`;
  if (value === '') return [{ ...place, message: `'${name}' is empty, and no attribute of a key is`, hint }];
  if (typeof value === 'string') return limitFaults(value, ITEM_KEY, place, { filled });
  if (isNumeric(value)) return [];
  const what = isJsonMap(value) ? 'a map' : isJsonList(value) ? 'a list' : String(value);
  return [{ ...place, message: `'${name}' is ${what}, and DynamoDB has no such key`, hint }];
}

/** The fault of an index's name, whose grammar is that of a table. */
export function indexFault(index: string | undefined): readonly InputFault[] {
  if (index === undefined || index.includes('${') || isNameOf(itemTable, index)) return [];
  const message = `'${index}' is not the name of an index`;
  return [{ key: 'index', message, hint: `a name has ${itemTable.names.words}` }];
}

/**
 * Refuses an item or a key that lacks an attribute of the table's key.
 * @throws DefinitionError naming the attribute.
 */
export function refuseIncomplete(given: JsonMap, key: TableKey, place: string): void {
  const lacking = attributesOf(key).find((name) => given[name] === undefined);
  if (lacking === undefined) return;
  const meant = didYouMean(lacking, Object.keys(given));
  const hint = meant === undefined ? `Add '${lacking}'.` : `Was '${meant}' meant to be '${lacking}'?`;
  throw new DefinitionError(`The key of ${place} needs '${lacking}', which is not given. ${hint}`);
}

function described(client: DynamoDBClient, table: string): Promise<TableKeys> {
  const tables = known.get(client) ?? new Map<string, Promise<TableKeys>>();
  known.set(client, tables);
  const asked = tables.get(table) ?? describe(client, table);
  tables.set(table, asked);
  asked.catch(() => tables.delete(table)); // a failed description is read again at the next poll
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
  const types = (Table?.AttributeDefinitions ?? []).map(
    ({ AttributeName = '', AttributeType = '' }) => [AttributeName, AttributeType] as const,
  );
  return { own, indexes: new Map(indexes.map((one) => [one.name, one])), types: new Map(types) };
}

/**
 * A query by a local index fetches from the table the attributes that the index lacks (DynamoDB developer guide, "Local secondary
 * indexes").
 */
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

/** The attributes of a key, those of the partition key first. */
export function attributesOf({ partition, sort }: TableKey): readonly string[] {
  return [...partition, ...sort];
}

type KeySchema =
  | readonly { readonly AttributeName?: string | undefined; readonly KeyType?: string | undefined }[]
  | undefined;

function keyIn(schema: KeySchema = []): TableKey {
  const named = (type: string): readonly string[] =>
    schema.flatMap(({ AttributeName, KeyType }) => (KeyType === type ? (AttributeName ?? []) : []));
  return { partition: named('HASH'), sort: named('RANGE') };
}
