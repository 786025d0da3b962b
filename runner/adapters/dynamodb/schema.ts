import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../aws/clients.ts';
import { unlessMissing } from '../aws/errors.ts';
import { dynamodbOf } from './client.ts';

/** A table without its name, as CloudFormation and CreateTable take it. */
type TableSchema = Omit<CreateTableCommandInput, 'TableName'>;

/** The use of a table, and the remedy if the table does not exist; both for messages. */
export interface TableUse {
  readonly purpose: string;
  readonly remedy: string;
}

export const STATE_USE: TableUse = {
  purpose: 'where Coalmine keeps its state',
  remedy: "It comes with Coalmine's template: deploy it, or check the name, the region and the account.",
};

export const LEASE_USE: TableUse = {
  purpose: 'where readers of taps keep their leases',
  remedy: "Create it with 'coalmine tap'.",
};

export const FIXTURE_USE: TableUse = {
  purpose: 'where runs with a setup keep their leases',
  remedy: "Create it with 'coalmine tap', also for a project without taps.",
};

/** Time limit for a new table, in seconds; on demand tables take a few. */
const LONGEST_WAIT_SECONDS = 60;

/** DynamoDB deletes items some time after this attribute, seconds since the epoch: never soon enough to be relied upon. */
export const TTL_ATTRIBUTE = 'expiresAt';

/** Finds the running slots of one canary, without lag: only they have the attribute. */
export const RUNNING_INDEX = 'running';

/** Index of pending work in a whole namespace: only items with pending work have its attributes. */
export const TODO_INDEX = 'todo';

/**
 * The table of states. Namespaces share one without meeting: project and
 * environment begin every key.
 */
export const STATE_TABLE: TableSchema = {
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

/** The table of the leases of tap readers: one item a tap. */
export const LEASE_TABLE: TableSchema = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
};

/** Creates a table unless it exists, and waits until it can be used. The state table of an account comes with the template. */
export async function createTable(clients: AwsClients, name: string, schema: TableSchema): Promise<void> {
  const { sdk, client } = await dynamodbOf(clients);
  const TableName = name;
  await client.send(new sdk.CreateTableCommand({ TableName, ...schema })).catch((thrown: unknown) => {
    if (!(Error.isError(thrown) && thrown.name === 'ResourceInUseException')) throw thrown;
  });
  await sdk.waitUntilTableExists({ client, maxWaitTime: LONGEST_WAIT_SECONDS, minDelay: 1 }, { TableName });
}

/** Deletes a table if it exists. */
export async function deleteTable(clients: AwsClients, name: string): Promise<void> {
  const { sdk, client } = await dynamodbOf(clients);
  await unlessMissing(async () => client.send(new sdk.DeleteTableCommand({ TableName: name })));
}
