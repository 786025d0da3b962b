import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { localClients } from '../support/aws/local-clients.ts';

const local = localClients();
const TableName = 'orders';
let db: DynamoDB;
const item = (id: string, n = '1') => ({ id: { S: id }, n: { N: n } });
const put = (id: string, more: object = {}) => ({ Put: { TableName, Item: item(id), ...more } });
const absent = { ConditionExpression: 'attribute_not_exists(id)' };
const itemOf = async (id: string) => (await db.getItem({ TableName, Key: { id: { S: id } } })).Item;

beforeAll(async () => {
  db = local.clientOf(DynamoDB);
  await db.createTable({
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});

describe('TransactWriteItems', () => {
  it('writes all of its operations', async () => {
    await db.putItem({ TableName, Item: item('changed') });
    await db.putItem({ TableName, Item: item('deleted') });
    await db.transactWriteItems({
      TransactItems: [
        put('new', absent),
        {
          Update: {
            TableName,
            Key: { id: { S: 'changed' } },
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: '2' } },
          },
        },
        { Delete: { TableName, Key: { id: { S: 'deleted' } } } },
      ],
    });
    expect([await itemOf('new'), await itemOf('changed'), await itemOf('deleted')]).toEqual([
      item('new'),
      item('changed', '2'),
      undefined,
    ]);
  });

  it('writes nothing if one condition fails, and names the reason of each', async () => {
    await db.putItem({ TableName, Item: item('there', '7') });
    const fault = db.transactWriteItems({
      TransactItems: [
        put('other'),
        put('there', { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        {
          ConditionCheck: {
            TableName,
            Key: { id: { S: 'none' } },
            ConditionExpression: 'attribute_not_exists(id)',
          },
        },
      ],
    });
    await expect(fault).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: item('there', '7') },
        { Code: 'None' },
      ],
    });
    expect([await itemOf('other'), await itemOf('there'), await itemOf('none')]).toEqual([
      undefined,
      item('there', '7'),
      undefined,
    ]);
  });

  it('leaves no trace of a condition that it checked', async () => {
    await db.transactWriteItems({
      TransactItems: [
        put('checked'),
        { ConditionCheck: { TableName, Key: { id: { S: 'none' } }, ...absent } },
      ],
    });
    expect([await itemOf('checked'), await itemOf('none')]).toEqual([item('checked'), undefined]);
  });

  it('gives one of many at once the item, and all others the reason', async () => {
    const all = Array.from({ length: 20 }, async () =>
      db.transactWriteItems({ TransactItems: [put('race', absent), put(`mine`)] }),
    );
    const settled = await Promise.allSettled(all);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('answers a token that was used as before, and refuses it for something else', async () => {
    const request = { ClientRequestToken: 't-1', TransactItems: [put('once', absent)] };
    await db.transactWriteItems(request);
    await db.transactWriteItems(request);
    await expect(db.transactWriteItems({ ...request, TransactItems: [put('twice')] })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  it('refuses two operations on one item', async () => {
    await expect(db.transactWriteItems({ TransactItems: [put('same'), put('same')] })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('refuses a table that is not there', async () => {
    await expect(
      db.transactWriteItems({ TransactItems: [{ Put: { TableName: 'none', Item: item('a') } }] }),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a table of the local AWS', () => {
  it('takes items as soon as its making is answered, and its name is free as soon as its removal is', async () => {
    const table = {
      TableName: 'short-lived',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
      BillingMode: 'PAY_PER_REQUEST' as const,
    };
    for (let n = 0; n < 20; n += 1) {
      await db.createTable(table);
      await db.putItem({ TableName: table.TableName, Item: item('at once') });
      await db.deleteTable({ TableName: table.TableName });
    }

    expect((await db.listTables({})).TableNames).toEqual([TableName]);
  });
});
