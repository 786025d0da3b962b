import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../aws/clients.ts';

/** Time limit for a new table, in seconds; on demand tables take a few. */
const LONGEST_WAIT_SECONDS = 60;

/** DynamoDB deletes items some time after this attribute, seconds since the epoch: never soon enough to be relied upon. */
export const TTL_ATTRIBUTE = 'expiresAt';

/** Finds the running slots of one canary, without lag: only they have the attribute. */
export const RUNNING_INDEX = 'running';

/** Index of pending work in a whole namespace: only items with pending work have its attributes. */
export const TODO_INDEX = 'todo';

/**
 * The table of states, as CloudFormation and CreateTable take it. Namespaces share one without meeting: project and
 * environment begin every key.
 */
export const STATE_TABLE: Omit<CreateTableCommandInput, 'TableName'> = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'runningUntilMs', AttributeType: 'N' },
    { AttributeName: 'todo', AttributeType: 'S' },
    { AttributeName: 'todoAtMs', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: RUNNING_INDEX,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'runningUntilMs', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: TODO_INDEX,
      KeySchema: [
        { AttributeName: 'todo', KeyType: 'HASH' },
        { AttributeName: 'todoAtMs', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

/** Makes the table, for tests and for trying things out; in an account it comes with the template. */
export async function makeStateTable(clients: AwsClients, table: string): Promise<void> {
  const { CreateTableCommand, DynamoDBClient, waitUntilTableExists } = await import(
    '@aws-sdk/client-dynamodb'
  );
  const client = clients.clientOf(DynamoDBClient, 'look');
  await client.send(new CreateTableCommand({ TableName: table, ...STATE_TABLE }));
  await waitUntilTableExists(
    { client, maxWaitTime: LONGEST_WAIT_SECONDS, minDelay: 1 },
    { TableName: table },
  );
}
