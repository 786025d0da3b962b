import { stackPatternOf } from '../../runner/adapters/taps/tap-pattern.ts';
import type { Project } from '../../runner/core/model/project.ts';
import { PROBE } from '../../runner/core/taps/probe.ts';
import { allow, att, ref, type Section, sub, type Value, when } from '../../runner/deploy/intrinsics.ts';
import { TAP_VARIABLE } from '../../runner/lambda/deployed-settings.ts';
import { MOST_TAPS, nth } from './parameters.ts';
import { queue, queuePolicy } from './queues.ts';

const KEPT_SECONDS = 3_600; // messages that no run fetched within an hour are stale
const TAP_READER_SECONDS = 30;

/** The places in the lists of buses and topics, from 1. */
const PLACES = Array.from({ length: MOST_TAPS }, (_, index) => index + 1);

/** A tap's logical names: its queue, and the condition under which it is there. */
interface Tap {
  readonly name: string;
  readonly queue: string;
  readonly condition: string;
  readonly on: Value;
}

const BUS_TAPS: readonly Tap[] = PLACES.map((place) => tapOf('Bus', 'Buses', place));
const TOPIC_TAPS: readonly Tap[] = PLACES.map((place) => tapOf('Topic', 'Topics', place));

/** Every tap that a stack can have. */
export const TAPS: readonly Tap[] = [...BUS_TAPS, ...TOPIC_TAPS];

/** Queues, and the rules and subscriptions that fill them. */
export function tapResources(
  project: Pick<Project, 'correlation' | 'taps'>,
): Readonly<Record<string, Section>> {
  return Object.fromEntries([
    ...BUS_TAPS.flatMap((tap) => busTap(tap, stackPatternOf('bus', project) as Value)),
    ...TOPIC_TAPS.flatMap((tap) => topicTap(tap, stackPatternOf('topic', project) as Value | undefined)),
  ]);
}

/** Variables that name the taps to the functions: the address, the queue's URL, and the rule or subscription; or nothing. */
export function tapVariables(): Section {
  return Object.fromEntries([
    ...BUS_TAPS.map((tap, index) => [`${TAP_VARIABLE}BUS_${index + 1}`, words(tap, att(`${tap.name}Rule`))]),
    ...TOPIC_TAPS.map((tap, index) => [
      `${TAP_VARIABLE}TOPIC_${index + 1}`,
      words(tap, ref(`${tap.name}Subscription`)),
    ]),
  ]) as Section;
}

function words({ on, queue: name, condition }: Tap, filler: Value): Value {
  return { 'Fn::If': [condition, { 'Fn::Join': ['|', [on, ref(name), filler]] }, ''] };
}

/** The statements by which a function may use the taps' queues. */
export function onTapQueues(actions: readonly string[]): readonly Value[] {
  return TAPS.map(({ queue: name, condition }) => when(condition, allow(actions, att(name))));
}

/**
 * The statements by which a worker may inspect the taps, and send probes over the buses: nothing but probes. SNS has no resource type for a
 * subscription (Service Authorization Reference).
 */
export function onTapFillers(): readonly Value[] {
  const [{ condition: anyTopic } = { condition: '' }] = TOPIC_TAPS;
  return [
    ...BUS_TAPS.flatMap(({ name, condition, on }) => [
      when(condition, allow(['events:DescribeRule', 'events:ListTargetsByRule'], att(`${name}Rule`))),
      when(condition, allow('events:PutEvents', busArn(on), { StringEquals: { 'events:source': PROBE } })),
    ]),
    when(anyTopic, allow('sns:GetSubscriptionAttributes', '*')),
  ];
}

function busArn(on: Value): Value {
  const prefix = sub('arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus');
  return { 'Fn::Join': ['/', [prefix, on]] };
}

/** The event sources of the tap reader. */
export function tapEvents(): Readonly<Record<string, Section>> {
  return Object.fromEntries(
    TAPS.map(({ name, queue: source, condition }) => [
      `${name}Source`,
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Condition: condition,
        Properties: {
          EventSourceArn: att(source),
          FunctionName: ref('TapReaderFunction'),
          BatchSize: 10,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      },
    ]),
  );
}

function tapOf(sort: string, list: 'Buses' | 'Topics', place: number): Tap {
  const name = `${sort}Tap${place}`;
  return { name, queue: `${name}Queue`, condition: `Has${sort}${place}`, on: nth(list, place) };
}

function busTap(
  { name, queue: queueName, condition, on }: Tap,
  pattern: Value,
): readonly (readonly [string, Section])[] {
  const rule: Section = {
    Type: 'AWS::Events::Rule',
    Condition: condition,
    Properties: {
      Description: sub('Coalmine (${AWS::StackName}): hands the events of canary runs to the tap reader.'),
      EventBusName: on,
      EventPattern: pattern,
      Targets: [{ Id: 'tap', Arn: att(queueName), DeadLetterConfig: { Arn: att('TapDlq') } }],
    },
  };
  return [
    [queueName, tapQueue(condition)],
    [
      `${name}QueuePolicy`,
      queuePolicy({ queue: queueName, service: 'events.amazonaws.com', from: att(`${name}Rule`), condition }),
    ],
    [`${name}Rule`, rule],
  ];
}

function topicTap(
  { name, queue: queueName, condition, on }: Tap,
  filter: Value | undefined,
): readonly (readonly [string, Section])[] {
  const subscription: Section = {
    Type: 'AWS::SNS::Subscription',
    Condition: condition,
    Properties: {
      TopicArn: on,
      Protocol: 'sqs',
      Endpoint: att(queueName),
      ...(filter === undefined ? {} : { FilterPolicy: filter, FilterPolicyScope: 'MessageAttributes' }),
      // A topic may lie in another region, and in another account.
      Region: partOf(on, 3),
      // A dead-letter queue must be in the region of the subscription (Amazon SNS developer guide, "Dead-letter queues").
      RedrivePolicy: when(`${condition}Here`, { deadLetterTargetArn: att('TapDlq') }),
    },
  };
  return [
    [queueName, tapQueue(condition)],
    [
      `${name}QueuePolicy`,
      queuePolicy({
        queue: queueName,
        service: 'sns.amazonaws.com',
        from: on,
        account: partOf(on, 4),
        condition,
      }),
    ],
    [`${name}Subscription`, subscription],
  ];
}

/** Conditions by name, each true if its topic lies in the stack's own region. */
export function topicConditions(): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    TOPIC_TAPS.map(({ condition, on }) => [
      `${condition}Here`,
      { 'Fn::Equals': [partOf(on, 3), ref('AWS::Region')] },
    ]),
  );
}

/** A part of a topic's ARN, from 0; an empty text if there is no topic. */
function partOf(arn: Value, part: number): Value {
  const padded = { 'Fn::Join': ['', [arn, ':'.repeat(part)]] };
  return { 'Fn::Select': [part, { 'Fn::Split': [':', padded] }] };
}

function tapQueue(condition: string): Section {
  return queue({
    keptSeconds: KEPT_SECONDS,
    hiddenSeconds: 6 * TAP_READER_SECONDS, // six times the function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS")
    redrive: { to: 'TapDlq', after: 3 },
    condition,
  });
}
