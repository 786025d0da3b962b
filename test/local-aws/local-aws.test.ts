import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, TransactGetItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListArchivesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPattern, type Json, matches } from '../../infra/local-aws/events/event-pattern.ts';
import { inputFor } from '../../infra/local-aws/events/target-input.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';

describe('event patterns', () => {
  const event = {
    source: 'shop.orders',
    detail: { n: 5, s: 'Hello', list: ['a', 'b'], none: null, items: [{ id: 1 }, { id: 2 }] },
  };

  it.each<{ pattern: Json; fits: boolean }>([
    { pattern: { source: ['shop.orders'] }, fits: true },
    { pattern: { source: ['other'] }, fits: false },
    { pattern: { source: [{ prefix: 'shop.' }] }, fits: true },
    { pattern: { source: [{ suffix: '.orders' }] }, fits: true },
    { pattern: { source: [{ wildcard: 's*.o*s' }] }, fits: true },
    { pattern: { detail: { s: [{ 'equals-ignore-case': 'hELLO' }] } }, fits: true },
    { pattern: { detail: { n: [{ numeric: ['>', 4, '<=', 5] }] } }, fits: true },
    { pattern: { detail: { n: [{ numeric: ['=', 6] }] } }, fits: false },
    { pattern: { detail: { s: [{ numeric: ['>=', 4] }] } }, fits: false },
    { pattern: { detail: { s: [{ 'anything-but': ['x', 'y'] }] } }, fits: true },
    { pattern: { detail: { s: [{ 'anything-but': { prefix: 'He' } }] } }, fits: false },
    { pattern: { detail: { s: [{ exists: true }], gone: [{ exists: false }] } }, fits: true },
    { pattern: { detail: { list: ['b'] } }, fits: true },
    { pattern: { detail: { items: { id: [2] } } }, fits: true },
    { pattern: { detail: { none: [null] } }, fits: true },
    { pattern: { $or: [{ source: ['x'] }, { detail: { n: [5] } }] }, fits: true },
    { pattern: { detail: { n: ['5'] } }, fits: false },
  ])('$pattern fits: $fits', ({ pattern, fits }) => {
    checkPattern(pattern);

    expect(matches(pattern, event)).toBe(fits);
  });

  it.each<Json>([
    {},
    'x',
    { source: 'x' },
    { source: [] },
    { source: [['x']] },
    { n: [{ cidr: '10.0.0.0/8' }] },
    { n: [{ numeric: ['>'] }] },
    { n: [{ exists: 'yes' }] },
    { n: [{ prefix: 1 }] },
    { $or: 'x' },
  ])('refuses %j', (pattern) => {
    expect(() => checkPattern(pattern)).toThrow('Event pattern is not valid');
  });

  it('gives a target the event, a part of it, a constant, or a template', () => {
    const target = { Id: 'x', Arn: 'y' };

    expect(inputFor(target, event)).toBe(event);
    expect(inputFor({ ...target, InputPath: '$.detail.items[1].id' }, event)).toBe(2);
    expect(inputFor({ ...target, Input: '{"a":1}' }, event)).toEqual({ a: 1 });
    expect(
      inputFor(
        {
          ...target,
          InputTransformer: {
            InputPathsMap: { n: '$.detail.n' },
            InputTemplate: '{"n": <n>, "raw": "<other>"}',
          },
        },
        event,
      ),
    ).toEqual({ n: 5, raw: '<other>' });
  });
});

describe('over real clients', () => {
  let aws: LocalAws;
  let events: EventBridgeClient;
  let sqs: SQSClient;
  let dynamodb: DynamoDBClient;
  let ssm: SSMClient;
  let secrets: SecretsManagerClient;
  let stacks: CloudFormationClient;

  beforeAll(async () => {
    aws = await startLocalAws();
    const options = {
      endpoint: aws.url,
      region: aws.region,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    };
    events = new EventBridgeClient(options);
    sqs = new SQSClient(options);
    dynamodb = new DynamoDBClient(options);
    ssm = new SSMClient(options);
    secrets = new SecretsManagerClient(options);
    stacks = new CloudFormationClient(options);
  });
  afterAll(async () => {
    for (const client of [events, sqs, dynamodb, ssm, secrets, stacks]) client.destroy();
    await aws.close();
  });

  it('listens on loopback alone', () => {
    expect(new URL(aws.url).hostname).toBe('127.0.0.1');
  });

  it('takes an event from a bus to a queue, whose URL leads back here, unless the rule is switched off', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'tap' }));
    await events.send(new CreateEventBusCommand({ Name: 'bus' }));
    await events.send(
      new PutRuleCommand({ Name: 'r', EventBusName: 'bus', EventPattern: '{"source":["s"]}' }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: 'r',
        EventBusName: 'bus',
        Targets: [{ Id: 't', Arn: `arn:aws:sqs:${aws.region}:${aws.account}:tap` }],
      }),
    );
    const put = async (Detail: string) =>
      events.send(
        new PutEventsCommand({ Entries: [{ EventBusName: 'bus', Source: 's', DetailType: 'd', Detail }] }),
      );

    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    const answer = await put('{"a":1}');
    const [message] = (await waiting).Messages ?? [];
    await events.send(new DisableRuleCommand({ Name: 'r', EventBusName: 'bus' }));
    await put('{"a":2}');
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));

    expect(new URL(QueueUrl ?? '').host).toBe(new URL(aws.url).host);
    expect(answer.FailedEntryCount).toBe(0);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      id: answer.Entries?.[0]?.EventId,
      source: 's',
      'detail-type': 'd',
      detail: { a: 1 },
      region: aws.region,
    });
    expect(Messages).toEqual([]);
    await expect(
      events.send(new DeleteRuleCommand({ Name: 'r', EventBusName: 'bus' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await events.send(new RemoveTargetsCommand({ Rule: 'r', EventBusName: 'bus', Ids: ['t'] }));
    await events.send(new DeleteRuleCommand({ Name: 'r', EventBusName: 'bus' }));
    await expect(
      events.send(new DescribeRuleCommand({ Name: 'r', EventBusName: 'bus' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('answers 200 for entries that failed, as AWS does', async () => {
    const entry = { EventBusName: 'default', Source: 's', DetailType: 'd' };

    const answer = await events.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, Detail: 'not JSON' },
          { ...entry, EventBusName: 'gone', Detail: '{}' },
          { ...entry, Detail: '{}' },
        ],
      }),
    );

    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'MalformedDetail',
      'InvalidArgument',
      undefined,
    ]);
  });

  it('refuses what it does not have, loudly and by name', async () => {
    await expect(events.send(new ListArchivesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('does not have EventBridge ListArchives'),
    });
    await expect(
      events.send(new PutRuleCommand({ Name: 'x', ScheduleExpression: 'rate(1 minute)' })),
    ).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(dynamodb.send(new TransactGetItemsCommand({ TransactItems: [] }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'gone' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const other = await fetch(`${aws.url}/2017-03-31/tags/x`);
    expect(other.status).toBe(501);
  });

  it('calls functions, tries failed events twice more, and then dead-letters them', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
    let tries = 0;
    aws.functions.register(
      'fails',
      async () => {
        tries += 1;
        throw new Error('poison');
      },
      { deadLetterQueue: `arn:aws:sqs:${aws.region}:${aws.account}:dead` },
    );
    aws.functions.register('echoes', async (event: never, { functionName, getRemainingTimeInMillis }) => ({
      event,
      functionName,
      left: getRemainingTimeInMillis() > 0,
    }));

    await aws.functions.invokeAsync('fails', { a: 1 });
    const { Messages: [letter] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }),
    );
    const answer = await fetch(`${aws.url}/2015-03-31/functions/echoes/invocations`, {
      method: 'POST',
      body: '{"b":2}',
    });

    expect(tries).toBe(3);
    expect(letter).toMatchObject({
      Body: '{"a":1}',
      MessageAttributes: { ErrorMessage: { StringValue: 'poison' } },
    });
    expect(await answer.json()).toEqual({ event: { b: 2 }, functionName: 'echoes', left: true });
    await expect(aws.functions.invoke('gone', {})).rejects.toThrow('Function not found: gone');
  });

  it('keeps parameters, and decrypts SecureStrings only when asked to', async () => {
    const put = { Name: '/shop/token', Value: 'one', Type: 'SecureString' } as const;
    await ssm.send(new PutParameterCommand(put));
    await expect(ssm.send(new PutParameterCommand(put))).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
    await ssm.send(new PutParameterCommand({ Name: '/shop/token', Value: 'two', Overwrite: true }));

    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: '/shop/token', WithDecryption: true }),
    );
    const { Parameters, InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: ['/shop/token', '/gone'], WithDecryption: true }),
    );

    expect(Parameter).toMatchObject({ Name: '/shop/token', Value: 'two', Type: 'SecureString', Version: 2 });
    expect(Parameters).toEqual([Parameter]);
    expect(InvalidParameters).toEqual(['/gone']);
    await expect(ssm.send(new GetParameterCommand({ Name: '/shop/token' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    await expect(ssm.send(new GetParameterCommand({ Name: '/gone' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('keeps secrets of text and of bytes, by name and by ARN', async () => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'shop/db', SecretString: 'one' }));
    await expect(
      secrets.send(new CreateSecretCommand({ Name: 'shop/db', SecretString: 'one' })),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
    const first = await secrets.send(new GetSecretValueCommand({ SecretId: ARN }));
    await secrets.send(new PutSecretValueCommand({ SecretId: 'shop/db', SecretBinary: Uint8Array.of(7) }));
    const second = await secrets.send(new GetSecretValueCommand({ SecretId: 'shop/db' }));

    expect(first).toMatchObject({ Name: 'shop/db', ARN, SecretString: 'one' });
    expect([...(second.SecretBinary ?? [])]).toEqual([7]);
    expect(second.SecretString).toBeUndefined();
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('gives the outputs of registered stacks', async () => {
    aws.stacks.register('shop', { ApiUrl: 'https://x?a=1&b=<2>' });

    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName: 'shop' }));
    const all = await stacks.send(new DescribeStacksCommand({}));

    expect(Stacks).toMatchObject([
      {
        StackName: 'shop',
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [{ OutputKey: 'ApiUrl', OutputValue: 'https://x?a=1&b=<2>' }],
      },
    ]);
    expect(all.Stacks).toEqual(Stacks);
    await expect(stacks.send(new DescribeStacksCommand({ StackName: 'gone' }))).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('refuses the rest of these three as loudly', async () => {
    const refused = { name: 'UnknownOperationException' };

    await expect(ssm.send(new DeleteParameterCommand({ Name: 'x' }))).rejects.toMatchObject(refused);
    await expect(ssm.send(new GetParameterCommand({ Name: '/shop/token:a-label' }))).rejects.toMatchObject(
      refused,
    );
    await expect(
      ssm.send(new PutParameterCommand({ Name: 'x', Value: 'y', Type: 'String', Tier: 'Advanced' })),
    ).rejects.toMatchObject(refused);
    await expect(secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject(refused);
    await expect(
      secrets.send(new GetSecretValueCommand({ SecretId: 'shop/db', VersionId: 'v' })),
    ).rejects.toMatchObject(refused);
    await expect(stacks.send(new ListStacksCommand({}))).rejects.toMatchObject(refused);
    await expect(stacks.send(new DescribeStacksCommand({ NextToken: 'x' }))).rejects.toMatchObject(refused);
  });
});
