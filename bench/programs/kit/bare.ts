/** The floor: the same work without any id. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventBridge, handleBatches, type Order, placed, type QueueRecord } from './batches.ts';

const events = eventBridge();

async function work({ body }: QueueRecord): Promise<void> {
  const order = JSON.parse(body) as Order;
  console.log(JSON.stringify({ level: 'INFO', message: 'event received', event: order }));
  await events.send(new PutEventsCommand(placed(order)));
  console.log(JSON.stringify({ level: 'INFO', message: 'sent' }));
}

await handleBatches(async ({ Records }) => Promise.all(Records.map(work)), { carries: false });
