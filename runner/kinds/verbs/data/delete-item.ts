import { addressFault } from '../../../core/aws/address-faults.ts';
import { itemTable } from '../../../core/aws/resources/item-table.ts';
import { itemOf } from '../../aws/attribute-value.ts';
import { keyFaults, keysOf, refuseIncomplete } from '../../aws/item-key.ts';
import type { Verb } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';
import { anothers, isConditionFalse, unlessAnothers } from '../../writes/others-item.ts';

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
      throw isConditionFalse(thrown) ? anothers(table, thrown) : thrown;
    });
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'deleteItem', id, takenAtMs: context.clock.nowMs(), data: {} };
  },
} satisfies Verb<typeof input>;
