import { type Json, parseJson } from '../../core/base/json.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import type { AwsClients } from '../aws/clients.ts';
import { unlessMissing } from '../aws/errors.ts';

/** The rule or subscription that fills a tap's queue. */
export interface Filler {
  readonly arn: string;
  /** True if the rule is enabled, or the subscription was confirmed. */
  readonly isOn: boolean;
  /** True if it delivers to the tap's queue. */
  readonly isAimed: boolean;
  /** Of messages, a pattern of their attributes; one of their bodies stands under `MessageBody`. */
  readonly pattern: Json | undefined;
}

/** A tap's queue, as far as its filler needs it. */
export interface FilledQueue {
  readonly arn: string;
  readonly messages: number;
  readonly policy: Json | undefined;
  /** Its delay for each new message, in seconds. */
  readonly delaySeconds: number;
}

export interface ReadBy {
  readonly clients: AwsClients;
  readonly signal?: AbortSignal;
  /** The ARN whose region and account the queue has, if its URL does not name them. */
  readonly at?: string;
}

/** Reads a tap's queue by its URL. @throws errors of SQS */
export async function readQueue(
  QueueUrl: string,
  { clients, signal, at = QueueUrl }: ReadBy,
): Promise<FilledQueue> {
  const { SQSClient, GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const client = clients.clientOf(SQSClient, 'observe', at);
  const { Attributes = {} } = await client.send(command, optionsOf(signal));
  return {
    arn: Attributes['QueueArn'] ?? '',
    messages: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    policy: parsed(Attributes['Policy']),
    delaySeconds: Number(Attributes['DelaySeconds'] ?? 0),
  };
}

/**
 * Reads the rule or subscription that fills a tap's queue; undefined if there is none.
 * @throws everything else that EventBridge or SNS throws
 */
export async function readFiller(
  {
    on,
    filler,
    queueArn,
  }: {
    readonly on: TapDefinition['on'];
    /** The name of the rule, or the ARN of the subscription if that is known. */
    readonly filler: string | undefined;
    readonly queueArn: string;
  },
  by: ReadBy,
): Promise<Filler | undefined> {
  return unlessMissing(async () => {
    if ('bus' in on) return readRule({ rule: filler ?? '', bus: on.bus, queueArn }, by);
    const subscription = filler ?? (await subscriptionTo(on.topic, queueArn, by));
    if (subscription === undefined) return undefined;
    return readSubscription({ subscription, topic: on.topic, queueArn }, by);
  });
}

/** Reads the rule of a tap on a bus. @throws errors of EventBridge */
async function readRule(
  { rule, bus, queueArn }: { readonly rule: string; readonly bus: string; readonly queueArn: string },
  { clients, signal }: ReadBy,
): Promise<Filler> {
  const { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } = await import(
    '@aws-sdk/client-eventbridge'
  );
  const client = clients.clientOf(EventBridgeClient, 'observe', bus);
  const [found, { Targets = [] }] = await Promise.all([
    client.send(new DescribeRuleCommand({ Name: rule, EventBusName: bus }), optionsOf(signal)),
    client.send(new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus }), optionsOf(signal)),
  ]);
  return {
    arn: found.Arn ?? '',
    isOn: found.State === 'ENABLED',
    isAimed: Targets.some(({ Arn }) => Arn === queueArn),
    pattern: parsed(found.EventPattern),
  };
}

/** Reads a subscription to a topic by its ARN. @throws errors of SNS */
async function readSubscription(
  {
    subscription,
    topic,
    queueArn,
  }: { readonly subscription: string; readonly topic: string; readonly queueArn: string },
  { clients, signal }: ReadBy,
): Promise<Filler> {
  if (!subscription.startsWith('arn:')) return { arn: topic, isOn: false, isAimed: true, pattern: undefined };
  const { SNSClient, GetSubscriptionAttributesCommand } = await import('@aws-sdk/client-sns');
  const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription });
  const { Attributes = {} } = await clients
    .clientOf(SNSClient, 'observe', topic)
    .send(command, optionsOf(signal));
  const policy = parsed(Attributes['FilterPolicy']);
  const isOfBodies = policy !== undefined && Attributes['FilterPolicyScope'] === 'MessageBody';
  return {
    arn: topic,
    isOn: Attributes['PendingConfirmation'] !== 'true',
    isAimed: Attributes['Endpoint'] === queueArn,
    pattern: isOfBodies ? { MessageBody: policy } : policy,
  };
}

/** Finds the subscription of a queue to a topic. One that is not confirmed has no ARN, and its word for it is given instead. */
export async function subscriptionTo(
  topic: string,
  queueArn: string,
  { clients }: Pick<ReadBy, 'clients'>,
): Promise<string | undefined> {
  const { paginateListSubscriptionsByTopic, SNSClient } = await import('@aws-sdk/client-sns');
  const client = clients.clientOf(SNSClient, 'observe', topic);
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client },
    { TopicArn: topic },
  )) {
    const found = Subscriptions.find(({ Endpoint }) => Endpoint === queueArn);
    if (found?.SubscriptionArn !== undefined) return found.SubscriptionArn;
  }
  return undefined;
}

/** True if a queue's policy lets a rule or a topic send into it. */
export function letsIn(policy: Json | undefined, arn: string): boolean {
  const { Statement = [] } = (policy ?? {}) as { readonly Statement?: Json };
  return [Statement].flat().some((statement) => {
    const text = JSON.stringify(statement);
    return (
      text.includes('"Effect":"Allow"') &&
      /"(sqs:SendMessage|sqs:\*|SQS:\*)"/.test(text) &&
      text.includes(arn)
    );
  });
}

function parsed(text: string | undefined): Json | undefined {
  return text === undefined || text === '' ? undefined : parseJson(text);
}

function optionsOf(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
