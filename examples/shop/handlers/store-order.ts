import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { forEachRecord, onceIn, progress, put, traced } from '@coalmine/trace';
import type { OrderPlaced } from './order.ts';

const { ORDERS_TABLE = '', CLAIMS_TABLE = '', SHIPMENTS_TOPIC } = process.env;
const topic = traced(new SNSClient({}));
const once = onceIn(traced(new DynamoDB({})), { table: CLAIMS_TABLE });

/**
 * On `OrderPlaced`: stores the order, then notifies the warehouse, each once, however often the event comes. An event that fails ends in the
 * dead-letter queue.
 */
export const storeOrder = forEachRecord<OrderPlaced>(async ({ orderId, sku, qty }) => {
  const createdAt = new Date().toISOString();
  await once('store', put(ORDERS_TABLE, { orderId, sku, qty, status: 'PLACED', createdAt }), { of: orderId });
  const message = { TopicArn: SHIPMENTS_TOPIC, Message: JSON.stringify({ orderId, sku, qty }) };
  await once('notify', async () => void (await topic.send(new PublishCommand(message))), { of: orderId });
  progress('stored', { orderId });
});
