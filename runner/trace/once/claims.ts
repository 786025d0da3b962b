/**
 * Claims of effects in a DynamoDB table: one item for each effect, by its key.
 *
 * | state | meaning | next |
 * |---|---|---|
 * | `claimed` | an owner is at it, until its lease ends | `done`, released if it did nothing, or parked once the lease is over |
 * | `done` | the effect happened; its result is kept | nothing |
 * | `parked` | it is not known if the effect happened | a person decides |
 */

/** Attributes by their names, each a map of its type to its value. */
type Item = Readonly<Record<string, unknown>>;

/** The aggregated client of `@aws-sdk/client-dynamodb`, `new DynamoDB({})`, as far as it is used here. */
export interface ClaimsClient {
  putItem(input: never): Promise<unknown>;
  deleteItem(input: never): Promise<unknown>;
  getItem(input: never): Promise<{ readonly Item?: Item | undefined }>;
  transactWriteItems(input: never): Promise<unknown>;
}

/** A claim as it is kept. */
export interface Claim {
  readonly key: string;
  readonly state: 'claimed' | 'done' | 'parked';
  /** A random word of the attempt that holds it: every write of an owner has it as its condition, so that no late owner writes. */
  readonly owner: string;
  /** Digest of the payload under which the effect was claimed; empty if the key names the record by itself. */
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly leaseUntilMs: number;
  /** JSON of what the effect gave. */
  readonly result: string;
}

const KEEP_SECONDS = 30 * 24 * 3600;

/** Reads and writes claims. Its table has the key `id`, a string, and may have `expiresAt` as its time to live. */
export class Claims {
  readonly #client: ClaimsClient;
  readonly #table: string;

  constructor(client: ClaimsClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Claims a free key. Undefined means that it is ours now; else the claim that is there. */
  async claim(claim: Claim): Promise<Claim | undefined> {
    return this.#orExisting(claim, async () => this.#client.putItem(this.put(claim) as never));
  }

  /** Claims a free key and does an effect of DynamoDB, both or neither. */
  async claimAndWrite(claim: Claim, writes: readonly object[]): Promise<Claim | undefined> {
    const TransactItems = [{ Put: this.put(claim) }, ...writes];
    return this.#orExisting(claim, async () => this.#client.transactWriteItems({ TransactItems } as never));
  }

  /** Replaces the claim of an owner. False if it is no longer the owner's. */
  async replace(claim: Claim, by: Partial<Claim>): Promise<boolean> {
    const put = {
      TableName: this.#table,
      Item: itemOf({ ...claim, ...by }),
      ConditionExpression: '#owner = :owner AND #state = :state',
      ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
      ExpressionAttributeValues: { ':owner': { S: claim.owner }, ':state': { S: claim.state } },
    };
    return this.#unlessGone(claim, by, async () => this.#client.putItem(put as never));
  }

  /** Gives a key free, so that the effect may be tried again. A key of another owner stays, and so does one that a person decided to be done. */
  async release({ key, owner }: Claim): Promise<void> {
    const gone = {
      TableName: this.#table,
      Key: { id: { S: key } },
      ConditionExpression: '#owner = :owner AND #state <> :done',
      ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
      ExpressionAttributeValues: { ':owner': { S: owner }, ':done': { S: 'done' } },
    };
    try {
      await this.#client.deleteItem(gone as never);
    } catch (thrown) {
      if (!isConditionFault(thrown)) throw thrown;
    }
  }

  async read(key: string): Promise<Claim | undefined> {
    const { Item } = await this.#client.getItem({
      TableName: this.#table,
      Key: { id: { S: key } },
      ConsistentRead: true,
    } as never);
    return Item === undefined ? undefined : claimOf(Item);
  }

  put(claim: Claim) {
    return {
      TableName: this.#table,
      Item: itemOf(claim),
      ConditionExpression: 'attribute_not_exists(id)',
    };
  }

  /** A write whose answer was lost is sent again by the client, and then meets itself: such a claim is ours. */
  async #orExisting(claim: Claim, write: () => Promise<unknown>): Promise<Claim | undefined> {
    try {
      await write();
      return undefined;
    } catch (thrown) {
      if (!isConditionFault(thrown)) throw thrown;
      const existing = await this.read(claim.key);
      if (existing?.owner === claim.owner) return undefined;
      if (existing === undefined) throw thrown; // the effect's own condition, or a claim that was released just now
      return existing;
    }
  }

  async #unlessGone(claim: Claim, by: Partial<Claim>, write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (thrown) {
      if (!isConditionFault(thrown)) throw thrown;
      const existing = await this.read(claim.key);
      return existing?.owner === claim.owner && existing.state === by.state;
    }
  }
}

function itemOf({ key, state, owner, payload, leaseUntilMs, result }: Claim): Item {
  const expiresAt = String(Math.ceil(leaseUntilMs / 1000) + KEEP_SECONDS);
  return {
    id: { S: key },
    state: { S: state },
    owner: { S: owner },
    payload: { S: payload },
    leaseUntilMs: { N: String(leaseUntilMs) },
    result: { S: result },
    // A parked claim stays until a person has decided.
    ...(state === 'parked' ? {} : { expiresAt: { N: expiresAt } }),
  };
}

export function claimOf(item: Item): Claim {
  const attribute = (name: string) => (item[name] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => String(attribute(name)['S'] ?? '');
  return {
    key: text('id'),
    state: text('state') as Claim['state'],
    owner: text('owner'),
    payload: text('payload'),
    leaseUntilMs: Number(attribute('leaseUntilMs')['N'] ?? 0),
    result: text('result'),
  };
}

function isConditionFault(thrown: unknown): boolean {
  const { name, CancellationReasons = [] } = thrown as {
    readonly name?: string;
    readonly CancellationReasons?: readonly { readonly Code?: string }[];
  };
  if (name === 'ConditionalCheckFailedException') return true;
  return name === 'TransactionCanceledException' && CancellationReasons[0]?.Code === 'ConditionalCheckFailed';
}
