import type { Question } from '../question/question.ts';

/** Checks that the table with the leases of tap readers, and of runs with a setup, exists. */
export const leaseTable: Question<undefined> = {
  called: ({ name }) => `table of leases ${name}`,
  missing: (_, { environment }) => `npx coalmine tap --env ${environment.name}`,
  ask: async ({ name }, { clients, signal }) => {
    const { DynamoDBClient, DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
    const client = clients.clientOf(DynamoDBClient, 'observe');
    const command = new DescribeTableCommand({ TableName: name });
    await client.send(command, { abortSignal: signal });
    return undefined;
  },
  judge: () => [],
};
