import type { DynamoDBClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { DefinitionError } from '../core/errors.ts';
import type { JsonMap } from '../core/json.ts';
import { keyValue } from './attribute-value.ts';
import type { Item } from './item-reader.ts';
import type { Asks } from './kind.ts';
import { beyondLimit } from './read-limit.ts';
import { attributesOf, type Index, type TableKey } from './table-key.ts';

/** Every page is read up to here. Ten thousand items may be many megabytes, at each look. */
export const ITEM_LIMIT = { most: 10_000, unit: 'items under one key' };

interface Place {
  readonly table: string;
  readonly key: JsonMap;
}

/**
 * Refuses a check that an index cannot answer: one of an attribute that it does not project, or one of absence, since items
 * without the index's sort attribute are not in it (DynamoDB developer guide, "Sparse indexes").
 * @throws DefinitionError naming the attribute.
 */
export function refuseUnseen(
  { table, key, index }: Place & { readonly index: Index },
  own: TableKey,
  { fields, absence }: Asks,
): void {
  const { name, sort, holds } = index;
  const looksAt = fields === 'all' ? [] : fields;
  const unheld = holds === 'all' ? [] : looksAt.filter((field) => !holds.includes(field));
  if (holds !== 'all' && (fields === 'all' || unheld.length > 0)) {
    const wanted = fields === 'all' ? 'takes the whole item' : `looks at ${listed(unheld)}`;
    throw new DefinitionError(
      `Index ${name} of table ${table} holds ${listed(holds)} only, and the check ${wanted}. ` +
        'Look in the table by its own key, or let the index project what the check needs.',
    );
  }
  const named = [...Object.keys(key), ...attributesOf(own), ...looksAt];
  if (!absence || sort === undefined || named.includes(sort)) return;
  throw new DefinitionError(
    `Index ${name} of table ${table} lacks the items without '${sort}', so it cannot tell that none is there. ` +
      `Add 'where: { ${sort}: { $exists: true } }' if only items with it are meant.`,
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
  { table, key }: Place,
  by: TableKey | Index,
  { client, signal }: { readonly client: DynamoDBClient; readonly signal: AbortSignal },
): Promise<readonly Item[]> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const names = attributesOf(by).filter((name) => key[name] !== undefined);
  const items: Item[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ...readingOf(by),
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
    if (items.length > ITEM_LIMIT.most) throw tooMany({ table, key }, by);
    from = page.LastEvaluatedKey;
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

function tooMany({ table, key }: Place, by: TableKey | Index): Error {
  const place = 'name' in by ? `index ${by.name} of table ${table}` : `table ${table}`;
  const isWhole = by.sort === undefined || key[by.sort] !== undefined;
  const remedy = isWhole ? 'Look by another index.' : `Give '${by.sort}' in 'key', too.`;
  return beyondLimit(ITEM_LIMIT, place, remedy);
}
