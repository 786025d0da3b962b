import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand, DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ListDeadLetterSourceQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { localClients } from '../support/aws/local-clients.ts';

const local = localClients();
const { clientOf } = local;

describe('what describes what there is', () => {
  it('has functions by name and ARN, and no event source mappings', async () => {
    local.aws.functions.register('echo', async (event) => event);
    const lambda = clientOf(LambdaClient);
    const arn = `arn:aws:lambda:${local.aws.region}:${local.aws.account}:function:echo`;

    for (const FunctionName of ['echo', arn])
      expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
        FunctionArn: arn,
        State: 'Active',
      });
    await expect(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'gone' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const mappings = new ListEventSourceMappingsCommand({ EventSourceArn: 'arn:aws:sqs:a:1:b' });
    expect((await lambda.send(mappings)).EventSourceMappings).toEqual([]);
  });

  it('has state machines, all of them Standard', async () => {
    const sfn = clientOf(SFNClient);
    const definition = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
    const roleArn = 'arn:aws:iam::000000000000:role/any';
    const made = await sfn.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn }));
    const asked = { stateMachineArn: made.stateMachineArn };

    expect(await sfn.send(new DescribeStateMachineCommand(asked))).toMatchObject({
      name: 'm',
      type: 'STANDARD',
      status: 'ACTIVE',
      definition,
    });
    await expect(
      sfn.send(new DescribeStateMachineCommand({ stateMachineArn: `${made.stateMachineArn}x` })),
    ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('has log groups by the beginning of their names', async () => {
    const logs = clientOf(CloudWatchLogsClient);
    for (const logGroupName of ['/a/one', '/a/two', '/b/one'])
      await logs.send(new CreateLogGroupCommand({ logGroupName }));

    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a/' }));

    expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual(['/a/one', '/a/two']);
  });

  it('has metrics that had a value, by some or all of their dimensions', async () => {
    const cloudwatch = clientOf(CloudWatchClient);
    const Dimensions = [
      { Name: 'Shop', Value: 'a' },
      { Name: 'Stage', Value: 'b' },
    ];
    const put = { Namespace: 'N', MetricData: [{ MetricName: 'M', Value: 1, Dimensions }] };
    await cloudwatch.send(new PutMetricDataCommand(put));
    await cloudwatch.send(new PutMetricDataCommand(put));
    const asked = { Namespace: 'N', MetricName: 'M' };
    const listed = async (...some: typeof Dimensions) =>
      (await cloudwatch.send(new ListMetricsCommand({ ...asked, Dimensions: some }))).Metrics;

    expect(await listed({ Name: 'Shop', Value: 'a' })).toEqual([{ ...asked, Dimensions }]);
    expect(await listed({ Name: 'Shop', Value: 'c' })).toEqual([]);
  });

  it('has the queues that dead-letter into one, and refuses pages of them', async () => {
    const sqs = clientOf(SQSClient);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dlq' }));
    const deadLetterTargetArn = `arn:aws:sqs:${local.aws.region}:${local.aws.account}:dlq`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
    await sqs.send(new CreateQueueCommand({ QueueName: 'plain' }));
    const { QueueUrl: source } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'source', Attributes: { RedrivePolicy } }),
    );

    const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }));

    expect(queueUrls).toEqual([source]);
    await expect(
      sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl, MaxResults: 1 })),
    ).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(
      sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: `${QueueUrl}x` })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
