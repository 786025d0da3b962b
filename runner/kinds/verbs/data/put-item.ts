import { addressFault } from '../../../core/aws/address-faults.ts';
import { itemTable } from '../../../core/aws/resources/item-table.ts';
import { correlationIdOf } from '../../../core/base/run-id.ts';
import { itemOf } from '../../aws/attribute-value.ts';
import { keysOf, refuseIncomplete } from '../../aws/item-key.ts';
import { typedFaults } from '../../aws/typed-values.ts';
import type { ActContext, Verb } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';

const input = closed({
  table: text('Name or ARN of the DynamoDB table'),
  item: anyMap('The item: attribute names and values; ours are added'),
});

/** Lifetime of our items, if the project names the attribute of the tables' time to live. In seconds. */
const KEPT_SECONDS = 86_400;

/** Puts one item into a table, over one that has the same key. */
export const putItem = {
  name: 'putItem',
  summary: 'puts an item into a DynamoDB table',
  primaryInput: 'table',
  input,
  view: {},
  blameOnTimeout: 'api',
  ownIds: ({ ttl }) => [
    { path: ['item', 'correlationId'], same: '${run.correlationId}' },
    { path: ['item', 'canary'], same: true },
    ...(ttl === undefined ? [] : [{ path: ['item', ttl] }]),
  ],
  makes: ({ table, item }) => ({ kind: 'item', input: { table, key: item } }),
  permissions: ({ table }) => [
    { action: 'dynamodb:DescribeTable', resource: table },
    { action: 'dynamodb:PutItem', resource: table },
  ],
  hop: ({ table }) => `table ${table}`,
  example: `putItem: orders
item:
  orderId: canary-1
  status: REQUESTED
`,
  faults: ({ table, item }) => [...addressFault(itemTable, table), ...typedFaults(item)],
  act: async ({ table, item }, context) => {
    const { DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const client = context.clientOf(DynamoDBClient, table);
    const { own, types } = await keysOf(client, table, undefined);
    refuseIncomplete(item, own, `table ${table}`);
    const Item = itemOf({ ...item, ...(context.correlate ? ownAttributes(context) : {}) }, types);
    await client.send(new PutItemCommand({ TableName: table, Item }), { abortSignal: context.signal });
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'putItem', id, takenAtMs: context.clock.nowMs(), data: {} };
  },
} satisfies Verb<typeof input>;

function ownAttributes({ runId, clock, correlation }: ActContext) {
  const expiresAt = Math.floor(clock.nowMs() / 1_000) + KEPT_SECONDS;
  return {
    correlationId: correlationIdOf(runId),
    canary: true,
    ...(correlation.ttl === undefined ? {} : { [correlation.ttl]: expiresAt }),
  };
}
