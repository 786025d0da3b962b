import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ObserverError } from '../../core/base/errors.ts';
import type { Leased, Leases } from '../../core/taps/ports.ts';
import type { AwsClients } from '../aws/clients.ts';
import { faultSortOf } from '../aws/errors.ts';

/**
 * Leases in one DynamoDB table, taken by a conditional write. After a refusal the item is read again, consistently, and the owners are
 * compared: not every DynamoDB returns the old item, and a lost answer looks like a refusal.
 */
export function dynamodbLeases(clients: AwsClients, table: string): Leases {
  return {
    take: async ({ name, owner, nowMs, forMs }) => {
      const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
      const client = await dynamodbClient(clients);
      const put = new PutItemCommand({
        TableName: table,
        Item: { name: { S: name }, owner: { S: owner }, untilMs: { N: String(Math.round(nowMs + forMs)) } },
        ConditionExpression: 'attribute_not_exists(#name) OR #owner = :owner OR #untilMs < :now',
        ExpressionAttributeNames: { '#name': 'name', '#owner': 'owner', '#untilMs': 'untilMs' },
        ExpressionAttributeValues: { ':owner': { S: owner }, ':now': { N: String(Math.round(nowMs)) } },
      });
      try {
        await client.send(put);
        return { held: true };
      } catch (thrown) {
        if (faultSortOf(thrown) === 'missing') throw noTable(table, thrown);
        if (!isNamed(thrown, 'ConditionalCheckFailedException')) throw thrown;
        return heldBy(owner, await readLease(client, table, name));
      }
    },
    drop: async ({ name, owner }) => {
      const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
      const client = await dynamodbClient(clients);
      const mine = new DeleteItemCommand({
        TableName: table,
        Key: { name: { S: name } },
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: owner } },
      });
      await client.send(mine).catch((thrown: unknown) => {
        if (!isNamed(thrown, 'ConditionalCheckFailedException')) throw thrown; // another process has taken it since
      });
    },
  };
}

type LeaseItem = Readonly<Record<string, AttributeValue>>;

/** Owner of a lease that was held at the write, and released by the following read. */
export const JUST_GIVEN_BACK = 'another process that has just ended';

function heldBy(owner: string, item: LeaseItem | undefined): Leased {
  const by = item?.['owner']?.S;
  if (by === undefined) return { held: false, by: JUST_GIVEN_BACK };
  return by === owner ? { held: true } : { held: false, by, untilMs: Number(item?.['untilMs']?.N) };
}

async function readLease(
  client: DynamoDBClient,
  table: string,
  name: string,
): Promise<LeaseItem | undefined> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: { name: { S: name } }, ConsistentRead: true }),
  );
  return Item;
}

async function dynamodbClient(clients: AwsClients): Promise<DynamoDBClient> {
  const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
  return clients.clientOf(Client, 'look');
}

function noTable(table: string, cause: unknown): Error {
  return new ObserverError(
    `The table ${table}, in which readers of taps keep their leases, is not there. Make it with 'coalmine tap'.`,
    {
      cause,
      lasting: true,
    },
  );
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name;
}
