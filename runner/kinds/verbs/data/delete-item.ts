import { addressFault } from '../../../core/aws/address-faults.ts';
import { itemTable } from '../../../core/aws/resources/item-table.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import { correlationIdOf } from '../../../core/base/run-id.ts';
import { itemOf } from '../../aws/attribute-value.ts';
import { keyFaults, keysOf, refuseIncomplete } from '../../aws/item-key.ts';
import type { ActContext, Verb } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';

const input = closed({
  table: text('Name or ARN of the DynamoDB table'),
  key: anyMap('The whole key: attribute names and values'),
});

/** Deletes one item; one that is not there is no fault, as DynamoDB has it. */
export const deleteItem = {
  name: 'deleteItem',
  summary: 'deletes an item from a DynamoDB table',
  primaryInput: 'table',
  input,
  view: {},
  blameOnTimeout: 'api',
  permissions: ({ table }) => [
    { action: 'dynamodb:DescribeTable', resource: table },
    { action: 'dynamodb:DeleteItem', resource: table },
  ],
  hop: ({ table }) => `table ${table}`,
  example: `deleteItem: orders
key:
  orderId: canary-1
`,
  faults: ({ table, key }, { filled }) => [...addressFault(itemTable, table), ...keyFaults(key, { filled })],
  act: async ({ table, key }, context) => {
    const { DynamoDBClient, DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const client = context.clientOf(DynamoDBClient, table);
    const { own, types } = await keysOf(client, table, undefined);
    refuseIncomplete(key, own, `table ${table}`);
    const command = new DeleteItemCommand({
      TableName: table,
      Key: itemOf(key, types),
      ...(context.sweeping ? unlessAnothers(context) : {}),
    });
    await client.send(command, { abortSignal: context.signal }).catch((thrown: unknown) => {
      throw isAnothers(thrown) ? anothers(table, thrown) : thrown;
    });
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'deleteItem', id, takenAtMs: context.clock.nowMs(), data: {} };
  },
} satisfies Verb<typeof input>;

/** An item that another run has put, under whatever key, carries the id of that run. */
function unlessAnothers({ runId }: ActContext) {
  return {
    ConditionExpression: 'attribute_not_exists(correlationId) OR correlationId = :own',
    ExpressionAttributeValues: { ':own': { S: correlationIdOf(runId) } },
  };
}

function isAnothers(thrown: unknown): boolean {
  return Error.isError(thrown) && thrown.name === 'ConditionalCheckFailedException';
}

function anothers(table: string, cause: unknown): Error {
  return new ObserverError(
    `The item in table ${table} carries the id of something else, so it was left alone. Whose is it?`,
    { cause, permanent: true },
  );
}
