type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** Writes to DynamoDB: they are done in one transaction with their claim. */
export interface TableEffect {
  readonly writes: readonly object[];
}

/** An effect outside that takes an idempotency key, and so may be tried again after a crash. */
export interface KeyedEffect<Value> {
  readonly runByKey: (key: string) => Promise<Value> | Value;
}

/** An effect outside that takes no key. If its process dies in between, it is not known if it happened. */
export type UnknownEffect<Value> = () => Promise<Value> | Value;

/** An item put into a table, in one transaction with the claim. Numbers, texts, booleans, null, lists and maps become attributes. */
export function put(table: string, item: object): TableEffect {
  return {
    writes: [{ Put: { TableName: table, Item: attributesOf(item as Readonly<Record<string, Plain>>) } }],
  };
}

/** Up to 99 writes as `TransactWriteItems` takes them, in one transaction with the claim. */
export function writes(...operations: readonly object[]): TableEffect {
  return { writes: operations };
}

/** An effect that is given its idempotency key, `<id>#<step>`: the receiver takes a second one with the same key for the first. */
export function byKey<Value>(runByKey: (key: string) => Promise<Value> | Value): KeyedEffect<Value> {
  return { runByKey };
}

function attributesOf(item: Readonly<Record<string, Plain>>): Readonly<Record<string, object>> {
  const entries = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: Plain): object {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  if (typeof value === 'object' && value !== null) return { M: attributesOf(value as Record<string, Plain>) };
  return { NULL: true };
}
