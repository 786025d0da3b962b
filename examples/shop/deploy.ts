import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../infra/local-aws/index.ts';
import type { Functions, Handler } from '../../infra/local-aws/services/functions.ts';
import type { Break } from './breaks.ts';
import type * as Api from './handlers/api.ts';
import type * as StoreOrder from './handlers/store-order.ts';

/** The shop, deployed in the local AWS. */
export interface Shop {
  /** Environment variables that the shop's canaries read. */
  readonly variables: Readonly<Record<string, string>>;
}

const BUS = 'shop';
const ORDERS = 'shop-orders';
const CLAIMS = 'shop-claims';

const ROUTES = {
  'POST /orders': 'place-order',
  'GET /orders/{id}': 'read-order',
  'DELETE /orders/{id}': 'cancel-order',
  'GET /health': 'health',
};

/** Target of the shop's deployment. */
export interface ShopAws extends Pick<LocalAws, 'url' | 'region' | 'account' | 'api'> {
  readonly functions: Pick<Functions, 'register'>;
  readonly events: Pick<LocalAws['events'], 'intercept'>;
}

/** Deploys `template.yaml` into the local AWS; `broken` changes it from outside. */
export async function deployShop(aws: ShopAws, broken: Break | undefined): Promise<Shop> {
  const { url: endpoint, region, account } = aws;
  const options = {
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  };
  const [dynamodb, events, sns, sqs] = [
    new DynamoDBClient(options),
    new EventBridgeClient(options),
    new SNSClient(options),
    new SQSClient(options),
  ];
  const queueArn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const queue = async (name: string): Promise<void> =>
    void (await sqs.send(new CreateQueueCommand({ QueueName: name })));

  const table = async (TableName: string, key: string): Promise<void> =>
    void (await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      }),
    ));

  await table(ORDERS, 'orderId');
  await table(CLAIMS, 'id');
  await Promise.all(['shop-warehouse', 'shop-orders-dlq', 'shop-canary-inbox'].map(queue));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'shop-shipments' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('shop-warehouse') }));
  await events.send(new CreateEventBusCommand({ Name: BUS }));
  const EventPattern = JSON.stringify({ source: ['shop.orders'], 'detail-type': ['OrderPlaced'] });
  await events.send(new PutRuleCommand({ Name: 'store-orders', EventBusName: BUS, EventPattern }));
  const Arn = `arn:aws:lambda:${region}:${account}:function:store-order`;
  await events.send(
    new PutTargetsCommand({ Rule: 'store-orders', EventBusName: BUS, Targets: [{ Id: 'store-order', Arn }] }),
  );

  await registerFunctions(aws, broken, { topic: TopicArn, deadLetterQueue: queueArn('shop-orders-dlq') });
  if (broken?.events !== undefined) {
    const { events: change } = broken;
    aws.events.intercept((entries) => entries.flatMap((entry) => change(entry)));
  }
  const api = await aws.api(ROUTES);
  return { variables: { SHOP_API_URL: api, SHOP_SHIPMENTS_TOPIC: TopicArn } };
}

interface Around {
  readonly topic: string;
  readonly deadLetterQueue: string;
}

/**
 * The handlers find the shop as in Lambda: by environment variables that are there before they are imported. Each deployment has handlers of its
 * own, since their clients keep the address that they were made with.
 */
async function registerFunctions(
  aws: ShopAws,
  broken: Break | undefined,
  { topic, deadLetterQueue }: Around,
): Promise<void> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    BUS_NAME: BUS,
    ORDERS_TABLE: ORDERS,
    CLAIMS_TABLE: CLAIMS,
    SHIPMENTS_TOPIC: topic,
  });
  const own = `?deployment=${encodeURIComponent(aws.url)}`;
  const { placeOrder, readOrder, cancelOrder, health } = (await import(
    `./handlers/api.ts${own}`
  )) as typeof Api;
  const { storeOrder } = (await import(`./handlers/store-order.ts${own}`)) as typeof StoreOrder;
  const handlers: Readonly<Record<string, Handler>> = {
    'place-order': placeOrder,
    'read-order': readOrder,
    'cancel-order': cancelOrder,
    health,
    'store-order': storeOrder,
  };
  for (const [name, handler] of Object.entries(handlers)) {
    const stand = broken?.functions?.[name];
    aws.functions.register(name, stand === undefined ? handler : stand(handler), { deadLetterQueue });
  }
}
