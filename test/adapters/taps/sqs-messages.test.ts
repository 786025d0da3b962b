import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { sqsQueue } from '../../../runner/adapters/taps/sqs-queue.ts';
import { openMessage } from '../../../runner/core/taps/envelope.ts';
import { startTestAws, type TestAws } from '../../support/aws/test-aws.ts';

const TRACE = 'Root=1-6743a1c0-f2b94e0c8d1e5a7b9c3d2f10;Parent=0123456789abcdef;Sampled=1';
const SIGNATURE = { DataType: 'Binary', BinaryValue: Buffer.from('hello') };

describe('messages as a queue gives them', () => {
  let aws: TestAws;
  let clients: AwsClients;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    aws = await startTestAws();
    clients = awsClients({ region: aws.region, endpoint: aws.url });
  });
  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  async function make(QueueName: string): Promise<string> {
    const made = await clients.clientOf(SQSClient, 'act').send(new CreateQueueCommand({ QueueName }));
    return made.QueueUrl ?? '';
  }

  async function takeFrom(url: string) {
    const client = clients.clientOf(SQSClient, 'observe');
    const queue = sqsQueue({ once: client, client }, url);
    const ask = { waitSeconds: 1, hideSeconds: 30, signal: new AbortController().signal };
    return queue.receive(ask);
  }

  it('carry their trace header, when they were sent, and when they were given out', async () => {
    const url = await make('traced');
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String' as const, StringValue: TRACE } };
    const sqs = clients.clientOf(SQSClient, 'act');
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'a', MessageSystemAttributes }));
    const Entries = [
      { Id: '1', MessageBody: 'b', MessageSystemAttributes },
      { Id: '2', MessageBody: 'c' },
    ];
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));

    const messages = await takeFrom(url);

    const headers = Object.fromEntries(messages.map(({ body, traceHeader }) => [body, traceHeader]));
    expect(headers).toEqual({ a: TRACE, b: TRACE, c: undefined });
    for (const { sentAtMs, answeredAtMs = 0 } of messages) {
      expect(answeredAtMs % 1_000).toBe(0);
      expect(answeredAtMs + 1_000).toBeGreaterThan(sentAtMs);
    }
  });

  it('have binary attributes in base64, raw and in an envelope of SNS', async () => {
    const sns = clients.clientOf(SNSClient, 'act');
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'signed' }));
    const urls = [await make('raw'), await make('enveloped')] as const;
    for (const [name, RawMessageDelivery] of [
      ['raw', 'true'],
      ['enveloped', 'false'],
    ]) {
      const Endpoint = `arn:aws:sqs:${aws.region}:${aws.account}:${name}`;
      const Attributes = { RawMessageDelivery: RawMessageDelivery as string };
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    }
    const tags = { DataType: 'String.Array', StringValue: '["a","b"]' };
    const MessageAttributes = { sig: SIGNATURE, tags };
    await sns.send(new PublishCommand({ TopicArn, Message: '{"order":1}', MessageAttributes }));

    for (const url of urls) {
      const [message] = await takeFrom(url);
      expect(message === undefined ? undefined : openMessage(message).data).toEqual({
        body: { order: 1 },
        attributes: { sig: 'aGVsbG8=', tags: '["a","b"]' },
      });
    }
  });
});
