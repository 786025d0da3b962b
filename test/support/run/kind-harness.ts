import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import type { ActContext, Noun, Verb, Watch, WatchContext } from '../../../runner/kinds/kind.ts';
import { startTestAws, type TestAws } from '../aws/test-aws.ts';
import { type AwsProxy, startProxy } from '../network/proxy.ts';
import { actContext, watchContext } from './kind-contexts.ts';

/** One of each type of resource for verbs and nouns, in a local AWS behind a proxy. */
export interface KindHarness {
  readonly aws: TestAws;
  readonly proxy: AwsProxy;
  readonly names: {
    readonly table: string;
    readonly pairs: string;
    readonly bucket: string;
    readonly queue: string;
    readonly fifo: string;
    readonly bus: string;
    readonly topic: string;
    readonly machine: string;
    /** A state machine whose task sends its token to the queue, and waits. */
    readonly waits: string;
    readonly logGroup: string;
    readonly stream: string;
  };
  /** Calls of the function `echo`, the newest last. */
  readonly called: { readonly event: Json; readonly clientContext: unknown }[];
  clientOf<Client>(constructor: new (config: never) => Client): Client;
  act(verb: Verb, input: JsonMap, more?: Partial<ActContext>): ReturnType<Verb['act']>;
  open(noun: Noun, input: JsonMap, more?: Partial<WatchContext>): Promise<Watch>;
  /** Takes one message from a queue. */
  receive(queue: string): Promise<Message | undefined>;
  close(): Promise<void>;
}

const NAMES = {
  ...{ table: 'orders', pairs: 'pairs', bucket: 'reports', queue: 'inbox', fifo: 'inbox.fifo', bus: 'shop' },
  logGroup: '/aws/lambda/echo',
  stream: 'clicks',
};

export async function startKindHarness(): Promise<KindHarness> {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const aws = await startTestAws();
  const proxy = await startProxy(aws.url);
  const straight = awsClients({ region: aws.region, endpoint: aws.url });
  const proxied = awsClients({ region: aws.region, endpoint: proxy.url });
  const clientOf: KindHarness['clientOf'] = (constructor) => straight.clientOf(constructor, 'act');
  const called: { event: Json; clientContext: unknown }[] = [];
  aws.functions.register('echo', async (event: never, { clientContext }) => {
    called.push({ event, clientContext });
    const { fail, answer } = event as { readonly fail?: string; readonly answer?: Json };
    if (fail !== undefined) throw new Error(fail);
    return answer ?? event;
  });
  const { topic, machine, waits } = await deploy(aws, clientOf);
  const queueUrl = (queue: string): string => `${aws.url}/${aws.account}/${queue}`;
  return {
    aws,
    proxy,
    called,
    clientOf,
    names: { ...NAMES, topic, machine, waits },
    act: async (verb, input, more = {}) => {
      const given = {
        clientOf: (constructor) => proxied.clientOf(constructor, 'act'),
      } satisfies Partial<ActContext>;
      return verb.act(input as never, actContext({ ...given, clock: systemClock(), ...more }));
    },
    open: async (noun, input, more = {}) => {
      const given = {
        clientOf: (constructor) => proxied.clientOf(constructor, 'observe'),
      } satisfies Partial<WatchContext>;
      return noun.open(input as never, watchContext({ ...given, clock: systemClock(), ...more }));
    },
    receive: async (queue) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl(queue),
        WaitTimeSeconds: 5,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      });
      return (await clientOf(SQSClient).send(command)).Messages?.[0];
    },
    close: async () => {
      straight.close();
      proxied.close();
      await proxy.close();
      await aws.close();
    },
  };
}

async function deploy(aws: TestAws, clientOf: KindHarness['clientOf']) {
  const { table, pairs, bucket, queue, fifo, bus, logGroup } = NAMES;
  const dynamodb = clientOf(DynamoDBClient);
  await dynamodb.send(new CreateTableCommand(tableOf(table, ['orderId'])));
  await dynamodb.send(new CreateTableCommand(tableOf(pairs, ['left', 'right'])));
  await clientOf(S3Client).send(new CreateBucketCommand({ Bucket: bucket }));
  const sqs = clientOf(SQSClient);
  for (const name of [queue, 'of-the-topic', 'of-the-bus', 'of-the-task'])
    await sqs.send(new CreateQueueCommand({ QueueName: name }));
  await sqs.send(new CreateQueueCommand({ QueueName: fifo, Attributes: { FifoQueue: 'true' } }));
  const { TopicArn: topic = '' } = await clientOf(SNSClient).send(new CreateTopicCommand({ Name: 'ships' }));
  const arnOf = (name: string): string => `arn:aws:sqs:${aws.region}:${aws.account}:${name}`;
  await clientOf(SNSClient).send(
    new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: arnOf('of-the-topic') }),
  );
  const events = clientOf(EventBridgeClient);
  await events.send(new CreateEventBusCommand({ Name: bus }));
  await clientOf(KinesisClient).send(new CreateStreamCommand({ StreamName: NAMES.stream, ShardCount: 2 }));
  const EventPattern = JSON.stringify({ source: [{ prefix: '' }] });
  await events.send(new PutRuleCommand({ Name: 'all', EventBusName: bus, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: arnOf('of-the-bus') }];
  await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: bus, Targets }));
  await clientOf(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName: logGroup }));
  const task = {
    Type: 'Task',
    Resource: `arn:aws:lambda:${aws.region}:${aws.account}:function:echo`,
    End: true,
  };
  const asks = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Parameters: {
      QueueUrl: `${aws.url}/${aws.account}/of-the-task`,
      MessageBody: { 'token.$': '$$.Task.Token' },
    },
    End: true,
  };
  const machineOf = async (name: string, only: object): Promise<string> => {
    const command = new CreateStateMachineCommand({
      name,
      roleArn: 'arn:aws:iam::123456789012:role/any',
      definition: JSON.stringify({ StartAt: 'Only', States: { Only: only } }),
    });
    return (await clientOf(SFNClient).send(command)).stateMachineArn ?? '';
  };
  return { topic, machine: await machineOf('echoes', task), waits: await machineOf('waits', asks) };
}

function tableOf(TableName: string, [partition = '', sort]: readonly string[]) {
  const names = sort === undefined ? [partition] : [partition, sort];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: names.map((AttributeName, n) => ({
      AttributeName,
      KeyType: n === 0 ? ('HASH' as const) : ('RANGE' as const),
    })),
  };
}
