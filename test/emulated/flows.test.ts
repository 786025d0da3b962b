import { setTimeout as pause } from 'node:timers/promises';
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { BatchGetTracesCommand, PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { referencesOf } from '../../runner/adapters/references/read-references.ts';
import { SOURCES } from '../../runner/adapters/references/sources.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type { Json } from '../../runner/core/base/json.ts';
import { log as logNoun } from '../../runner/kinds/nouns/compute/log.ts';
import { watchContext } from '../support/run/kind-contexts.ts';
import { type Aws, BOTH } from './judge/two-aws.ts';

/** One suite, two AWSs: both behave alike, except for the list of differences (differences.ts). */
describe.each(BOTH)('$name', ({ start }) => {
  let aws: Aws;
  let made = 0;
  beforeAll(async () => {
    aws = await start();
  });
  afterAll(async () => aws.close());

  /** A name that nothing had before. */
  const fresh = (what: string): string => `${what}-${(made += 1)}`;
  const arnOf = (queue: string): string => `arn:aws:sqs:${aws.region}:${aws.account}:${queue}`;

  async function makeQueue(name = fresh('queue'), Attributes: Record<string, string> = {}) {
    const { QueueUrl } = await aws
      .clientOf(SQSClient)
      .send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return { name, arn: arnOf(name), QueueUrl: QueueUrl as string };
  }

  async function receive(QueueUrl: string, WaitTimeSeconds = 5): Promise<readonly Message[]> {
    const { Messages = [] } = await aws.clientOf(SQSClient).send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  async function bodyIn(QueueUrl: string): Promise<Json> {
    const [message] = await receive(QueueUrl);
    return message === undefined ? 'nothing came' : (JSON.parse(message.Body ?? '') as Json);
  }

  async function makeBus(): Promise<string> {
    const Name = fresh('bus');
    await aws.clientOf(EventBridgeClient).send(new CreateEventBusCommand({ Name }));
    return Name;
  }

  async function makeRule(bus: string, pattern: Json, target: Omit<Target, 'Id'>): Promise<string> {
    const events = aws.clientOf(EventBridgeClient);
    const Name = fresh('rule');
    await events.send(new PutRuleCommand({ Name, EventBusName: bus, EventPattern: JSON.stringify(pattern) }));
    await events.send(
      new PutTargetsCommand({
        Rule: Name,
        EventBusName: bus,
        Targets: [{ Id: 'it', ...target }],
      }),
    );
    return Name;
  }

  const putEvents = async (EventBusName: string, ...details: readonly string[]) =>
    aws.clientOf(EventBridgeClient).send(
      new PutEventsCommand({
        Entries: details.map((Detail) => ({
          EventBusName,
          Source: 'shop.orders',
          DetailType: 'Placed',
          Detail,
        })),
      }),
    );

  const ANY = { source: ['shop.orders'] };

  describe('EventBridge', () => {
    it('brings an event by a rule to a queue, in its whole envelope', async () => {
      const [bus, queue] = [await makeBus(), await makeQueue()];
      await makeRule(bus, ANY, { Arn: queue.arn });

      const answer = await putEvents(bus, '{"orderId":"1","metadata":{"correlationId":"canary-1"}}');

      expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
      expect(await bodyIn(queue.QueueUrl)).toEqual({
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        source: 'shop.orders',
        'detail-type': 'Placed',
        account: aws.account,
        region: aws.region,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resources: [],
        detail: { orderId: '1', metadata: { correlationId: 'canary-1' } },
      });
    });

    const DETAIL = { n: 5, s: 'Hello', list: ['a', 'b'], none: null, items: [{ id: 1 }, { id: 2 }] };

    it.each<[pattern: Json, fits: boolean]>([
      [{ source: [{ prefix: 'shop.' }] }, true],
      [{ source: [{ suffix: '.orders' }] }, true],
      [{ source: [{ wildcard: 's*.o*s' }] }, true],
      [{ detail: { s: [{ 'equals-ignore-case': 'hELLO' }] } }, true],
      [{ detail: { n: [{ numeric: ['>', 4, '<=', 5] }] } }, true],
      [{ detail: { n: [{ numeric: ['=', 6] }] } }, false],
      [{ detail: { s: [{ 'anything-but': ['x', 'y'] }] } }, true],
      [{ detail: { s: [{ 'anything-but': { prefix: 'He' } }] } }, false],
      [{ detail: { s: [{ exists: true }], gone: [{ exists: false }] } }, true],
      [{ detail: { list: ['b'] } }, true],
      [{ detail: { items: { id: [2] } } }, true],
      [{ detail: { none: [null] } }, true],
      [{ $or: [{ source: ['x'] }, { detail: { n: [5] } }] }, true],
      [{ $or: [{ detail: { gone: [{ exists: true }] } }, { source: ['x'] }] }, false],
      [{ detail: { n: ['5'] } }, false],
    ])('has %j fit: %s', async (pattern, fits) => {
      const [bus, queue, last] = [await makeBus(), await makeQueue(), await makeQueue()];
      await makeRule(bus, pattern, { Arn: queue.arn });
      await makeRule(bus, ANY, { Arn: last.arn });

      await putEvents(bus, JSON.stringify(DETAIL));

      expect(await bodyIn(last.QueueUrl)).toMatchObject({ detail: DETAIL });
      expect(await receive(queue.QueueUrl, fits ? 5 : 0)).toHaveLength(fits ? 1 : 0);
    });

    it('gives a target a part of the event, a constant, or what a template makes of it', async () => {
      const bus = await makeBus();
      const [part, constant, quoted] = [await makeQueue(), await makeQueue(), await makeQueue()];
      await makeRule(bus, ANY, { Arn: part.arn, InputPath: '$.detail' });
      await makeRule(bus, ANY, { Arn: constant.arn, Input: '{"a":1}' });
      await makeRule(bus, ANY, {
        Arn: quoted.arn,
        InputTransformer: { InputPathsMap: { id: '$.detail.orderId' }, InputTemplate: '{"id": "<id>"}' },
      });

      await putEvents(bus, '{"orderId":"7"}');

      expect(await bodyIn(part.QueueUrl)).toEqual({ orderId: '7' });
      expect(await bodyIn(constant.QueueUrl)).toEqual({ a: 1 });
      expect(await bodyIn(quoted.QueueUrl)).toEqual({ id: '7' });
    });

    it('quotes what a template does not', async () => {
      const [bus, queue] = [await makeBus(), await makeQueue()];
      await makeRule(bus, ANY, {
        Arn: queue.arn,
        InputTransformer: { InputPathsMap: { id: '$.detail.orderId' }, InputTemplate: '{"id": <id>}' },
      });

      await putEvents(bus, '{"orderId":"7"}');

      expect(await bodyIn(queue.QueueUrl)).toEqual({ id: '7' });
    });

    it('calls a function, and publishes to a topic', async () => {
      const [bus, queue, name] = [await makeBus(), await makeQueue(), fresh('function')];
      const called = Promise.withResolvers<Json>();
      aws.functions.register(name, async (event: Json) => called.resolve(event));
      const sns = aws.clientOf(SNSClient);
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: fresh('topic') }));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
      await makeRule(bus, ANY, { Arn: `arn:aws:lambda:${aws.region}:${aws.account}:function:${name}` });
      await makeRule(bus, ANY, { Arn: TopicArn });

      await putEvents(bus, '{"orderId":"7"}');

      expect(await called.promise).toMatchObject({ source: 'shop.orders', detail: { orderId: '7' } });
      const { Message: reported } = (await bodyIn(queue.QueueUrl)) as { readonly Message: string };
      expect(JSON.parse(reported)).toMatchObject({ detail: { orderId: '7' } });
    });

    it('hands nothing to a rule that is switched off', async () => {
      const [bus, queue, last] = [await makeBus(), await makeQueue(), await makeQueue()];
      const Name = await makeRule(bus, ANY, { Arn: queue.arn });
      await makeRule(bus, ANY, { Arn: last.arn });
      await aws.clientOf(EventBridgeClient).send(new DisableRuleCommand({ Name, EventBusName: bus }));

      await putEvents(bus, '{}');

      expect(await bodyIn(last.QueueUrl)).toMatchObject({ detail: {} });
      expect(await receive(queue.QueueUrl, 0)).toEqual([]);
    });

    it('takes an event for a bus that is not there, and says nothing', async () => {
      const answer = await putEvents('gone', '{}');

      expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    });

    it('takes no detail that is not JSON', async () => {
      const answer = await putEvents(await makeBus(), '{}', 'not JSON');

      expect(answer.FailedEntryCount).toBe(1);
      expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail']);
    });

    it('takes no pattern that is none', async () => {
      const rule = { Name: fresh('rule'), EventBusName: await makeBus(), EventPattern: '{"source":"text"}' };

      await expect(aws.clientOf(EventBridgeClient).send(new PutRuleCommand(rule))).rejects.toMatchObject({
        name: 'InvalidEventPatternException',
      });
    });

    it('keeps a rule that has targets', async () => {
      const [EventBusName, { arn }] = [await makeBus(), await makeQueue()];
      const Name = await makeRule(EventBusName, ANY, { Arn: arn });

      await expect(
        aws.clientOf(EventBridgeClient).send(new DeleteRuleCommand({ Name, EventBusName })),
      ).rejects.toMatchObject({ name: 'ValidationException' });
    });

    it('knows no rule that was deleted', async () => {
      const events = aws.clientOf(EventBridgeClient);
      const [EventBusName, { arn }] = [await makeBus(), await makeQueue()];
      const Name = await makeRule(EventBusName, ANY, { Arn: arn });

      await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ['it'] }));
      await events.send(new DeleteRuleCommand({ Name, EventBusName }));

      await expect(events.send(new DescribeRuleCommand({ Name, EventBusName }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });

  describe('SNS', () => {
    async function makeTopic(...subscriptions: readonly Readonly<Record<string, string>>[]) {
      const sns = aws.clientOf(SNSClient);
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: fresh('topic') }));
      const queues = [];
      for (const Attributes of subscriptions) {
        const queue = await makeQueue();
        await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes }));
        queues.push(queue.QueueUrl);
      }
      const publish = async (text: string, correlationId?: string) =>
        sns.send(
          new PublishCommand({
            TopicArn,
            Message: text,
            ...(correlationId === undefined
              ? {}
              : { MessageAttributes: { correlationId: { DataType: 'String', StringValue: correlationId } } }),
          }),
        );
      return { TopicArn, queues, publish };
    }

    it('brings a message to a queue, in its envelope or as it is', async () => {
      const { queues, publish, TopicArn } = await makeTopic({}, { RawMessageDelivery: 'true' });
      const [wrapped = '', raw = ''] = queues;

      await publish('hello', 'canary-1');

      const attribute = { Type: 'String', Value: 'canary-1' };
      expect(await bodyIn(wrapped)).toMatchObject({
        Type: 'Notification',
        TopicArn,
        Message: 'hello',
        MessageAttributes: { correlationId: attribute },
      });
      expect(await receive(raw)).toMatchObject([
        { Body: 'hello', MessageAttributes: { correlationId: { StringValue: 'canary-1' } } },
      ]);
    });

    it.each<[policy: Json, some: string, other: string | undefined]>([
      [{ correlationId: [{ prefix: 'canary-' }] }, 'canary-1', 'order-1'],
      [{ correlationId: [{ exists: true }] }, 'x', undefined],
      [{ correlationId: [{ 'anything-but': ['x'] }] }, 'y', 'x'],
    ])('lets through what a filter of attributes does: %j', async (policy, some, other) => {
      const { queues, publish } = await makeTopic({ FilterPolicy: JSON.stringify(policy) }, {});
      const [filtered = '', all = ''] = queues;

      await publish('other', other);
      await publish('some', some);

      const messageOf = ({ Body = '' }: Message) =>
        (JSON.parse(Body) as { readonly Message: string }).Message;
      const reported: string[] = [];
      while (reported.length < 2) reported.push(...(await receive(all)).map(messageOf));
      expect(reported.toSorted()).toEqual(['other', 'some']);
      expect((await receive(filtered)).map(messageOf)).toEqual(['some']);
    });

    it('lets through what a filter of the body does', async () => {
      const FilterPolicy = JSON.stringify({ order: { id: [{ prefix: 'canary-' }] } });
      const { queues, publish } = await makeTopic({ FilterPolicy, FilterPolicyScope: 'MessageBody' });

      await publish('{"order":{"id":"other"}}');
      await publish('{"order":{"id":"canary-1"}}');

      expect(await bodyIn(queues[0] ?? '')).toMatchObject({ Message: '{"order":{"id":"canary-1"}}' });
    });

    it('says that there is no such topic', async () => {
      const TopicArn = `arn:aws:sns:${aws.region}:${aws.account}:gone`;

      await expect(
        aws.clientOf(SNSClient).send(new PublishCommand({ TopicArn, Message: 'x' })),
      ).rejects.toMatchObject({ name: 'NotFoundException' });
    });
  });

  describe('SQS', () => {
    const send = async (QueueUrl: string, MessageBody: string, more = {}) =>
      aws.clientOf(SQSClient).send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

    it('wakes a receiver that waits for a message, and gives it to no other until it is released', async () => {
      const { QueueUrl } = await makeQueue();
      const waiting = receive(QueueUrl, 20);

      await send(QueueUrl, 'one', { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } });
      const [message] = await waiting;
      const meanwhile = await receive(QueueUrl, 0);
      const ReceiptHandle = message?.ReceiptHandle;
      await aws
        .clientOf(SQSClient)
        .send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      const again = await receive(QueueUrl);
      await aws
        .clientOf(SQSClient)
        .send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again[0]?.ReceiptHandle }));

      expect(message).toMatchObject({ Body: 'one', MessageAttributes: { a: { StringValue: 'b' } } });
      expect(meanwhile).toEqual([]);
      expect(again).toMatchObject([{ Body: 'one', Attributes: { ApproximateReceiveCount: '2' } }]);
      expect(await receive(QueueUrl, 0)).toEqual([]);
    });

    it('puts what was taken too often into the dead-letter queue', async () => {
      const dead = await makeQueue();
      const { QueueUrl } = await makeQueue(fresh('queue'), {
        VisibilityTimeout: '0',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
      });
      await send(QueueUrl, 'poison');

      const tries = [await receive(QueueUrl, 1), await receive(QueueUrl, 1), await receive(QueueUrl, 1)];

      expect(tries.map((messages) => messages.length)).toEqual([1, 1, 0]);
      expect(await receive(dead.QueueUrl)).toMatchObject([{ Body: 'poison' }]);
    });

    it('keeps the order of a group, and takes what is sent twice once', async () => {
      const name = `${fresh('queue')}.fifo`;
      const { QueueUrl } = await makeQueue(name, { FifoQueue: 'true' });
      for (const body of ['1', '2', '2', '3'])
        await send(QueueUrl, body, { MessageGroupId: 'g', MessageDeduplicationId: body });

      const bodies: (string | undefined)[] = [];
      for (
        let messages = await receive(QueueUrl);
        messages.length > 0;
        messages = await receive(QueueUrl, 1)
      ) {
        bodies.push(...messages.map(({ Body }) => Body));
        for (const { ReceiptHandle } of messages)
          await aws.clientOf(SQSClient).send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }

      expect(bodies).toEqual(['1', '2', '3']);
    });

    it('finds a queue by its name, and knows none that is not there', async () => {
      const { name, QueueUrl } = await makeQueue();
      const urlOf = async (QueueName: string) =>
        aws.clientOf(SQSClient).send(new GetQueueUrlCommand({ QueueName }));

      expect((await urlOf(name)).QueueUrl).toBe(QueueUrl);
      await expect(urlOf('gone')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    });
  });

  describe('DynamoDB', () => {
    async function makeTable(): Promise<string> {
      const TableName = fresh('table');
      await aws.clientOf(DynamoDBClient).send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'owner'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byOwner',
              KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        }),
      );
      return TableName;
    }
    const put = async (TableName: string, pk: string, owner: string, more = {}) =>
      aws
        .clientOf(DynamoDBClient)
        .send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, owner: { S: owner } }, ...more }));

    it('lets one of two who write on condition have it', async () => {
      const table = await makeTable();
      const condition = { ConditionExpression: 'attribute_not_exists(pk)' };

      await put(table, 'lock', 'first', condition);

      await expect(put(table, 'lock', 'second', condition)).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
      });
      const read = new GetItemCommand({ TableName: table, Key: { pk: { S: 'lock' } }, ConsistentRead: true });
      expect((await aws.clientOf(DynamoDBClient).send(read)).Item).toMatchObject({ owner: { S: 'first' } });
    });

    it('gives back the item over which a condition failed, where that was asked for', async () => {
      const table = await makeTable();
      await put(table, 'lock', 'first');

      await expect(
        put(table, 'lock', 'second', {
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ).rejects.toMatchObject({ Item: { owner: { S: 'first' } } });
    });

    it('finds items by an index', async () => {
      const table = await makeTable();
      for (const [pk, owner] of [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'a'],
      ] as const)
        await put(table, pk, owner);

      const { Items = [] } = await aws.clientOf(DynamoDBClient).send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byOwner',
          KeyConditionExpression: '#o = :o',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':o': { S: 'a' } },
        }),
      );

      expect(Items.map(({ pk }) => String(pk?.S)).toSorted()).toEqual(['1', '3']);
    });

    it.each<{ what: string; ask: (table: string) => Promise<unknown>; name: string }>([
      {
        what: 'a table that is not there',
        ask: async () => put('gone', '1', 'a'),
        name: 'ResourceNotFoundException',
      },
      {
        what: 'a word of its own without an alias',
        ask: async (table) => put(table, '1', 'a', { ConditionExpression: 'attribute_not_exists(status)' }),
        name: 'ValidationException',
      },
      {
        what: 'a key of another type',
        ask: async (TableName) =>
          aws.clientOf(DynamoDBClient).send(new GetItemCommand({ TableName, Key: { pk: { N: '1' } } })),
        name: 'ValidationException',
      },
    ])('refuses $what', async ({ ask, name }) => {
      await expect(ask(await makeTable())).rejects.toMatchObject({ name });
    });
  });

  describe('Step Functions', () => {
    async function makeMachine(definition: object): Promise<string> {
      const { stateMachineArn = '' } = await aws.clientOf(SFNClient).send(
        new CreateStateMachineCommand({
          name: fresh('machine'),
          roleArn: `arn:aws:iam::${aws.account}:role/any`,
          definition: JSON.stringify(definition),
        }),
      );
      return stateMachineArn;
    }
    async function run(stateMachineArn: string, input: Json): Promise<DescribeExecutionCommandOutput> {
      const sfn = aws.clientOf(SFNClient);
      const asked = { stateMachineArn, input: JSON.stringify(input) };
      const { executionArn } = await sfn.send(new StartExecutionCommand(asked));
      for (;;) {
        const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (found.status !== 'RUNNING') return found;
        await pause(20);
      }
    }
    async function taskOf(handler: (event: Json) => Promise<Json>): Promise<object> {
      const name = fresh('function');
      aws.functions.register(name, handler);
      const Resource = `arn:aws:lambda:${aws.region}:${aws.account}:function:${name}`;
      return { StartAt: 'Only', States: { Only: { Type: 'Task', Resource, End: true } } };
    }

    it('runs a machine whose task is a function, and lists what it ran', async () => {
      const machine = await makeMachine(await taskOf(async (event) => ({ given: event })));

      const { status, output = '', executionArn, input } = await run(machine, { a: 1 });
      const asked = new ListExecutionsCommand({ stateMachineArn: machine });
      const { executions } = await aws.clientOf(SFNClient).send(asked);

      expect({ status, input, output: JSON.parse(output) as Json }).toEqual({
        status: 'SUCCEEDED',
        input: '{"a":1}',
        output: { given: { a: 1 } },
      });
      expect(executions).toMatchObject([{ executionArn, status: 'SUCCEEDED' }]);
    });

    it('gives the reason why one failed', async () => {
      const machine = await makeMachine(
        await taskOf(async () => {
          throw new Error('no stock');
        }),
      );

      expect(await run(machine, {})).toMatchObject({
        status: 'FAILED',
        cause: expect.stringContaining('no stock'),
      });
    });

    it('chooses, and puts texts together', async () => {
      const machine = await makeMachine({
        StartAt: 'Choose',
        States: {
          Choose: {
            Type: 'Choice',
            Choices: [{ Variable: '$.n', NumericGreaterThan: 4, Next: 'Many' }],
            Default: 'Few',
          },
          Many: { Type: 'Pass', Parameters: { 'said.$': "States.Format('{} is many', $.n)" }, End: true },
          Few: { Type: 'Fail', Error: 'TooFew' },
        },
      });

      const { status, output = '' } = await run(machine, { n: 5 });
      expect({ status, output: JSON.parse(output) as Json }).toEqual({
        status: 'SUCCEEDED',
        output: { said: '5 is many' },
      });
      expect(await run(machine, { n: 4 })).toMatchObject({ status: 'FAILED', error: 'TooFew' });
    });

    it('speaks JSONata', async () => {
      const machine = await makeMachine({
        QueryLanguage: 'JSONata',
        StartAt: 'Only',
        States: { Only: { Type: 'Pass', Output: '{% $states.input.n + 1 %}', End: true } },
      });

      expect(await run(machine, { n: 4 })).toMatchObject({ status: 'SUCCEEDED', output: '5' });
    });
  });

  describe('S3', () => {
    async function makeBucket(): Promise<string> {
      const Bucket = fresh('bucket');
      await aws.clientOf(S3Client).send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    }

    it('keeps objects, with what is said of them, until they are deleted', async () => {
      const s3 = aws.clientOf(S3Client);
      const at = { Bucket: await makeBucket(), Key: 'a b/ü.json' };
      await s3.send(
        new PutObjectCommand({
          ...at,
          Body: '{"a":1}',
          ContentType: 'application/json',
          Metadata: { team: 'shop' },
        }),
      );

      const found = await s3.send(new GetObjectCommand(at));
      const { ContentLength } = await s3.send(new HeadObjectCommand(at));
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: at.Bucket, Prefix: 'a b/' }),
      );
      await s3.send(new DeleteObjectCommand(at));

      expect(found).toMatchObject({ ContentType: 'application/json', Metadata: { team: 'shop' } });
      expect(await found.Body?.transformToString()).toBe('{"a":1}');
      expect(ContentLength).toBe(7);
      expect(Contents).toMatchObject([{ Key: at.Key, Size: 7 }]);
      await expect(s3.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: 'NoSuchKey' });
    });

    it('knows no bucket that is not there', async () => {
      await expect(
        aws.clientOf(S3Client).send(new GetObjectCommand({ Bucket: 'gone', Key: 'x' })),
      ).rejects.toMatchObject({ name: 'NoSuchBucket' });
    });
  });

  describe('CloudWatch Logs', () => {
    const LINES = [
      'INFO canary-1 stored',
      'ERROR canary-1 not stored',
      '{"level":"INFO","id":"canary-2","n":5}',
    ];

    async function makeGroup(): Promise<string> {
      const logs = aws.clientOf(CloudWatchLogsClient);
      const [logGroupName, logStreamName] = [fresh('/group'), 'stream'];
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      const logEvents = LINES.map((message) => ({ timestamp: Date.now(), message }));
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
      return logGroupName;
    }

    it.each<{ filterPattern: string; finds: readonly number[] }>([
      { filterPattern: '', finds: [0, 1, 2] },
      { filterPattern: '"canary-1"', finds: [0, 1] },
      { filterPattern: '"canary-1" INFO', finds: [0] },
      { filterPattern: '?ERROR ?canary-2', finds: [1, 2] },
      { filterPattern: '?"canary-1" ?"canary-2"', finds: [0, 1, 2] },
      { filterPattern: 'stored -ERROR', finds: [0] },
      { filterPattern: '{ $.id = "canary-2" }', finds: [2] },
      { filterPattern: '{ $.id = "canary-1" }', finds: [] },
      { filterPattern: '{ $.n > 4 && $.level = "INFO" }', finds: [2] },
    ])('finds by $filterPattern the lines $finds', async ({ filterPattern, finds }) => {
      const logGroupName = await makeGroup();

      const { events = [] } = await aws
        .clientOf(CloudWatchLogsClient)
        .send(new FilterLogEventsCommand({ logGroupName, filterPattern }));

      expect(events.map(({ message }) => message)).toEqual(finds.map((n) => LINES[n]));
    });

    it('is not believed: what a canary sees is what carries its id, whatever a filter lets through', async () => {
      const logGroup = await makeGroup();
      const watch = await logNoun.open(
        { logGroup },
        watchContext({
          clientOf: (constructor) => aws.clientOf(constructor),
          clock: systemClock(),
          correlate: 'canary-2',
        }),
      );

      const { selected } = await watch.poll({ sinceMs: Date.now() - 60_000, last: false });
      await watch.close();

      expect(selected).toMatchObject([{ data: { id: 'canary-2' } }]);
    });

    it('keeps to the time that is asked for, and knows no group that is not there', async () => {
      const logs = aws.clientOf(CloudWatchLogsClient);
      const later = { startTime: Date.now() + 60_000, endTime: Date.now() + 120_000 };

      const { events } = await logs.send(
        new FilterLogEventsCommand({ logGroupName: await makeGroup(), ...later }),
      );

      expect(events).toEqual([]);
      await expect(logs.send(new FilterLogEventsCommand({ logGroupName: '/gone' }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });

  describe('Lambda', () => {
    const invoke = async (FunctionName: string, event: Json, more = {}) =>
      aws
        .clientOf(LambdaClient)
        .send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), ...more }));
    const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

    it('calls a function, with the client’s context, and gives its answer', async () => {
      const name = fresh('function');
      aws.functions.register(name, async (event: Json, { functionName, clientContext }) => ({
        event,
        functionName,
        clientContext,
      }));
      const ClientContext = Buffer.from('{"custom":{"id":"canary-1"}}').toString('base64');

      const answer = await invoke(name, { a: 1 }, { ClientContext });

      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
      expect(answer.FunctionError).toBeUndefined();
      expect(JSON.parse(textOf(answer.Payload))).toMatchObject({
        event: { a: 1 },
        functionName: name,
        clientContext: { custom: { id: 'canary-1' } },
      });
    });

    it('gives what a function threw, and the end of its log', async () => {
      const name = fresh('function');
      aws.functions.register(name, async () => {
        throw Object.assign(new Error('no stock'), { name: 'StockError' });
      });

      const answer = await invoke(name, {}, { LogType: 'Tail' });

      expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
      expect(JSON.parse(textOf(answer.Payload))).toMatchObject({
        errorMessage: 'no stock',
        errorType: 'StockError',
      });
      expect(Buffer.from(answer.LogResult ?? '', 'base64').toString()).toContain('no stock');
    });

    it('takes an asynchronous call at once, and makes it', async () => {
      const name = fresh('function');
      const called = Promise.withResolvers<Json>();
      aws.functions.register(name, async (event: Json) => called.resolve(event));

      expect(await invoke(name, { a: 1 }, { InvocationType: 'Event' })).toMatchObject({ StatusCode: 202 });

      expect(await called.promise).toEqual({ a: 1 });
    });

    it('knows no function that is not there', async () => {
      await expect(invoke('gone', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });
  });

  describe('values from outside', () => {
    it('come from Parameter Store, Secrets Manager and a stack’s outputs', async () => {
      const [parameter, secret, stack] = [`/${fresh('parameter')}`, fresh('secret'), fresh('stack')];
      const ssm = aws.clientOf(SSMClient);
      await ssm.send(new PutParameterCommand({ Name: parameter, Value: 'one', Type: 'SecureString' }));
      await aws
        .clientOf(SecretsManagerClient)
        .send(new CreateSecretCommand({ Name: secret, SecretString: '{"user":"anna"}' }));
      aws.stacks.register(stack, { ApiUrl: 'https://x?a=1&b=<2>' });
      const references = referencesOf({
        sources: SOURCES,
        env: {},
        project: { secrets: [] },
        clients: aws.clients,
        clock: systemClock(),
      });
      const read = async (scheme: 'ssm' | 'secret' | 'cf', name: string) => references.read({ scheme, name });

      expect(await read('ssm', parameter)).toEqual({ value: 'one', secret: true });
      expect(await read('secret', `${secret}#user`)).toEqual({ value: 'anna', secret: true });
      expect(await read('cf', `${stack}.ApiUrl`)).toEqual({ value: 'https://x?a=1&b=<2>', secret: false });
      await expect(read('ssm', '/gone')).rejects.toThrow('/gone');
      await expect(read('secret', 'gone')).rejects.toThrow('gone');
      await expect(read('cf', 'gone.ApiUrl')).rejects.toThrow('gone');
      await expect(read('cf', `${stack}.Gone`)).rejects.toThrow('Gone');
    });
  });

  describe('CloudWatch', () => {
    it('gives back the statistics of what was put', async () => {
      const metric = { Namespace: fresh('Shop'), MetricName: 'Errors' };
      const cloudwatch = aws.clientOf(CloudWatchClient);
      const MetricData = [2, 4].map((Value) => ({ MetricName: 'Errors', Value, Timestamp: new Date() }));
      await cloudwatch.send(new PutMetricDataCommand({ Namespace: metric.Namespace, MetricData }));

      const { MetricDataResults = [] } = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } }],
        }),
      );

      expect(MetricDataResults.flatMap(({ Values = [] }) => Values)).toEqual([6]);
    });
  });

  describe('X-Ray', () => {
    it('gives back the segments of a trace', async () => {
      const xray = aws.clientOf(XRayClient);
      const id = `1-${Math.floor(Date.now() / 1_000).toString(16)}-${'a'.repeat(24)}`;
      const segment = { name: 'api', id: 'b'.repeat(16), trace_id: id, start_time: 1, end_time: 2 };
      await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));

      const { Traces = [] } = await xray.send(new BatchGetTracesCommand({ TraceIds: [id] }));

      expect(Traces.map(({ Id, Segments = [] }) => [Id, Segments.length])).toEqual([[id, 1]]);
    });
  });
});
