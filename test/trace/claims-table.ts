import type { ClaimsClient } from '../../runner/trace/index.ts';

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Put {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Item;
}

/** Tables in memory, with the conditions that claims use. Writes are counted by table. */
export class MemoryTables {
  readonly items = new Map<string, Item>();
  readonly writes: Record<string, number> = {};

  put({ TableName, Item, ConditionExpression, ExpressionAttributeValues }: Put): void {
    const key = `${TableName}/${(Item['id'] as { S: string }).S}`;
    if (!isMet(this.items.get(key), ConditionExpression, ExpressionAttributeValues)) throw conditionFault();
    this.items.set(key, Item);
    this.writes[TableName] = (this.writes[TableName] ?? 0) + 1;
  }

  delete({
    TableName,
    Key,
    ConditionExpression,
    ExpressionAttributeValues,
  }: { TableName: string; Key: Item } & Omit<Put, 'Item' | 'TableName'>): void {
    const key = `${TableName}/${(Key['id'] as { S: string }).S}`;
    if (!isMet(this.items.get(key), ConditionExpression, ExpressionAttributeValues)) throw conditionFault();
    this.items.delete(key);
  }

  transact({ TransactItems }: { TransactItems: readonly { Put: Put }[] }): void {
    const met = TransactItems.map(({ Put: { TableName, Item, ConditionExpression } }) =>
      isMet(this.items.get(`${TableName}/${(Item['id'] as { S: string }).S}`), ConditionExpression),
    );
    if (!met.every(Boolean))
      throw Object.assign(new Error('cancelled'), {
        name: 'TransactionCanceledException',
        CancellationReasons: met.map((isOne) => ({ Code: isOne ? 'None' : 'ConditionalCheckFailed' })),
      });
    for (const { Put: one } of TransactItems) this.put(one);
  }
}

function isMet(item: Item | undefined, condition?: string, values: Item = {}): boolean {
  const is = (name: string) => item?.[name]?.['S'] === values[`:${name}`]?.['S'];
  if (condition === undefined) return true;
  if (condition === 'attribute_not_exists(id)') return item === undefined;
  if (condition === '#owner = :owner AND #state <> :done')
    return item !== undefined && is('owner') && item['state']?.['S'] !== 'done';
  if (condition === '#owner = :owner AND #state = :state')
    return item !== undefined && is('owner') && is('state');
  throw new Error(`no such condition here: ${condition}`);
}

function conditionFault(): Error {
  return Object.assign(new Error('condition'), { name: 'ConditionalCheckFailedException' });
}

/** A client of these tables. `around` may delay a call, fail it, or lose its answer. */
export function clientOf(
  tables: MemoryTables,
  around: <T>(call: () => T) => Promise<T> = async (call) => call(),
): ClaimsClient {
  return {
    putItem: async (input) => around(() => tables.put(input)),
    deleteItem: async (input) => around(() => tables.delete(input)),
    transactWriteItems: async (input) => around(() => tables.transact(input)),
    getItem: async ({ TableName, Key }: { TableName: string; Key: { id: { S: string } } }) =>
      around(() => ({ Item: tables.items.get(`${TableName}/${Key.id.S}`) })),
  };
}
