import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { current, forEachRecord, traced, withTrace } from '@coalmine/trace';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { AwsClients } from '../../runner/adapters/aws/clients.ts';
import type { TestAws } from '../support/aws/test-aws.ts';

interface Order {
  readonly orderId: string;
  readonly sku: string;
  readonly qty: number;
}

const TOKEN = 'token-of-the-orders-api';
const BUS = 'orders-prod';
const TABLE = 'Orders';

/** Deploys the system of `order-flow.canary.yaml`: an API, its bus, a worker, a table with an index, and a dead-letter queue. */
export async function deployOrders(aws: TestAws, clients: AwsClients): Promise<void> {
  const clientOf: AwsClients['clientOf'] = clients.clientOf;
  const [dynamodb, events, sqs, xray] = [
    clientOf(DynamoDBClient, 'act'),
    traced(clientOf(EventBridgeClient, 'act')),
    clientOf(SQSClient, 'act'),
    clientOf(XRayClient, 'act'),
  ];
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'orderId'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byOrderId',
          KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders-dlq' }));
  const arnOf = (what: string): string => `arn:aws:${what.replace('::', `:${aws.region}:${aws.account}:`)}`;
  await events.send(new CreateEventBusCommand({ Name: BUS }));
  const EventPattern = JSON.stringify({ source: ['shop.orders'], 'detail-type': ['OrderPlaced'] });
  await events.send(new PutRuleCommand({ Name: 'store', EventBusName: BUS, EventPattern }));
  const Targets = [{ Id: 'worker', Arn: arnOf('lambda::function:orders-worker') }];
  await events.send(new PutTargetsCommand({ Rule: 'store', EventBusName: BUS, Targets }));
  await clientOf(SecretsManagerClient, 'act').send(
    new CreateSecretCommand({ Name: 'canary/orders-api', SecretString: JSON.stringify({ token: TOKEN }) }),
  );

  const deadLetterQueue = arnOf('sqs::orders-dlq');
  const api = { dynamodb, events, xray };
  const onRequest = withTrace(async (request: APIGatewayProxyEventV2) => guarded(request, api));
  aws.functions.register('orders-api', onRequest, { deadLetterQueue });
  const onEvent = forEachRecord<Order>(async (order) => store(order, api));
  aws.functions.register('orders-worker', onEvent, { deadLetterQueue });
  aws.stacks.register('orders-prod', {
    ApiUrl: await aws.api({ 'POST /orders': 'orders-api', 'DELETE /orders/{id}': 'orders-api' }),
    OrdersTable: TABLE,
    BusName: BUS,
    OrdersDlqUrl: QueueUrl,
  });
}

interface Around {
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly xray: XRayClient;
}

async function guarded(
  request: APIGatewayProxyEventV2,
  around: Around,
): Promise<APIGatewayProxyStructuredResultV2> {
  if (request.headers['authorization'] !== `Bearer ${TOKEN}`) return { statusCode: 401 };
  return request.routeKey.startsWith('POST') ? place(request, around) : cancel(request, around);
}

async function place(
  request: APIGatewayProxyEventV2,
  { events, xray }: Around,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { sku, qty } = JSON.parse(request.body ?? '{}') as Omit<Order, 'orderId'>;
  const order = { orderId: `ord_${randomUUID().slice(0, 8)}`, sku, qty };
  const entry = {
    EventBusName: BUS,
    Source: 'shop.orders',
    DetailType: 'OrderPlaced',
    Detail: JSON.stringify(order),
  };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  await record('orders-api', xray);
  return { statusCode: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
}

/** The table is keyed by an id of its own, so the order is searched for first. */
async function cancel(
  request: APIGatewayProxyEventV2,
  { dynamodb }: Around,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: 'byOrderId',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': { S: request.pathParameters?.['id'] ?? '' } },
    }),
  );
  for (const { id } of Items) {
    if (id !== undefined) await dynamodb.send(new DeleteItemCommand({ TableName: TABLE, Key: { id } }));
  }
  return { statusCode: Items.length === 0 ? 404 : 204 };
}

async function store({ orderId, sku, qty }: Order, { dynamodb, xray }: Around): Promise<void> {
  await dynamodb.send(
    new PutItemCommand({
      TableName: TABLE,
      Item: {
        id: { S: randomUUID() },
        orderId: { S: orderId },
        sku: { S: sku },
        qty: { N: String(qty) },
        status: { S: 'PLACED' },
        createdAt: { S: new Date().toISOString() },
      },
    }),
  );
  await record('orders-worker', xray, TABLE);
}

/** A segment of the caller's trace, as an instrumented function sends it; `table` is its target. */
async function record(name: string, xray: XRayClient, table?: string): Promise<void> {
  const [, traceId = '', parent_id] = (current()?.traceparent ?? '').split('-');
  const end_time = Date.now() / 1_000;
  const idOf = (): string => randomUUID().replaceAll('-', '').slice(0, 16);
  const times = { start_time: end_time - 0.01, end_time };
  const call = { ...times, id: idOf(), name: 'DynamoDB', namespace: 'aws', aws: { table_name: table } };
  const segment = {
    ...{ ...times, id: idOf(), name, parent_id, trace_id: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}` },
    subsegments: table === undefined ? [] : [call],
  };
  await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
}
