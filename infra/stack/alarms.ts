import { FUNCTIONS, type FunctionName, logicalNameOf } from '../../runner/deploy/functions.ts';
import { att, ref, type Section, type Value } from '../../runner/deploy/intrinsics.ts';

const MINUTE = 60;

/** A metric of AWS's own, of one resource of this stack. */
interface AwsMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimension: string;
  readonly of: Value;
}

interface AlarmOf {
  readonly description: string;
  readonly threshold: number;
  readonly comparison?: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly statistic?: 'Sum' | 'Maximum';
  readonly periods?: number;
  readonly missing?: 'breaching' | 'notBreaching';
}

/** Alarms on Coalmine itself; the alarm on the canaries is a safety net below their own notices. */
export function alarmResources(
  functions: readonly FunctionName[] = FUNCTIONS,
): Readonly<Record<string, Section>> {
  return {
    CanaryFailing: anyCanary(),
    NoHeartbeat: alarm(health('Heartbeat'), {
      description:
        'The tick has not completed for five minutes: nothing is watched. Look at the errors of the tick function, and at its dead-letter queue.',
      threshold: 1,
      comparison: 'LessThanThreshold',
      periods: 5,
      missing: 'breaching',
    }),
    UndeliveredNotices: alarm(health('UndeliveredNotices'), {
      description:
        'A notice was not delivered: no channel accepted it. coalmine history shows what happened; coalmine alert test shows what is wrong with a channel.',
      threshold: 0,
      statistic: 'Maximum',
    }),
    MissedSlots: alarm(health('MissedSlots'), {
      description:
        'Canaries did not run when they should have. Look at the age of messages in the run queue, and raise MostWorkers.',
      threshold: 0,
      periods: 3,
    }),
    TapReaderLate: alarm(health('TapReaderLag'), {
      description:
        'Events and messages reach the journal more than 30 seconds late, so canaries may fail for no fault of what they watch.',
      threshold: 30,
      statistic: 'Maximum',
      periods: 3,
    }),
    ...Object.fromEntries(functions.map(logicalNameOf).flatMap(functionAlarms)),
    ...Object.fromEntries(['RunDlq', 'TickDlq', 'TapDlq'].map(queueAlarm)),
  };
}

/** Logical names of the alarms of every stack, in the order of the dashboard. */
export const ALARM_NAMES: readonly string[] = Object.keys(alarmResources());

/** One alarm for the whole fleet: a canary that is new joins by itself, and each that fails is a contributor of its own. */
function anyCanary(): Section {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription:
        'At least one canary fails in two of three minutes. Its contributors say which; the notice of the canary says why.',
      Metrics: [
        {
          Id: 'failing',
          Label: 'failing canaries',
          Expression: 'SELECT MAX(Failed) FROM SCHEMA("Coalmine", CanaryName) GROUP BY CanaryName',
          Period: MINUTE,
          ReturnData: true,
        },
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      ...actions(),
    },
  };
}

function health(metric: string): AwsMetric {
  return { namespace: 'Coalmine', metric, dimension: 'Stack', of: ref('AWS::StackName') };
}

function functionAlarms(name: string): readonly (readonly [string, Section])[] {
  const metric = (metricName: string): AwsMetric => ({
    namespace: 'AWS/Lambda',
    metric: metricName,
    dimension: 'FunctionName',
    of: ref(`${name}Function`),
  });
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return [
    [
      `${name}Errors`,
      alarm(metric('Errors'), {
        description: `The ${words} function fails. Its log group says why.`,
        threshold: 0,
        periods: 3,
      }),
    ],
    [
      `${name}Throttles`,
      alarm(metric('Throttles'), {
        description: `The ${words} function is throttled: its concurrency, or the account's, is used up.`,
        threshold: 0,
        periods: 3,
      }),
    ],
  ];
}

function queueAlarm(queue: string): readonly [string, Section] {
  const metric: AwsMetric = {
    namespace: 'AWS/SQS',
    metric: 'ApproximateNumberOfMessagesVisible',
    dimension: 'QueueName',
    of: att(queue, 'QueueName'),
  };
  const description = `Something could not be handled and lies in ${queue}. Read its messages, fix the cause, then redrive or purge it.`;
  return [`${queue}Depth`, alarm(metric, { description, threshold: 0, statistic: 'Maximum' })];
}

function alarm(
  { namespace, metric, dimension, of }: AwsMetric,
  {
    description,
    threshold,
    comparison = 'GreaterThanThreshold',
    statistic = 'Sum',
    periods = 1,
    missing = 'notBreaching',
  }: AlarmOf,
): Section {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: description,
      Namespace: namespace,
      MetricName: metric,
      Dimensions: [{ Name: dimension, Value: of }],
      Statistic: statistic,
      Period: MINUTE,
      EvaluationPeriods: periods,
      Threshold: threshold,
      ComparisonOperator: comparison,
      TreatMissingData: missing,
      ...actions(),
    },
  };
}

function actions(): Section {
  return { AlarmActions: [ref('AlertTopic')], OKActions: [ref('AlertTopic')] };
}
