import { expect, it } from '@jest/globals';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyHandlerV2,
  Context,
  SQSHandler,
  SQSRecord,
} from 'aws-lambda';
import { forEachRecord, progress, put, type TransformResponse, withTrace } from '../../runner/trace/index.ts';

interface Order {
  readonly orderId: string;
}

it('the types of AWS Lambda fit', () => {
  const one = withTrace(async (event: APIGatewayProxyEventV2, context: Context) => [
    event.rawPath,
    context.awsRequestId,
  ]);
  const existing: APIGatewayProxyHandlerV2 = async () => ({ statusCode: 204 });
  const two = withTrace(existing);
  const three: SQSHandler = forEachRecord<Order, SQSRecord>((order, record) => [
    order.orderId,
    record.messageId,
  ]);
  const four = forEachRecord<Order, object, TransformResponse>((order) => {
    progress('counted', order);
    return put('orders', order);
  });
  expect([one, two, three, four].map((handler) => typeof handler)).toEqual([
    'function',
    'function',
    'function',
    'function',
  ]);
});
