import { randomUUID } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { traced, withTrace } from '@coalmine/trace';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { OrderPlaced } from './order.ts';

const events = traced(new EventBridgeClient({}));
const table = new DynamoDBClient({});

/** `POST /orders`: takes an order and announces it; storing it is the consumer's work. */
export const placeOrder = withTrace(
  async (request: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { sku, qty, callbackUrl } = JSON.parse(request.body ?? '{}') as Partial<OrderPlaced>;
    if (typeof sku !== 'string' || !Number.isInteger(qty))
      return answer(400, { message: 'sku and qty are needed' });
    const order = { orderId: `ord_${randomUUID().slice(0, 8)}`, sku, qty };
    const entry = {
      EventBusName: process.env['BUS_NAME'],
      Source: 'shop.orders',
      DetailType: 'OrderPlaced',
      Detail: JSON.stringify({ ...order, callbackUrl }),
    };
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    return FailedEntryCount === 0
      ? answer(201, order)
      : answer(503, { message: 'the order could not be announced' });
  },
);

/** `GET /orders/{id}` */
export const readOrder = withTrace(
  async (request: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { Item } = await table.send(
      new GetItemCommand({ TableName: process.env['ORDERS_TABLE'], Key: keyIn(request) }),
    );
    if (Item === undefined) return answer(404, { message: 'there is no such order' });
    return answer(200, {
      orderId: Item['orderId']?.S,
      sku: Item['sku']?.S,
      qty: Number(Item['qty']?.N),
      status: Item['status']?.S,
    });
  },
);

/** `DELETE /orders/{id}` */
export const cancelOrder = withTrace(
  async (request: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    await table.send(new DeleteItemCommand({ TableName: process.env['ORDERS_TABLE'], Key: keyIn(request) }));
    return { statusCode: 204 };
  },
);

/** `GET /health` */
export async function health(): Promise<APIGatewayProxyStructuredResultV2> {
  return answer(200, { status: 'ok' });
}

function keyIn(request: APIGatewayProxyEventV2) {
  return { orderId: { S: request.pathParameters?.['id'] ?? '' } };
}

function answer(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
