import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { inspectDeployed } from '../../../runner/adapters/taps/control-message.ts';
import { inspectTap } from '../../../runner/adapters/taps/tap-inspection.ts';
import { stackPatternOf } from '../../../runner/adapters/taps/tap-pattern.ts';
import { tapStack } from '../../../runner/adapters/taps/tap-stack.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:ships';
const ON = { topic: TOPIC };
const PATTERN = { kind: ['order'] };

let aws: LocalAws;
let clients: AwsClients;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startLocalAws();
  clients = awsClients({ endpoint: aws.url, region: aws.region });
  await clients.clientOf(SNSClient, 'act').send(new CreateTopicCommand({ Name: 'ships' }));
});
afterAll(async () => {
  clients.close();
  await aws.close();
});

async function make() {
  const taps = [{ on: ON, ids: [], probe: false, pattern: PATTERN }];
  const [tap] = await tapStack({ clients, project: { ...NO_PROJECT, name: 'drift', taps } }).make();
  const sqs = clients.clientOf(SQSClient, 'observe');
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: tap?.name ?? '' }));
  return QueueUrl;
}

async function setSubscription(AttributeName: string, AttributeValue: string): Promise<void> {
  const sns = clients.clientOf(SNSClient, 'act');
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
  const SubscriptionArn = Subscriptions[0]?.SubscriptionArn ?? '';
  await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
}

async function delay(QueueUrl: string): Promise<void> {
  const command = new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '60' } });
  await clients.clientOf(SQSClient, 'act').send(command);
}

describe('a tap on a topic that was changed', () => {
  it.each<[title: string, change: (queueUrl: string) => Promise<void>, says: string]>([
    [
      'in its filter',
      async () => setSubscription('FilterPolicy', '{"kind":["x"]}'),
      'lets through {"kind":["x"]}',
    ],
    [
      'to filter by bodies',
      async () => setSubscription('FilterPolicyScope', 'MessageBody'),
      'lets through {"MessageBody":{"kind":["order"]}}',
    ],
    ['to delay', delay, 'delays all by 60 s (DelaySeconds of its queue)'],
  ])('%s is an error, and in place when it is made again', async (_, change, says) => {
    const queueUrl = await make();
    const tap = { clients, on: ON, queueUrl, at: TOPIC, filler: undefined, wanted: { pattern: PATTERN } };
    const inspected = async () => inspectTap({ ...tap, remedy: 'Make it again.' });

    await inspected();
    await change(queueUrl);
    await expect(inspected()).rejects.toThrow(says);
    await make();

    await expect(inspected()).resolves.toBeUndefined();
  });

  it.each<[title: string, change: () => Promise<void>, says: string]>([
    [
      'in its filter',
      async () => setSubscription('FilterPolicy', '{"kind":["x"]}'),
      'The tap on topic ships lets through {"kind":["x"]}, and the project file says {"$or":[{"correlationId"',
    ],
    [
      'to filter by bodies',
      async () => setSubscription('FilterPolicyScope', 'MessageBody'),
      'lets through {"MessageBody":{"$or":[{"correlationId"',
    ],
  ])('%s is an error of a deployed stack', async (_, change, says) => {
    const queueUrl = await make();
    const project = { ...NO_PROJECT, taps: [{ on: ON, ids: [], probe: false, pattern: PATTERN }] };
    await setSubscription('FilterPolicy', JSON.stringify(stackPatternOf('topic', project)));
    const sns = clients.clientOf(SNSClient, 'act');
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
    const filler = Subscriptions[0]?.SubscriptionArn ?? '';
    const inspected = async () => inspectDeployed({ on: ON, queueUrl, filler }, { clients, project });

    await expect(inspected()).resolves.toBeUndefined();
    await change();

    await expect(inspected()).rejects.toThrow(says);
    await expect(inspected()).rejects.toThrow('Build the stack again and deploy it');
  });
});
