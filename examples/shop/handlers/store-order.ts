import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { forEachRecord, onceIn, progress, put, traced, traceHeaders } from '@coalmine/trace';
import type { OrderPlaced } from './order.ts';

const { ORDERS_TABLE = '', CLAIMS_TABLE = '', SHIPMENTS_TOPIC } = process.env;
const topic = traced(new SNSClient({}));
const once = onceIn(traced(new DynamoDB({})), { table: CLAIMS_TABLE });

/**
 * On `OrderPlaced`: stores the order, notifies the warehouse, then calls the customer back, each once, however often the event comes. An event
 * that fails ends in the dead-letter queue.
 */
export const storeOrder = forEachRecord<OrderPlaced>(async ({ orderId, sku, qty, callbackUrl }) => {
  const createdAt = new Date().toISOString();
  await once('store', put(ORDERS_TABLE, { orderId, sku, qty, status: 'PLACED', createdAt }), { of: orderId });
  const message = { TopicArn: SHIPMENTS_TOPIC, Message: JSON.stringify({ orderId, sku, qty }) };
  await once('notify', async () => void (await topic.send(new PublishCommand(message))), { of: orderId });
  if (callbackUrl !== undefined)
    await once('call back', async () => callBack(callbackUrl, { orderId, status: 'PLACED' }), {
      of: orderId,
    });
  progress('stored', { orderId });
});

/** The shop's webhook. A customer that does not take it is called again, with the event. */
async function callBack(url: string, order: object): Promise<void> {
  const headers = { 'content-type': 'application/json', ...traceHeaders() };
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(order) });
  if (status >= 300) throw new Error(`the customer answered ${status}`);
}
