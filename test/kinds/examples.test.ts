import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import type { JsonMap } from '../../runner/core/base/json.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import * as nouns from '../../runner/kinds/nouns/table.ts';
import * as verbs from '../../runner/kinds/verbs/table.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { type PushServer, startPushServer } from '../support/network/push-server.ts';

/** A row needs a database: `test/emulated/rows.test.ts` runs its example. */
const { row: _, ...servedNouns } = nouns;
const KINDS: readonly (readonly [string, Verb | Noun])[] = [
  ...Object.entries(verbs as unknown as Readonly<Record<string, Verb>>),
  ...Object.entries(servedNouns as unknown as Readonly<Record<string, Noun>>),
];

/** Steps that an example of a noun needs before it in the same run. */
const WAITING = [
  'startExecution: arn:aws:states:eu-west-1:123456789012:stateMachine:approval',
  'expect: message\nqueue: approvals\nsave: { token: message.body.token }\nwithin: 10s',
];
const BEFORE: Readonly<Record<string, string | readonly string[]>> = {
  event: 'putEvent: orders\nsource: shop.orders\ndetailType: OrderPlaced\ndetail: { sku: CANARY-SKU-1 }',
  execution:
    'startExecution: arn:aws:states:eu-west-1:123456789012:stateMachine:invoice-export\nbody: { invoiceId: inv_1 }',
  log: 'invoke: tells-its-log',
  sendTaskFailure: WAITING,
  sendTaskHeartbeat: WAITING,
  sendTaskSuccess: WAITING,
  message: 'sendMessage: orders-incoming\nbody: { sku: CANARY-SKU-1 }',
  push: 'connect: wss://live.example.com/prod\nsend: { status: SHIPPED, id: "${run.id}" }',
  queue: 'sendMessage: orders-incoming\nbody: { sku: CANARY-SKU-1 }',
  request: 'http: POST ${run.inbox}/paid\nbody: { status: PAID }\nresponse: { status: 202 }',
  record: 'putRecord: orders\nbody: { sku: CANARY-SKU-1 }',
  trace: 'invoke: tells-its-trace',
};

let aws: LocalAws;
let clients: AwsClients;
let site: Server;
let live: PushServer;
let folder: string;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startLocalAws({ region: 'eu-west-1' });
  clients = awsClients({ region: aws.region, endpoint: aws.url });
  live = await startPushServer();
  live.echoes = true;
  site = createServer(({ method }, response) => {
    response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    response.end('{"orderId":"ord_1","status":"SHIPPED","data":{"placeOrder":{"orderId":"ord_1"}}}');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  await deploy();
  folder = emptyFolder();
  writeFileSync(join(folder, 'coalmine.config.yaml'), 'project: examples\ntaps: [{ bus: orders }]\n');
  env = { ...process.env, AWS_ENDPOINT_URL: aws.url, AWS_REGION: aws.region };
  await coalmine(['tap', fileFor('item', (nouns.item as Noun).example)], { cwd: folder, env });
});
afterAll(async () => {
  await live.end();
  site.closeAllConnections();
  site.close();
  clients.close();
  await aws.close();
});

async function deploy(): Promise<void> {
  const clientOf: AwsClients['clientOf'] = clients.clientOf;
  const [dynamodb, s3, sqs] = [
    clientOf(DynamoDBClient, 'act'),
    clientOf(S3Client, 'act'),
    clientOf(SQSClient, 'act'),
  ];
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
    }),
  );
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'stock',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
    }),
  );
  const article = { sku: { S: 'CANARY-SKU-1' }, status: { S: 'CLOSED' }, pieces: { N: '1' } };
  await dynamodb.send(new PutItemCommand({ TableName: 'stock', Item: article }));
  const Item = { orderId: { S: 'ord_1' }, status: { S: 'PLACED' } };
  await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item }));
  for (const Bucket of ['invoices', 'invoices-incoming']) await s3.send(new CreateBucketCommand({ Bucket }));
  const pdf = { Bucket: 'invoices', Key: 'canary/inv_1.pdf', ContentType: 'application/pdf' };
  await s3.send(new PutObjectCommand({ ...pdf, Body: 'x'.repeat(2_000) }));
  for (const QueueName of ['approvals', 'orders-incoming', 'orders-dlq'])
    await sqs.send(new CreateQueueCommand({ QueueName }));
  await clientOf(KinesisClient, 'act').send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 2 }));
  await clientOf(SNSClient, 'act').send(new CreateTopicCommand({ Name: 'shipments' }));
  await clientOf(EventBridgeClient, 'act').send(new CreateEventBusCommand({ Name: 'orders' }));
  const machines = { 'invoice-export': { Type: 'Pass', End: true }, approval: waitingTask('approvals') };
  for (const [name, A] of Object.entries(machines))
    await clientOf(SFNClient, 'act').send(
      new CreateStateMachineCommand({
        name,
        roleArn: 'arn:aws:iam::123456789012:role/any',
        definition: JSON.stringify({ StartAt: 'A', States: { A } }),
      }),
    );
  registerFunctions(clientOf(XRayClient, 'act'));
}

/** A state that sends its token to a queue, and waits. */
function waitingTask(queue: string): JsonMap {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Parameters: {
      QueueUrl: `${aws.url}/${aws.account}/${queue}`,
      MessageBody: { 'token.$': '$$.Task.Token', 'metadata.$': '$.metadata' },
    },
    End: true,
  };
}

function registerFunctions(xray: XRayClient): void {
  aws.functions.register('price-calculator', async () => ({ currency: 'EUR', price: 100 }));
  aws.functions.register('tells-its-log', async (event: never) => {
    aws.logs.write('/aws/lambda/invoice-export', JSON.stringify({ level: 'INFO', ...(event as object) }));
  });
  aws.functions.register('tells-its-trace', async ({ metadata }: { metadata: { traceparent: string } }) => {
    const [, id = ''] = metadata.traceparent.split('-');
    const TraceSegmentDocuments = ['orders-api', 'orders-worker'].map((name, n) =>
      JSON.stringify({
        name,
        id: `${n}`.padStart(16, 'a'),
        trace_id: `1-${id.slice(0, 8)}-${id.slice(8)}`,
        start_time: 1,
        end_time: 2,
      }),
    );
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
  });
}

/** A canary of the example, with our account and our site, and without its long wait for an absence. */
function fileFor(kind: string, example: string): string {
  const steps = [BEFORE[kind] ?? [], example].flat();
  const text = steps.map((step) => `  - ${step.trim().split('\n').join('\n    ')}\n`).join('');
  const path = join(folder, `${kind}.canary.yaml`);
  const { port } = site.address() as AddressInfo;
  const ours = text
    .replaceAll('123456789012', aws.account)
    .replaceAll('wss://live.example.com', live.url)
    .replaceAll('https://api.example.com', `http://127.0.0.1:${port}`)
    .replace(/for: \d+[sm]/, 'for: 1s');
  writeFileSync(path, `canary: of-${kind.toLowerCase()}\nowner: b\ntimeout: 14m\nsteps:\n${ours}`);
  return path;
}

describe('the examples of the docs, against the local AWS', () => {
  it.each(KINDS)('%s', async (kind, { example }) => {
    const { stdout, stderr } = await coalmine(['run', fileFor(kind, example), '--reporter', 'json'], {
      cwd: folder,
      env,
    });

    // The test shortens the window, of which a metric's example is warned.
    expect(stderr).toEqual(
      kind === 'metric' ? expect.stringContaining('the values of a metric come late') : '',
    );
    const { runs } = JSON.parse(stdout) as { runs: RunResult[] };
    expect(runs[0]).toHaveVerdict('passed');
  });
});
