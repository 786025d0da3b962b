import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { fromAttributes } from '../../../core/aws/attributes.ts';
import { itemTable } from '../../../core/aws/resources/item-table.ts';
import type { Clock } from '../../../core/base/clock.ts';
import { didYouMean } from '../../../core/base/did-you-mean.ts';
import { DefinitionError } from '../../../core/base/errors.ts';
import type { JsonMap } from '../../../core/base/json.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { itemOf } from '../../aws/attribute-value.ts';
import {
  attributesOf,
  indexFault,
  keyFaults,
  keysOf,
  refuseIncomplete,
  type TableKey,
} from '../../aws/item-key.ts';
import { ITEM_LIMIT, queryItems, refuseUnseen } from '../../aws/item-query.ts';
import { type Item, type ItemQuestion, readItem } from '../../aws/item-reader.ts';
import type { Asks, Noun, Permission } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';

const input = closed({
  table: text('Name or ARN of the DynamoDB table'),
  key: anyMap('The key, or its partition key alone: attribute names and values'),
  index: Type.Optional(text('Name of the index whose key is given')),
});

/** Reads items by key: strongly consistent in the table and its local indexes, eventually consistent in a global one. */
export const item = {
  name: 'item',
  summary: 'an item of a DynamoDB table, or the items under one key',
  input,
  view: { '*': { description: "the item's attributes as plain JSON; sets are lists without order" } },
  selects: 'address',
  vanishes: true,
  consistency:
    'Strongly consistent in the table and its local indexes; a global index lags, usually by less than a second. A global index shows only what it projects: a check of another attribute is an error. An index lacks the items without its sort attribute: a `never` or a `count` that does not name that attribute is an error. It sees the present only: a state that passed between two looks is not seen.',
  reads: ITEM_LIMIT,
  pauseMs: { first: 25, longest: 2_000 },
  permissions: ({ table, key, index }) => [
    { action: 'dynamodb:DescribeTable', resource: table },
    ...(index === undefined ? readsOf(table, key) : [query(table, { below: `index/${index}` })]),
  ],
  hop: ({ table, index }) => `table ${table}${index === undefined ? '' : ` by ${index}`}`,
  quotes: ['*'],
  lacksId: () => 'the item has no attribute with the id',
  example: `expect: item
table: orders
key:
  orderId: ord_1
has:
  status: PLACED
within: 30s
`,
  faults: ({ table, key, index }, { filled }) => [
    ...addressFault(itemTable, table),
    ...indexFault(index),
    ...keyFaults(key, { index, filled }),
  ],
  open: async (address, context) => ({
    poll: async () => {
      const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
      const { signal, clock, asks } = context;
      const found = await itemsAt(address, {
        client: context.clientOf(Client, address.table),
        signal,
        clock,
        asks,
      });
      const takenAtMs = clock.nowMs();
      const selected = found.map((one): Evidence => ({ kind: 'item', takenAtMs, ...one }));
      return { selected, nearby: [], present: true };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

/** A key of two attributes is whole; one of one attribute is, if the table has no sort key. */
function readsOf(table: string, key: JsonMap): readonly Permission[] {
  const get = { action: 'dynamodb:BatchGetItem', resource: table };
  return Object.keys(key).length === 2 ? [get] : [get, query(table)];
}

function query(resource: string, more: Pick<Permission, 'below'> = {}): Permission {
  return { action: 'dynamodb:Query', resource, ...more };
}

interface Address {
  readonly table: string;
  readonly key: JsonMap;
  readonly index?: string;
}

interface FoundItem {
  readonly id: string;
  readonly data: JsonMap;
}

/** Parts of a poll. */
interface Looking {
  readonly client: DynamoDBClient;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly asks: Asks;
}

async function itemsAt(address: Address, context: Looking): Promise<readonly FoundItem[]> {
  const { own, index, types } = await keysOf(context.client, address.table, address.index);
  const asked = index ?? own;
  refuseOtherNames(address, asked);
  if (index !== undefined) refuseUnseen({ ...address, index }, own, context.asks);
  const key = itemOf(address.key, types);
  const whole = asked.sort.every((name) => key[name] !== undefined);
  const items =
    whole && index === undefined
      ? await ownItem(address.table, { key, own, ...context })
      : await queryItems({ table: address.table, key }, asked, context);
  return items.map((one) => {
    const data = fromAttributes(one);
    const ids = attributesOf(own).map((name) => data[name] ?? null);
    return { id: JSON.stringify(ids), data };
  });
}

function refuseOtherNames({ table, key, index }: Address, asked: TableKey): void {
  const place = index === undefined ? `table ${table}` : `index ${index} of table ${table}`;
  const legal = attributesOf(asked);
  const other = Object.keys(key).find((name) => !legal.includes(name));
  if (other !== undefined) {
    const meant = didYouMean(other, legal);
    const hint =
      meant === undefined ? 'Other attributes belong under has or where.' : `Did you mean '${meant}'?`;
    throw new DefinitionError(
      `'${other}' is not in the key of ${place}, which is ${legal.join(' and ')}. ${hint}`,
    );
  }
  // Sort attributes are compared from the first on, without a gap (DynamoDB developer guide, "Multi-attribute keys").
  const last = asked.sort.findLastIndex((name) => key[name] !== undefined);
  refuseIncomplete(key, { partition: asked.partition, sort: asked.sort.slice(0, last + 1) }, place);
}

/** Reads by the whole key; concurrent polls of a table share a call. */
async function ownItem(table: string, question: ItemQuestion): Promise<readonly Item[]> {
  const found = await readItem(table, question);
  return found === undefined ? [] : [found];
}
