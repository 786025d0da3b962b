import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Json, type JsonMap, parseJson } from '../../../runner/core/base/json.ts';
import type { PollResult, WatchContext } from '../../../runner/kinds/kind.ts';
import { item } from '../../../runner/kinds/nouns/data/item.ts';
import { deleteItem } from '../../../runner/kinds/verbs/data/delete-item.ts';
import { putItem } from '../../../runner/kinds/verbs/data/put-item.ts';
import { type KindHarness, startKindHarness } from '../../support/run/kind-harness.ts';

/** A number that a double cannot hold: 2^53 + 1. */
const BIG = '9007199254740993';
const BIG_NUMBER = parseJson(BIG);

let harness: KindHarness;

beforeAll(async () => {
  harness = await startKindHarness();
  for (const type of ['S', 'N', 'B'] as const)
    await harness.clientOf(DynamoDBClient).send(
      new CreateTableCommand({
        TableName: `keys-${type}`,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: type },
          { AttributeName: 'by', AttributeType: type },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-by',
            KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
});
beforeEach(() => {
  harness.proxy.taken.length = 0;
});
afterAll(async () => harness.close());

async function found(input: JsonMap): Promise<readonly Json[]> {
  const watch = await harness.open(item, input);
  return (await watch.poll({ sinceMs: Date.now(), last: false })).selected.map(({ data }) => data);
}

async function act(verb: 'putItem' | 'deleteItem', input: JsonMap): Promise<void> {
  const verbs = { putItem, deleteItem };
  await harness.act(verbs[verb], input, { correlate: false });
}

describe('an attribute of a key', () => {
  it.each<{ type: string; id: Json; as?: Json }>([
    { type: 'S', id: '42' },
    { type: 'N', id: 42 },
    { type: 'N', id: '42', as: 42 },
    { type: 'N', id: BIG_NUMBER },
    { type: 'N', id: BIG, as: BIG_NUMBER },
    { type: 'N', id: 1e21 },
    { type: 'B', id: 'aGk=' },
  ])('of type $type is put, found and deleted by $id', async ({ type, id, as = id }) => {
    const table = `keys-${type}`;
    await act('putItem', { table, item: { id, by: id } });

    const byKey = await found({ table, key: { id } });
    const byIndex = await found({ table, index: 'by-by', key: { by: id } });
    await act('deleteItem', { table, key: { id } });

    expect(byKey).toEqual([{ id: as, by: as }]);
    expect(byIndex).toEqual([{ id: as, by: as }]);
    expect(await found({ table, key: { id } })).toEqual([]);
  });

  it.each<{ type: string; id: Json; says: string }>([
    { type: 'S', id: 42, says: "'id' is text, and the step gives a number. Put it in quotes." },
    { type: 'S', id: true, says: "'id' is text, and the step gives a boolean." },
    { type: 'N', id: 'x', says: "'id' is a number, and the step gives text. Write a number." },
    { type: 'N', id: '042', says: "'id' is a number, and the step gives text. Write a number." },
    { type: 'N', id: null, says: "'id' is a number, and the step gives null." },
    { type: 'B', id: 'hi', says: "'id' is binary, and the step gives text. Write it in base64." },
    { type: 'B', id: 1, says: "'id' is binary, and the step gives a number." },
  ])('of type $type refuses $id', async ({ type, id, says }) => {
    const table = `keys-${type}`;
    const refused = { blame: 'definition', message: expect.stringContaining(says) };

    await expect(found({ table, key: { id } })).rejects.toMatchObject(refused);
    await expect(act('putItem', { table, item: { id } })).rejects.toMatchObject(refused);
    await expect(act('deleteItem', { table, key: { id } })).rejects.toMatchObject(refused);
  });

  it('is distinguished from another by its last digit, also if both are asked for at once', async () => {
    const table = 'keys-N';
    const ids = [BIG, '9007199254740992', '9007199254740994'];
    for (const id of ids) await act('putItem', { table, item: { id } });

    const items = await Promise.all(ids.map(async (id) => found({ table, key: { id } })));

    expect(items).toEqual(ids.map((id) => [{ id: parseJson(id) }]));
    expect(harness.proxy.calls('BatchGetItem')).toHaveLength(1);
  });
});

describe('a number of an item', () => {
  it('keeps every digit, in sets too', async () => {
    const numbers = ['1234567890123456.78', '0.30000000000000001', '12345678901234567890', '12.5'];
    await harness.clientOf(DynamoDBClient).send(
      new PutItemCommand({
        TableName: 'keys-S',
        Item: { id: { S: 'a' }, set: { NS: numbers }, list: { L: numbers.map((N) => ({ N })) } },
      }),
    );

    const [seen] = (await found({ table: 'keys-S', key: { id: 'a' } })) as [JsonMap];

    expect(JSON.stringify(seen['list'])).toBe(`[${numbers.join(',')}]`);
    expect((seen['set'] as readonly Json[]).map((one) => JSON.stringify(one)).toSorted()).toEqual(
      numbers.toSorted(),
    );
  });
});

/** An index of several attributes of each sort, which the local AWS does not have. */
function served(items: readonly object[]) {
  const asked: JsonMap[] = [];
  const send = async (command: object & { readonly input: JsonMap }): Promise<unknown> => {
    if (command.constructor.name === 'DescribeTableCommand') {
      const hash = ['tenant', 'region'].map((AttributeName) => ({ AttributeName, KeyType: 'HASH' }));
      const range = ['round', 'seat'].map((AttributeName) => ({ AttributeName, KeyType: 'RANGE' }));
      return {
        Table: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: ['tenant', 'region', 'round', 'seat', 'pk'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          GlobalSecondaryIndexes: [{ IndexName: 'multi', KeySchema: [...hash, ...range] }],
        },
      };
    }
    asked.push(command.input);
    return { Items: items };
  };
  const look = async (key: JsonMap): Promise<PollResult> => {
    const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
    const watch = await harness.open(item, { table: 'games', index: 'multi', key }, { clientOf });
    return watch.poll({ sinceMs: Date.now(), last: false });
  };
  return { look, asked };
}

describe('an index that is keyed by several attributes', () => {
  it.each<{ key: JsonMap; condition: string }>([
    { key: { tenant: 'a', region: 'eu' }, condition: '#k0 = :k0 AND #k1 = :k1' },
    { key: { tenant: 'a', region: 'eu', round: '1' }, condition: '#k0 = :k0 AND #k1 = :k1 AND #k2 = :k2' },
  ])('is asked by $key', async ({ key, condition }) => {
    const { look, asked } = served([{ pk: { S: 'a' } }]);

    expect((await look(key)).selected).toMatchObject([{ data: { pk: 'a' } }]);
    expect(asked).toMatchObject([{ KeyConditionExpression: condition }]);
  });

  it.each<{ key: JsonMap; says: string }>([
    {
      key: { tenant: 'a' },
      says: "The key of index multi of table games needs 'region', which is not given.",
    },
    { key: { tenant: 'a', region: 'eu', seat: '1' }, says: "needs 'round', which is not given." },
    { key: { tenant: 'a', region: 'eu', rond: '1' }, says: "'rond' is not in the key of index multi" },
  ])('is not asked by $key', async ({ key, says }) => {
    const { look, asked } = served([]);

    await expect(look(key)).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining(says),
    });
    expect(asked).toEqual([]);
  });
});
