import { byKey, forEachRecord, onceIn } from '../../../runner/trace/index.ts';
import type { Order } from './batches.ts';
import { CONTEXT } from './batches.ts';
import { claimBatches, emptyTables } from './claims.ts';

const once = onceIn(emptyTables(), { table: 'claims' });

const handler = forEachRecord<Order>(
  async ({ orderId }) =>
    once(
      'charge',
      byKey(async (key) => ({ charged: orderId, key })),
    ),
  { log: false },
);

await claimBatches(async (event) => handler(event, CONTEXT));
