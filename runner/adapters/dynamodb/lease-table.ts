import type { AwsClients } from '../aws/clients.ts';

/** Time limit for a new table, in seconds; on demand tables take a few. */
const LONGEST_WAIT_SECONDS = 60;

/** Makes and removes the table of leases. */
export interface LeaseTables {
  make(): Promise<void>;
  remove(): Promise<void>;
}

/** The table in which the readers of taps keep their leases: one item a tap, paid by request. */
export function leaseTables(clients: AwsClients, table: string): LeaseTables {
  return {
    make: async () => {
      const { CreateTableCommand, DynamoDBClient, waitUntilTableExists } = await import(
        '@aws-sdk/client-dynamodb'
      );
      const client = clients.clientOf(DynamoDBClient, 'look');
      const create = new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
      });
      await ignoring('ResourceInUseException', () => client.send(create));
      await waitUntilTableExists(
        { client, maxWaitTime: LONGEST_WAIT_SECONDS, minDelay: 1 },
        { TableName: table },
      );
    },
    remove: async () => {
      const { DeleteTableCommand, DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
      const client = clients.clientOf(DynamoDBClient, 'look');
      await ignoring('ResourceNotFoundException', () =>
        client.send(new DeleteTableCommand({ TableName: table })),
      );
    },
  };
}

async function ignoring(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === name)) throw thrown;
  }
}
