import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { addressOf } from '../../core/aws/feed.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Project, TapDefinition } from '../../core/model/project.ts';
import { leaseTableOf } from '../../core/taps/lease-table.ts';
import type { AwsClients } from '../aws/clients.ts';
import { unlessMissing } from '../aws/errors.ts';
import { createTable, deleteTable, LEASE_TABLE } from '../dynamodb/schema.ts';
import { subscriptionTo } from './tap-filler.ts';
import { tapNameOf } from './tap-name.ts';
import { patternOf } from './tap-pattern.ts';

export interface TapStackOf {
  readonly clients: AwsClients;
  /** With the references of its taps filled in. */
  readonly project: Project;
  /** Name of a personal tap, in addition to those of the project. */
  readonly as?: string;
}

/** State of one tap in the account. */
export interface TapState {
  readonly name: string;
  readonly on: TapDefinition['on'];
  /** True when its queue, and its rule or subscription, are there. */
  readonly exists: boolean;
}

/** Makes, shows and removes the taps of a project in an account; doing it twice changes nothing. */
export interface TapStack {
  make(): Promise<readonly TapState[]>;
  show(): Promise<readonly TapState[]>;
  remove(): Promise<readonly TapState[]>;
}

interface Tap {
  readonly name: string;
  readonly definition: TapDefinition;
}

/** Clients of the region of a tap's source, which is also that of its queue. */
interface RegionClients {
  readonly clients: AwsClients;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
}

const OUR_TAG = 'coalmine:tap';
const KEPT_SECONDS = '3600'; // messages that no run fetched within an hour are stale

/** The taps that a project's file lists. */
export function tapStack({ clients, project, as }: TapStackOf): TapStack {
  const taps = project.taps.map(
    (definition): Tap => ({
      definition,
      name: tapNameOf({ project: project.name, on: definition.on, ...omitUndefined({ as }) }),
    }),
  );
  const leaseTable = leaseTableOf(project.name);
  const each = async (
    work: (tap: Tap, made: RegionClients) => Promise<boolean>,
  ): Promise<readonly TapState[]> => {
    return Promise.all(
      taps.map(async (tap) => {
        const { name, definition } = tap;
        const made = await clientsFor(addressOf(definition.on), clients);
        return { name, on: definition.on, exists: await work(tap, made) };
      }),
    );
  };
  return {
    make: async () => {
      await createTable(clients, leaseTable, LEASE_TABLE);
      return each((tap, made) => makeTap(tap, made, project));
    },
    show: () => each(isThere),
    remove: async () => {
      const states = await each(removeTap);
      if (as === undefined) await deleteTable(clients, leaseTable);
      return states;
    },
  };
}

async function makeTap({ name, definition }: Tap, made: RegionClients, project: Project): Promise<boolean> {
  const queue = await makeQueue(name, made.sqs);
  if ('bus' in definition.on)
    await listenToBus(name, queue.arn, { definition, made, project, bus: definition.on.bus });
  else await listenToTopic(queue.arn, definition, { made, project, topic: definition.on.topic });
  const { SetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const Policy = JSON.stringify(await policyFor(name, queue.arn, { definition, made }));
  await made.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy, DelaySeconds: '0' } }),
  );
  return true;
}

async function makeQueue(
  name: string,
  sqs: SQSClient,
): Promise<{ readonly url: string; readonly arn: string }> {
  const { CreateQueueCommand, GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const Attributes = { MessageRetentionPeriod: KEPT_SECONDS, SqsManagedSseEnabled: 'true' };
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes, tags: { [OUR_TAG]: name } }),
  );
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes: found = {} } = await sqs.send(asked);
  return { url: QueueUrl, arn: found['QueueArn'] ?? '' };
}

interface TapSource {
  readonly definition: TapDefinition;
  readonly made: RegionClients;
  readonly project: Project;
  readonly bus: string;
}

async function listenToBus(
  name: string,
  queueArn: string,
  { definition, made, project, bus }: TapSource,
): Promise<void> {
  const { PutRuleCommand, PutTargetsCommand } = await import('@aws-sdk/client-eventbridge');
  const rule = { Name: name, EventBusName: bus };
  await made.events.send(
    new PutRuleCommand({
      ...rule,
      EventPattern: JSON.stringify(patternOf(definition, project.correlation.field)),
      State: 'ENABLED',
      Description: 'Coalmine: hands the events of canary runs to the runner. Made by coalmine tap.',
    }),
  );
  const { FailedEntries = [] } = await made.events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: 'tap', Arn: queueArn }] }),
  );
  const [failed] = FailedEntries;
  if (failed !== undefined)
    throw new DefinitionError(
      `The tap's queue could not be made the target of rule ${name}: ${failed.ErrorCode}.`,
    );
}

async function listenToTopic(
  queueArn: string,
  definition: TapDefinition,
  { made, project, topic }: Omit<TapSource, 'definition' | 'bus'> & { readonly topic: string },
): Promise<void> {
  const { SetSubscriptionAttributesCommand, SubscribeCommand } = await import('@aws-sdk/client-sns');
  const filter = patternOf(definition, project.correlation.field);
  const FilterPolicy = JSON.stringify(filter ?? {});
  const existing = await subscriptionTo(topic, queueArn, { clients: made.clients });
  if (existing === undefined) {
    const Attributes = filter === undefined ? {} : { FilterPolicy };
    const to = { TopicArn: topic, Protocol: 'sqs', Endpoint: queueArn };
    await made.sns.send(new SubscribeCommand({ ...to, Attributes, ReturnSubscriptionArn: true }));
    return;
  }
  // SNS refuses to subscribe again with other attributes (SNS API, Subscribe).
  const wanted = { FilterPolicyScope: 'MessageAttributes', FilterPolicy, RawMessageDelivery: 'false' };
  for (const [AttributeName, AttributeValue] of Object.entries(wanted))
    await made.sns.send(
      new SetSubscriptionAttributesCommand({ SubscriptionArn: existing, AttributeName, AttributeValue }),
    );
}

/** Only the rule or the topic may write into the queue. */
async function policyFor(
  name: string,
  queueArn: string,
  { definition: { on }, made }: { readonly definition: TapDefinition; readonly made: RegionClients },
): Promise<Json> {
  const source = 'bus' in on ? await ruleArn(name, on.bus, made.events) : on.topic;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'bus' in on ? 'events.amazonaws.com' : 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': source } },
      },
    ],
  };
}

async function ruleArn(name: string, bus: string, events: EventBridgeClient): Promise<string> {
  const { DescribeRuleCommand } = await import('@aws-sdk/client-eventbridge');
  const { Arn = '' } = await events.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }));
  return Arn;
}

async function isThere(
  { name, definition: { on } }: Tap,
  { sqs, events, clients }: RegionClients,
): Promise<boolean> {
  const { DescribeRuleCommand } = await import('@aws-sdk/client-eventbridge');
  const queue = await unlessMissing(async () => queueOf(name, sqs));
  if (queue === undefined) return false;
  if ('topic' in on) return (await subscriptionTo(on.topic, queue.arn, { clients })) !== undefined;
  return (
    (await unlessMissing(async () =>
      events.send(new DescribeRuleCommand({ Name: name, EventBusName: on.bus })),
    )) !== undefined
  );
}

async function removeTap(
  { name, definition: { on } }: Tap,
  { clients, sqs, sns, events }: RegionClients,
): Promise<boolean> {
  const { DeleteRuleCommand, RemoveTargetsCommand } = await import('@aws-sdk/client-eventbridge');
  const { UnsubscribeCommand } = await import('@aws-sdk/client-sns');
  const { DeleteQueueCommand, ListQueueTagsCommand } = await import('@aws-sdk/client-sqs');
  const queue = await unlessMissing(async () => queueOf(name, sqs));
  if ('bus' in on) {
    const rule = { EventBusName: on.bus };
    await unlessMissing(async () =>
      events.send(new RemoveTargetsCommand({ ...rule, Rule: name, Ids: ['tap'] })),
    );
    await unlessMissing(async () => events.send(new DeleteRuleCommand({ ...rule, Name: name })));
  }
  if (queue === undefined) return false;
  const subscription = 'topic' in on ? await subscriptionTo(on.topic, queue.arn, { clients }) : undefined;
  if (subscription !== undefined) await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
  const { Tags = {} } = await sqs.send(new ListQueueTagsCommand({ QueueUrl: queue.url }));
  if (Tags[OUR_TAG] !== name)
    throw new DefinitionError(
      `The queue ${name} was not made by coalmine tap, so it stays. Remove it by hand.`,
    );
  await sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
  return false;
}

async function queueOf(
  name: string,
  sqs: SQSClient,
): Promise<{ readonly url: string; readonly arn: string }> {
  const { GetQueueAttributesCommand, GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return { url: QueueUrl, arn: Attributes['QueueArn'] ?? '' };
}

async function clientsFor(address: string, clients: AwsClients): Promise<RegionClients> {
  const [{ SQSClient: Sqs }, { SNSClient: Sns }, { EventBridgeClient: Events }] = await Promise.all([
    import('@aws-sdk/client-sqs'),
    import('@aws-sdk/client-sns'),
    import('@aws-sdk/client-eventbridge'),
  ]);
  return {
    clients,
    sqs: clients.clientOf(Sqs, 'observe', address),
    sns: clients.clientOf(Sns, 'observe', address),
    events: clients.clientOf(Events, 'observe', address),
  };
}
