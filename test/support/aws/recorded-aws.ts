import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

/** One of each type of resource that a canary can name, in a local AWS behind a recording proxy. */
export interface RecordedAws {
  readonly aws: LocalAws;
  readonly proxy: RecordingProxy;
  readonly topic: string;
  readonly machine: string;
  close(): Promise<void>;
}

export async function startRecordedAws(): Promise<RecordedAws> {
  const aws = await startLocalAws();
  const proxy = await startRecordingProxy(aws.url);
  const clients = awsClients({ region: aws.region, endpoint: aws.url });
  await deployTables(clients);
  const made = await deployRest(clients);
  aws.userPools.register({
    ...{ id: 'us-east-1_recorded', clientId: 'recorded', clientSecret: 'a long password' },
    users: { anna: 'a long password' },
  });
  aws.functions.register('echo', async (event) => event);
  const outputs = { Machine: made.machine, Topic: made.topic, Word: 'a word' };
  aws.stacks.register('recorded', outputs, { Echo: { type: 'AWS::Lambda::Function', physicalId: 'echo' } });
  clients.close();
  return {
    aws,
    proxy,
    ...made,
    close: async () => {
      await proxy.close();
      await aws.close();
    },
  };
}

async function deployTables({ clientOf }: AwsClients): Promise<void> {
  const dynamodb = clientOf(DynamoDBClient, 'act');
  const text = (...names: readonly string[]) =>
    names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: text('orderId'),
      KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
    }),
  );
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'pairs',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: text('left', 'right'),
      KeySchema: [
        { AttributeName: 'left', KeyType: 'HASH' },
        { AttributeName: 'right', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-right',
          KeySchema: [{ AttributeName: 'right', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { orderId: { S: 'a' } } }));
  await dynamodb.send(
    new PutItemCommand({ TableName: 'pairs', Item: { left: { S: 'a' }, right: { S: 'b' } } }),
  );
}

async function deployRest({ clientOf }: AwsClients): Promise<{ topic: string; machine: string }> {
  const s3 = clientOf(S3Client, 'act');
  await s3.send(new CreateBucketCommand({ Bucket: 'reports' }));
  await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: 'there.txt', Body: 'x' }));
  const sqs = clientOf(SQSClient, 'act');
  for (const QueueName of ['inbox', 'orders-dlq', 'approvals'])
    await sqs.send(new CreateQueueCommand({ QueueName }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'inbox.fifo', Attributes: { FifoQueue: 'true' } }));
  for (const Name of ['shop', 'alerts'])
    await clientOf(EventBridgeClient, 'act').send(new CreateEventBusCommand({ Name }));
  await clientOf(CloudWatchLogsClient, 'act').send(
    new CreateLogGroupCommand({ logGroupName: '/aws/lambda/echo' }),
  );
  await clientOf(KinesisClient, 'act').send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount: 2 }));
  await clientOf(SSMClient, 'act').send(
    new PutParameterCommand({ Name: '/recorded/word', Value: 'a long word', Type: 'SecureString' }),
  );
  const hook = {
    Name: 'recorded/hook',
    SecretString: '{"url":"https://127.0.0.1:1/hook","key":"a long key"}',
  };
  await clientOf(SecretsManagerClient, 'act').send(new CreateSecretCommand(hook));
  const { TopicArn: topic = '' } = await clientOf(SNSClient, 'act').send(
    new CreateTopicCommand({ Name: 'ships' }),
  );
  const { stateMachineArn: machine = '' } = await clientOf(SFNClient, 'act').send(
    new CreateStateMachineCommand({
      name: 'export',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
    }),
  );
  await clientOf(SFNClient, 'act').send(
    new CreateStateMachineCommand({
      name: 'approval',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: JSON.stringify({
        StartAt: 'Ask',
        States: {
          Ask: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
            Parameters: {
              QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/approvals',
              MessageBody: { 'token.$': '$$.Task.Token', 'metadata.$': '$.metadata' },
            },
            End: true,
          },
        },
      }),
    }),
  );
  return { topic, machine };
}
