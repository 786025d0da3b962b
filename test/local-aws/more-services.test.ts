import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from '@aws-sdk/client-xray';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { localClients } from '../support/aws/local-clients.ts';

const local = localClients();
const { clientOf } = local;
const REFUSED = { name: 'UnknownOperationException' };
const roleArn = 'arn:aws:iam::123456789012:role/any';

describe('Lambda', () => {
  it('answers a call with the result or the fault, and the end of the log where it is asked for', async () => {
    local.aws.functions.register('adds', async ({ a, b }: { a: number; b: number }) => {
      if (b === 0) throw new RangeError('nothing to add');
      return a + b;
    });
    const call = async (Payload: string) =>
      clientOf(LambdaClient).send(new InvokeCommand({ FunctionName: 'adds', Payload, LogType: 'Tail' }));

    const good = await call('{"a":1,"b":2}');
    const bad = await call('{"a":1,"b":0}');

    expect(good.StatusCode).toBe(200);
    expect(good.FunctionError).toBeUndefined();
    expect(good.Payload?.transformToString()).toBe('3');
    expect(bad).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(bad.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'nothing to add',
    });
    expect(Buffer.from(bad.LogResult ?? '', 'base64').toString()).toContain('RangeError: nothing to add');
  });

  it('refuses a function that is not there, asynchronously too, and what it does not have', async () => {
    for (const InvocationType of ['RequestResponse', 'Event'] as const) {
      await expect(
        clientOf(LambdaClient).send(new InvokeCommand({ FunctionName: 'gone', InvocationType })),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    }
    await expect(clientOf(LambdaClient).send(new ListFunctionsCommand({}))).rejects.toThrow();
  });
});

describe('Step Functions', () => {
  const machine = async (name: string, States: object, type?: 'EXPRESS') =>
    clientOf(SFNClient).send(
      new CreateStateMachineCommand({
        name,
        roleArn,
        definition: JSON.stringify({ StartAt: 'A', States }),
        ...(type === undefined ? {} : { type }),
      }),
    );

  it('is started by a rule, and once only under one name', async () => {
    const { stateMachineArn = '' } = await machine('passes', { A: { Type: 'Pass', End: true } });
    const events = clientOf(EventBridgeClient);
    await events.send(new PutRuleCommand({ Name: 'starts', EventPattern: '{"source":["s"]}' }));
    await events.send(
      new PutTargetsCommand({
        Rule: 'starts',
        Targets: [{ Id: 'm', Arn: stateMachineArn, RoleArn: roleArn }],
      }),
    );
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{"a":1}' }] }),
    );
    const { executions: [started] = [] } = await clientOf(SFNClient).send(
      new ListExecutionsCommand({ stateMachineArn }),
    );
    const found = await clientOf(SFNClient).send(
      new DescribeExecutionCommand({ executionArn: started?.executionArn ?? '' }),
    );

    expect(JSON.parse(found.input ?? '')).toMatchObject({ source: 's', detail: { a: 1 } });
    const start = async (input: string) =>
      clientOf(SFNClient).send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    await start('{"n":1}');
    await expect(start('{"n":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('refuses what the interpreter would get wrong or not do', async () => {
    await expect(machine('x', { A: { Type: 'Pass', End: true } }, 'EXPRESS')).rejects.toMatchObject(REFUSED);
    await expect(
      machine('x', { A: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } }),
    ).rejects.toMatchObject(REFUSED);
    const wrong = { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true };
    await expect(machine('x', { A: wrong })).rejects.toMatchObject(REFUSED);
    await expect(machine('x', { A: { Type: 'Nonsense' } })).rejects.toMatchObject({
      name: 'InvalidDefinition',
    });
    await expect(clientOf(SFNClient).send(new ListStateMachinesCommand({}))).rejects.toMatchObject(REFUSED);
  });
});

describe('S3', () => {
  it('keeps objects of any bytes under any key, by path', async () => {
    const s3 = clientOf(S3Client);
    const Body = Uint8Array.from({ length: 256 }, (_, n) => n);
    await s3.send(new CreateBucketCommand({ Bucket: 'bytes' }));
    await s3.send(new PutObjectCommand({ Bucket: 'bytes', Key: 'a b/ü+?.bin', Body }));

    const found = await s3.send(new GetObjectCommand({ Bucket: 'bytes', Key: 'a b/ü+?.bin' }));

    expect([...((await found.Body?.transformToByteArray()) ?? [])]).toEqual([...Body]);
    await expect(s3.send(new GetObjectCommand({ Bucket: 'bytes', Key: 'gone' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });
});

describe('CloudWatch Logs', () => {
  beforeAll(async () => {
    const logs = clientOf(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: 'g', logStreamName: 's' }));
    const logEvents = ['INFO one', 'WARN two', 'INFO "three" four'].map((message, n) => ({
      message,
      timestamp: 1_000 + n,
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName: 'g', logStreamName: 's', logEvents }));
  });

  it.each([
    { filterPattern: undefined, found: [1_000, 1_001, 1_002] },
    { filterPattern: 'INFO', found: [1_000, 1_002] },
    { filterPattern: 'INFO one', found: [1_000] },
    { filterPattern: '?one ?two', found: [1_000, 1_001] },
    { filterPattern: 'INFO -one', found: [1_002] },
    { filterPattern: '"INFO \\"three\\""', found: [1_002] },
    { filterPattern: '"info"', found: [] },
  ])('finds lines by $filterPattern', async ({ filterPattern, found }) => {
    const { events = [] } = await clientOf(CloudWatchLogsClient).send(
      new FilterLogEventsCommand({
        logGroupName: 'g',
        ...(filterPattern === undefined ? {} : { filterPattern }),
      }),
    );

    expect(events.map(({ timestamp }) => timestamp)).toEqual(found);
  });

  it('keeps to the time that is asked for, and refuses the rest', async () => {
    const logs = clientOf(CloudWatchLogsClient);
    const { events } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: 'g', startTime: 1_001, endTime: 1_001 }),
    );

    expect(events?.map(({ message }) => message)).toEqual(['WARN two']);
    for (const filterPattern of ['{ $.level = "INFO" }', '[a, b]', '%x%']) {
      await expect(
        logs.send(new FilterLogEventsCommand({ logGroupName: 'g', filterPattern })),
      ).rejects.toMatchObject(REFUSED);
    }
    await expect(logs.send(new FilterLogEventsCommand({ logGroupName: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName: 'g' }))).rejects.toMatchObject(REFUSED);
  });
});

describe('CloudWatch', () => {
  const read = async (
    more: { readonly ScanBy?: 'TimestampAscending'; readonly Expression?: string } = {},
  ) => {
    const { ScanBy = 'TimestampDescending', Expression } = more;
    const MetricStat = { Metric: { Namespace: 'N', MetricName: 'M' }, Period: 60, Stat: 'Average' };
    const query = Expression === undefined ? { MetricStat } : { Expression };
    const span = { StartTime: new Date(0), EndTime: new Date(300_000) };
    return clientOf(CloudWatchClient).send(
      new GetMetricDataCommand({ ...span, ScanBy, MetricDataQueries: [{ Id: 'a', ...query }] }),
    );
  };

  it('gives each period its statistic, the newest first', async () => {
    const MetricData = [10, 20, 70].map((second, n) => ({
      MetricName: 'M',
      Value: n + 1,
      Timestamp: new Date(second * 1_000),
    }));
    await clientOf(CloudWatchClient).send(new PutMetricDataCommand({ Namespace: 'N', MetricData }));

    const { MetricDataResults: [result] = [] } = await read();

    expect(result?.Values).toEqual([3, 1.5]);
    expect(result?.Timestamps?.map((at) => at.getTime())).toEqual([60_000, 0]);
  });

  it('refuses metric math, the other order, sets of values, and the rest', async () => {
    await expect(read({ Expression: 'a+b' })).rejects.toMatchObject(REFUSED);
    await expect(read({ ScanBy: 'TimestampAscending' })).rejects.toMatchObject(REFUSED);
    const MetricData = [{ MetricName: 'M', Values: [1, 2] }];
    await expect(
      clientOf(CloudWatchClient).send(new PutMetricDataCommand({ Namespace: 'N', MetricData })),
    ).rejects.toMatchObject(REFUSED);
    const recent = new ListMetricsCommand({ RecentlyActive: 'PT3H' });
    await expect(clientOf(CloudWatchClient).send(recent)).rejects.toMatchObject(REFUSED);
  });
});

describe('X-Ray and STS', () => {
  it('gives the segments of a trace back, each in its newest form', async () => {
    const xray = clientOf(XRayClient);
    const document = (more: object) =>
      JSON.stringify({ id: 'b'.repeat(16), trace_id: '1-a-b', name: 'n', start_time: 1, ...more });
    await xray.send(
      new PutTraceSegmentsCommand({ TraceSegmentDocuments: [document({ in_progress: true })] }),
    );
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [document({ end_time: 2 })] }));

    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: ['1-a-b', '1-gone'] }));

    expect(Traces).toMatchObject([{ Id: '1-a-b', Segments: [{ Document: document({ end_time: 2 }) }] }]);
    await expect(
      xray.send(new GetTraceSummariesCommand({ StartTime: new Date(0), EndTime: new Date(1) })),
    ).rejects.toMatchObject(REFUSED);
  });

  it('assumes roles that could be some, and no others', async () => {
    const sts = clientOf(STSClient);
    const { Credentials, AssumedRoleUser } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'x' }),
    );

    expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/any/x');
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(local.aws.account);
    await expect(
      sts.send(new AssumeRoleCommand({ RoleArn: 'arn:aws:s3:::not-a-role-at-all', RoleSessionName: 'x' })),
    ).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('another region or account', () => {
  it('holds nothing: no namesake answers for what is asked there', async () => {
    const sqs = clientOf(SQSClient);
    await sqs.send(new CreateQueueCommand({ QueueName: 'near' }));
    const there = awsClients({ endpoint: local.aws.url, region: 'eu-central-1' });
    const owner = { QueueName: 'near', QueueOwnerAWSAccountId: '999999999999' };

    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'near' }))).resolves.toMatchObject({
      QueueUrl: expect.stringContaining('/near'),
    });
    await expect(
      there.clientOf(SQSClient, 'act').send(new GetQueueUrlCommand({ QueueName: 'near' })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await expect(sqs.send(new GetQueueUrlCommand(owner))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    there.close();
  });
});

describe('S3', () => {
  it.each(['..', '../up', 'a/../b', '.', 'a/./b'])(
    'refuses the key %s, and makes no bucket of it',
    async (Key) => {
      const s3 = clientOf(S3Client);

      await expect(s3.send(new PutObjectCommand({ Bucket: 'b-keys', Key, Body: 'x' }))).rejects.toMatchObject(
        {
          name: 'InvalidURI',
        },
      );
      await expect(s3.send(new GetObjectCommand({ Bucket: 'b-keys', Key: 'x' }))).rejects.toMatchObject({
        name: 'NoSuchBucket',
      });
    },
  );
});
