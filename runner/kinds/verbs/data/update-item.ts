import type { DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { fromAttributes, type ReadAttribute } from '../../../core/aws/attributes.ts';
import { itemTable } from '../../../core/aws/resources/item-table.ts';
import { isJsonMap, type JsonMap } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { correlationIdOf } from '../../../core/base/run-id.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { itemOf } from '../../aws/attribute-value.ts';
import { keyFaults, keysOf, refuseIncomplete } from '../../aws/item-key.ts';
import { typedFaults } from '../../aws/typed-values.ts';
import type { ActContext, Verb } from '../../kind.ts';
import { anyMap, closed, numbers, text } from '../../schema.ts';
import { type Unmet, unmetBy } from '../../writes/item-condition.ts';
import { anothers, isAnothers, isConditionFalse, unlessAnothers } from '../../writes/others-item.ts';
import { changeFaults, updateExpression } from '../../writes/update-expression.ts';

const input = closed({
  table: text('Name or ARN of the DynamoDB table'),
  key: anyMap('The whole key: attribute names and values'),
  set: Type.Optional(anyMap('Attributes and their new values; ours are added')),
  add: Type.Optional(
    numbers('Attributes and the number that is added to each; one that is missing counts as 0'),
  ),
  remove: Type.Optional(
    Type.Array(text('Name of an attribute'), { description: 'Attributes that are removed' }),
  ),
  condition: Type.Optional(
    anyMap(
      'The change is made only if all of it holds: a value that an attribute equals, or $exists, $oneOf, $above, $atLeast, $below, $atMost',
    ),
  ),
});

const OWN = ['correlationId', 'canary'] as const;

/** Changes one item that is there. A condition that does not hold is an answer of the system, as a status of HTTP is. */
export const updateItem = {
  name: 'updateItem',
  summary: 'changes an item of a DynamoDB table',
  primaryInput: 'table',
  input,
  view: {
    updated: { description: 'false if the condition does not hold, or if there is no such item' },
    item: {
      type: 'map',
      description:
        'the item as it is now, changed or not; missing if there is none. Sets are lists without order',
    },
  },
  defaultResponse: { updated: true },
  blameOnTimeout: 'api',
  ownIds: () =>
    ['set', 'add'].flatMap((part) => [
      { path: [part, 'correlationId'], same: '${run.correlationId}' },
      { path: [part, 'canary'], same: true },
    ]),
  permissions: ({ table }) => [
    { action: 'dynamodb:DescribeTable', resource: table },
    { action: 'dynamodb:UpdateItem', resource: table },
  ],
  hop: ({ table }) => `table ${table}`,
  identity: ({ table, key }) => [table, key],
  isAbsent: (_, answer) => isJsonMap(answer) && answer['updated'] === false && answer['item'] === undefined,
  example: `updateItem: stock
key:
  sku: CANARY-SKU-1
set:
  status: OPEN
add:
  pieces: 5
condition:
  status:
    $oneOf: [OPEN, CLOSED]
`,
  faults: ({ table, key, set = {}, ...change }, { correlate, filled, repeats = false }) => [
    ...addressFault(itemTable, table),
    ...keyFaults(key, { filled }),
    ...typedFaults(set, 'set'),
    ...changeFaults({ key, set, ...change }, { own: correlate === false ? [] : OWN, repeats }),
  ],
  act: async ({ table, key, set, add, remove, condition = {} }, context) => {
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
    const client = context.clientOf(DynamoDBClient, table);
    const { own, types } = await keysOf(client, table, undefined);
    refuseIncomplete(key, own, `table ${table}`);
    const change = {
      set: { ...set, ...(context.correlate ? ownAttributes(context, key) : {}) },
      ...omitUndefined({ add, remove }),
    };
    const [existing = ''] = own.partition;
    const command = {
      TableName: table,
      Key: itemOf(key, types),
      ...alsoUnlessAnothers(updateExpression(change, { key: existing, condition, types }), context),
    };
    const answer = await update(client, command, { condition, context });
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'updateItem', id, takenAtMs: context.clock.nowMs(), ...answer };
  },
} satisfies Verb<typeof input>;

/** No time to live: the item may be one of the system's own. */
function ownAttributes({ runId }: ActContext, key: JsonMap): JsonMap {
  const all = { correlationId: correlationIdOf(runId), canary: true };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(key, name)));
}

type Expressions = ReturnType<typeof updateExpression>;

/** In a sweep, an item with the id of another run is left alone. */
function alsoUnlessAnothers(expressions: Expressions, context: ActContext): Expressions {
  if (!context.sweeping) return expressions;
  const { ConditionExpression, ExpressionAttributeValues } = unlessAnothers(context);
  return {
    ...expressions,
    ConditionExpression: `${expressions.ConditionExpression} AND (${ConditionExpression})`,
    ExpressionAttributeValues: { ...expressions.ExpressionAttributeValues, ...ExpressionAttributeValues },
  };
}

/** The answer of a change, with the reason if none was made. */
type Answer = Pick<Evidence, 'data' | 'unsent' | 'notes' | 'unread'>;

async function update(
  client: DynamoDBClient,
  asked: UpdateItemCommandInput & { readonly TableName: string },
  {
    condition,
    context: { signal, sweeping, runId },
  }: { readonly condition: JsonMap; readonly context: ActContext },
): Promise<Answer> {
  const { UpdateItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new UpdateItemCommand({
    ...asked,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    const { Attributes = {} } = await client.send(command, { abortSignal: signal });
    return { data: { updated: true, item: fromAttributes(Attributes) } };
  } catch (thrown) {
    if (!isConditionFalse(thrown)) throw thrown;
    const { Item } = thrown as { readonly Item?: Readonly<Record<string, ReadAttribute>> };
    if (Item === undefined)
      return { data: { updated: false }, unsent: true, notes: [{ path: 'updated', why: NO_ITEM }] };
    const item = fromAttributes(Item);
    if (sweeping && isAnothers(item['correlationId'], { runId })) throw anothers(asked.TableName, thrown);
    return { data: { updated: false, item }, unsent: true, ...reasonOf(unmetBy(Item, condition)) };
  }
}

const NO_ITEM = 'there is no such item';

function reasonOf(unmet: Unmet | undefined): Pick<Evidence, 'notes' | 'unread'> {
  if (unmet === undefined) return {};
  const about = { path: 'updated', why: unmet.why };
  return unmet.undecided ? { unread: [{ ...about, absent: true }] } : { notes: [about] };
}
