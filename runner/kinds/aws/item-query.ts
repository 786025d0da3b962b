import type { DynamoDBClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { DefinitionError } from '../../core/base/errors.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Asks } from '../kind.ts';
import { beyondLimit } from '../read-limit.ts';
import { attributesOf, type Index, type TableKey } from './item-key.ts';
import type { Item } from './item-reader.ts';

/** A page holds up to 1 MB (DynamoDB API reference, Query). */
const MOST_PAGES = 50;
/** Every page is read, at each poll, up to this limit. */
export const ITEM_LIMIT = { most: 10_000, unit: `items under one key, or ${MOST_PAGES} MB of them` };

interface Place<Key> {
  readonly table: string;
  readonly key: Key;
}

/**
 * Refuses a check that an index cannot answer. That is a check of an attribute that it does not project, or a check of absence.
 * Items without the index's sort attribute are not in it (DynamoDB developer guide, "Sparse indexes").
 * @throws DefinitionError naming the attribute.
 */
export function refuseUnseen(
  { table, key, index }: Place<JsonMap> & { readonly index: Index },
  own: TableKey,
  { fields, absence }: Asks,
): void {
  const { name, sort, holds } = index;
  const compared = fields === 'all' ? [] : fields;
  const unheld = holds === 'all' ? [] : compared.filter((field) => !holds.includes(field));
  if (holds !== 'all' && (fields === 'all' || unheld.length > 0)) {
    const wanted = fields === 'all' ? 'takes the whole item' : `looks at ${listed(unheld)}`;
    throw new DefinitionError(
      `Index ${name} of table ${table} holds ${listed(holds)} only, and the check ${wanted}. ` +
        'Look in the table by its own key, or let the index project what the check needs.',
    );
  }
  const named = [...Object.keys(key), ...attributesOf(own), ...compared];
  const unnamed = sort.find((one) => !named.includes(one));
  if (!absence || unnamed === undefined) return;
  throw new DefinitionError(
    `Index ${name} of table ${table} lacks the items without '${unnamed}', so it cannot show that none is there. ` +
      `Add 'where: { ${unnamed}: { $exists: true } }' if only items with it are meant.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * The items under a partition key, or under a whole key of an index; all pages.
 * @throws ObserverError if there are more than the limit.
 */
export async function queryItems(
  { table, key }: Place<Item>,
  by: TableKey | Index,
  { client, signal }: { readonly client: DynamoDBClient; readonly signal: AbortSignal },
): Promise<readonly Item[]> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const names = Object.keys(key);
  const items: Item[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  let pages = 0;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ...readingOf(by),
        KeyConditionExpression: names.map((_, n) => `#k${n} = :k${n}`).join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#k${n}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.values(key).map((value, n) => [`:k${n}`, value]),
        ),
        ...omitUndefined({ ExclusiveStartKey: from }),
      }),
      { abortSignal: signal },
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
    pages += 1;
    const isLarge = pages === MOST_PAGES && from !== undefined;
    if (items.length > ITEM_LIMIT.most || isLarge) throw tooMany({ table, key }, by);
  } while (from !== undefined);
  return items;
}

/** A table and its local indexes can be read with strong consistency; a global index cannot. */
function readingOf(by: TableKey | Index): Partial<QueryCommandInput> {
  if (!('name' in by)) return { ConsistentRead: true };
  return by.isLocal
    ? { IndexName: by.name, ConsistentRead: true, Select: 'ALL_ATTRIBUTES' }
    : { IndexName: by.name };
}

function tooMany({ table, key }: Place<Item>, by: TableKey | Index): Error {
  const place = 'name' in by ? `index ${by.name} of table ${table}` : `table ${table}`;
  const next = by.sort.find((name) => key[name] === undefined);
  const remedy = next === undefined ? 'Look by another index.' : `Give '${next}' in 'key', too.`;
  return beyondLimit(ITEM_LIMIT, place, remedy);
}
