import type { Project } from '../../runner/core/project.ts';
import { CORRELATION_PREFIX } from '../../runner/core/trace.ts';
import { allow, att, ref, type Section, sub, type Value, when } from '../../runner/deploy/intrinsics.ts';
import { TAP_VARIABLE } from '../../runner/lambda/deployed-settings.ts';
import { MOST_TAPS, nth } from './parameters.ts';
import { queue, queuePolicy } from './queues.ts';

const KEPT_SECONDS = 3_600; // what no run fetched within an hour, no run will
const WITNESS_SECONDS = 30;

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
    ...BUS_TAPS.flatMap((tap) => busTap(tap, patternOf(project))),
    ...TOPIC_TAPS.flatMap(topicTap),
  ]);
}

/** What tells the functions which taps there are: the address, the queue's URL, and a bus's rule; or nothing. */
export function tapVariables(): Section {
  return Object.fromEntries([
    ...BUS_TAPS.map((tap, index) => [
      `${TAP_VARIABLE}BUS_${index + 1}`,
      words(tap, [att(`${tap.name}Rule`)]),
    ]),
    ...TOPIC_TAPS.map((tap, index) => [`${TAP_VARIABLE}TOPIC_${index + 1}`, words(tap, [])]),
  ]) as Section;
}

function words({ on, queue: name, condition }: Tap, more: readonly Value[]): Value {
  return { 'Fn::If': [condition, { 'Fn::Join': ['|', [on, ref(name), ...more]] }, ''] };
}

/** The statements by which a function may use the taps' queues. */
export function onTapQueues(actions: readonly string[]): readonly Value[] {
  return TAPS.map(({ queue: name, condition }) => when(condition, allow(actions, att(name))));
}

/** The statement by which a worker may ask whether the rules of the taps are switched on. */
export function onTapRules(): readonly Value[] {
  return BUS_TAPS.map(({ name, condition }) =>
    when(condition, allow('events:DescribeRule', att(`${name}Rule`))),
  );
}

/** What brings the taps' messages to the witness. */
export function tapEvents(): Readonly<Record<string, Section>> {
  return Object.fromEntries(
    TAPS.map(({ name, queue: source, condition }) => [
      `${name}Source`,
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Condition: condition,
        Properties: {
          EventSourceArn: att(source),
          FunctionName: ref('WitnessFunction'),
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
      Description: sub('Coalmine (${AWS::StackName}): hands the events of canary runs to the witness.'),
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

function topicTap({ name, queue: queueName, condition, on }: Tap): readonly (readonly [string, Section])[] {
  const subscription: Section = {
    Type: 'AWS::SNS::Subscription',
    Condition: condition,
    Properties: {
      TopicArn: on,
      Protocol: 'sqs',
      Endpoint: att(queueName),
      FilterPolicy: { correlationId: [{ prefix: CORRELATION_PREFIX }] },
      RedrivePolicy: { deadLetterTargetArn: att('TapDlq') },
    },
  };
  return [
    [queueName, tapQueue(condition)],
    [
      `${name}QueuePolicy`,
      queuePolicy({ queue: queueName, service: 'sns.amazonaws.com', from: on, condition }),
    ],
    [`${name}Subscription`, subscription],
  ];
}

function tapQueue(condition: string): Section {
  return queue({
    keptSeconds: KEPT_SECONDS,
    hiddenSeconds: 6 * WITNESS_SECONDS, // six times the function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS")
    redrive: { to: 'TapDlq', after: 3 },
    condition,
  });
}

/** Which buses there will be is decided when the stack is deployed: a pattern of a tap's own is added to those of all. */
function patternOf({ correlation, taps }: Pick<Project, 'correlation' | 'taps'>): Value {
  const path = ['detail', ...correlation.field.split('.')];
  const ours = nested(path, [{ prefix: CORRELATION_PREFIX }]);
  const theirs = taps.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern as Value]));
  return theirs.length === 0 ? ours : { $or: [ours, ...theirs] };
}

function nested(path: readonly string[], leaf: Value): Value {
  return path.reduceRight<Value>((inside, key) => ({ [key]: inside }), leaf);
}
