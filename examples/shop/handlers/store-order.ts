import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { fromDetail, inAttributes } from '@coalmine/trace';
import type { EventBridgeEvent } from 'aws-lambda';
import type { OrderPlaced } from './order.ts';

const table = new DynamoDBClient({});
const topic = new SNSClient({});

/** On `OrderPlaced`: stores the order, then notifies the warehouse. An event that fails twice in a row ends in the dead-letter queue. */
export async function storeOrder({ detail }: EventBridgeEvent<'OrderPlaced', OrderPlaced>): Promise<void> {
  const { orderId, sku, qty } = detail;
  const correlation = fromDetail(detail);
  await table.send(
    new PutItemCommand({
      TableName: process.env['ORDERS_TABLE'],
      Item: {
        orderId: { S: orderId },
        sku: { S: sku },
        qty: { N: String(qty) },
        status: { S: 'PLACED' },
        createdAt: { S: new Date().toISOString() },
      },
    }),
  );
  await topic.send(
    new PublishCommand({
      TopicArn: process.env['SHIPMENTS_TOPIC'],
      Message: JSON.stringify({ orderId, sku, qty }),
      MessageAttributes: inAttributes(correlation),
    }),
  );
}
