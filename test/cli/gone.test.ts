import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { localClients } from '../support/aws/local-clients.ts';
import { coalmine, emptyFolder, type Printed } from '../support/command.ts';

const local = localClients();

beforeAll(async () => {
  await local.clientOf(DynamoDBClient).send(new CreateTableCommand(tableOf('orders')));
  const Item = { orderId: { S: 'ord_1' } };
  await local.clientOf(DynamoDBClient).send(new PutItemCommand({ TableName: 'orders', Item }));
  await local.clientOf(SQSClient).send(new CreateQueueCommand({ QueueName: 'orders-dlq' }));
});

function tableOf(TableName: string) {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' as const }],
    KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' as const }],
  };
}

function folderOf(table: string): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: shop\n');
  writeFileSync(
    join(cwd, 'orders.canary.yaml'),
    `canary: orders
owner: test
steps:
  - never: message
    queue: orders-dlq
    for: 10ms
  - expect: item
    table: ${table}
    key: { orderId: ord_1 }
    within: 1s
`,
  );
  return cwd;
}

async function run(
  cwd: string,
  ...more: readonly string[]
): Promise<Printed & { readonly steps: readonly unknown[] }> {
  const env = { AWS_ENDPOINT_URL: local.aws.url, AWS_REGION: local.aws.region };
  const printed = await coalmine(['run', '.', '--reporter', 'json', ...more], { cwd, env });
  const { runs } = JSON.parse(printed.stdout) as {
    readonly runs: readonly [{ readonly steps: readonly unknown[] }];
  };
  return { ...printed, steps: runs[0].steps };
}

describe('coalmine run', () => {
  it('calls a table or queue that is gone failed, if it was there when the canary last passed', async () => {
    const cwd = folderOf('orders');
    const state = ['--state', 'state.sqlite'];
    const green = await run(cwd, ...state);
    await local.clientOf(DynamoDBClient).send(new DeleteTableCommand({ TableName: 'orders' }));
    const noTable = await run(cwd, ...state);
    const again = await run(cwd, ...state);
    const QueueUrl = `${local.aws.url}/${local.aws.account}/orders-dlq`;
    await local.clientOf(SQSClient).send(new DeleteQueueCommand({ QueueUrl }));
    const noQueue = await run(cwd, ...state);
    const elsewhere = await run(cwd);

    expect(green.steps).toMatchObject([{ verdict: 'passed' }, { verdict: 'passed' }]);
    for (const { steps } of [noTable, again])
      expect(steps[1]).toMatchObject({
        verdict: 'failed',
        blame: 'target',
        reason: expect.stringMatching(
          /^table orders is gone\. It was there in the run of \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
        ),
      });
    expect(noQueue.steps[0]).toMatchObject({
      verdict: 'failed',
      blame: 'target',
      reason: expect.stringMatching(/^queue orders-dlq is gone\. It was there in the run of/),
    });
    expect(elsewhere.steps[0]).toMatchObject({ verdict: 'error', blame: 'observer' });
  });

  it('calls it an error, if it was never seen', async () => {
    const cwd = folderOf('ordrs');
    await local.clientOf(SQSClient).send(new CreateQueueCommand({ QueueName: 'orders-dlq' }));

    expect((await run(cwd, '--state', 'state.sqlite')).steps[1]).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringContaining('Check its name'),
    });
  });
});
