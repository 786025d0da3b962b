import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Asks, PollResult } from '../../../runner/kinds/kind.ts';
import { item } from '../../../runner/kinds/nouns/data/item.ts';
import { type KindHarness, startKindHarness } from '../../support/run/kind-harness.ts';

let harness: KindHarness;

beforeAll(async () => {
  harness = await startKindHarness();
  const dynamodb = harness.clientOf(DynamoDBClient);
  await dynamodb.send(new CreateTableCommand(TABLE));
  for (const Item of [
    {
      id: { S: 'o1' },
      line: { N: '1' },
      customer: { S: 'c1' },
      placedAt: { S: 'may' },
      status: { S: 'FAILED' },
    },
    { id: { S: 'o1' }, line: { N: '2' }, customer: { S: 'c1' }, status: { S: 'FAILED' } },
  ])
    await dynamodb.send(new PutItemCommand({ TableName: 'lines', Item }));
});
beforeEach(() => {
  harness.proxy.taken.length = 0;
});
afterAll(async () => harness.close());

const KEYS_ONLY = { ProjectionType: 'KEYS_ONLY' } as const;
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' }) as const;
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' }) as const;
const TABLE = {
  TableName: 'lines',
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' as const },
    { AttributeName: 'line', AttributeType: 'N' as const },
    { AttributeName: 'customer', AttributeType: 'S' as const },
    { AttributeName: 'placedAt', AttributeType: 'S' as const },
  ],
  KeySchema: [hash('id'), range('line')],
  LocalSecondaryIndexes: [
    { IndexName: 'by-moment', KeySchema: [hash('id'), range('placedAt')], Projection: KEYS_ONLY },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'by-customer', KeySchema: [hash('customer')], Projection: KEYS_ONLY },
    {
      IndexName: 'by-customer-and-moment',
      KeySchema: [hash('customer'), range('placedAt')],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['status'] },
    },
    {
      IndexName: 'by-customer-and-line',
      KeySchema: [hash('customer'), range('line')],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
};

async function poll(
  index: string,
  key: Record<string, string>,
  asks: Partial<Asks> = {},
): Promise<PollResult> {
  const watch = await harness.open(
    item,
    { table: 'lines', key, index },
    { asks: { absence: false, fields: [], ...asks } },
  );
  return watch.poll({ sinceMs: 0, last: false });
}

describe('a local index', () => {
  it('is read with strong consistency, and shows what it does not project, too', async () => {
    const { selected } = await poll('by-moment', { id: 'o1' }, { fields: ['status'] });

    expect(selected.map(({ data }) => data)).toMatchObject([{ line: 1, status: 'FAILED' }]);
    expect(JSON.parse(harness.proxy.calls('Query')[0]?.body ?? '')).toMatchObject({ ConsistentRead: true });
  });
});

describe('a global index', () => {
  it('shows the attributes that it projects', async () => {
    const seen = await poll(
      'by-customer-and-moment',
      { customer: 'c1' },
      { fields: ['status', 'line', 'placedAt'] },
    );

    expect(seen.selected.map(({ data }) => data)).toEqual([
      { id: 'o1', line: 1, customer: 'c1', placedAt: 'may', status: 'FAILED' },
    ]);
  });

  it('shows all where it projects all', async () => {
    const seen = await poll('by-customer-and-line', { customer: 'c1' }, { fields: 'all', absence: true });

    expect(seen.selected).toHaveLength(2);
  });

  it.each([
    ['an attribute', { fields: ['status'] }, 'looks at status.'],
    ['two of them', { fields: ['id', 'status', 'total'] }, 'looks at status and total.'],
    ['the whole item', { fields: 'all' }, 'takes the whole item.'],
  ] as const)(
    'is an error of the definition if the check needs %s that it does not project',
    async (_, asks, words) => {
      await expect(poll('by-customer', { customer: 'c1' }, asks)).rejects.toMatchObject({
        blame: 'definition',
        message: expect.stringContaining(`holds customer, id and line only, and the check ${words}`),
      });
    },
  );
});

describe('an index with a sort attribute, which lacks the items without it', () => {
  const ABSENCE = { absence: true };

  it.each(['by-customer-and-moment', 'by-moment'])('cannot show that none is there: %s', async (index) => {
    const key = index === 'by-moment' ? { id: 'o1' } : { customer: 'c1' };

    await expect(poll(index, key, ABSENCE)).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining(
        "lacks the items without 'placedAt', so it cannot show that none is there.",
      ),
    });
  });

  it('can, if the check is of items with that attribute alone, or of one key', async () => {
    const named = await poll(
      'by-customer-and-moment',
      { customer: 'c1' },
      { ...ABSENCE, fields: ['placedAt'] },
    );
    const whole = await poll('by-customer-and-moment', { customer: 'c1', placedAt: 'may' }, ABSENCE);

    expect([named, whole].map(({ selected }) => selected.length)).toEqual([1, 1]);
  });

  it('can, if every item has it, as part of the key of the table', async () => {
    expect((await poll('by-customer-and-line', { customer: 'c1' }, ABSENCE)).selected).toHaveLength(2);
  });

  it('shows an expect what it holds', async () => {
    expect((await poll('by-customer-and-moment', { customer: 'c1' })).selected).toHaveLength(1);
  });
});
