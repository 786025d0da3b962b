import { att, ref, type Section, sub, type Value, when } from './intrinsics.ts';
import { tapEvents, tapVariables } from './taps.ts';

/** What all functions have in common. */
export const GLOBALS: Section = {
  Function: {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    CodeUri: '.',
    KmsKeyArn: when('HasKey', ref('KmsKeyArn')),
  },
};

/** The three functions, their logs, and what calls them. */
export function functionResources(): Readonly<Record<string, Section>> {
  return {
    TickFunction: lambda({
      name: 'Tick',
      description:
        'Each minute: finds the canaries that are due, ends what died, delivers what people have not heard yet.',
      seconds: 55,
      megabytes: 512,
      concurrency: 2,
      variables: { RUN_QUEUE_URL: ref('RunQueue') },
      events: { Tick: tickEvent() },
    }),
    WorkerFunction: lambda({
      name: 'Worker',
      description: 'Runs the canaries that are due, many at once, and tells what came of them.',
      seconds: 900,
      megabytes: 1024,
      concurrency: ref('MostWorkers'),
      variables: { ...tapVariables() },
      events: {
        Runs: {
          Type: 'SQS',
          Properties: {
            Queue: att('RunQueue'),
            BatchSize: ref('CanariesAtOnce'),
            MaximumBatchingWindowInSeconds: 1,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
            ScalingConfig: { MaximumConcurrency: ref('MostWorkers') },
          },
        },
      },
    }),
    WitnessFunction: lambda({
      name: 'Witness',
      description: 'Writes into the journal what the taps bring, by run id.',
      seconds: 30,
      megabytes: 512,
      concurrency: 20,
      variables: { ...tapVariables() },
      events: {},
    }),
    ...tapEvents(),
    ...Object.fromEntries(['Tick', 'Worker', 'Witness'].map((name) => [`${name}Logs`, logs()])),
  };
}

interface LambdaOf {
  readonly name: string;
  readonly description: string;
  readonly seconds: number;
  readonly megabytes: number;
  /** How many may run at a time: a brake on cost. */
  readonly concurrency: Value;
  readonly variables: Section;
  readonly events: Section;
}

function lambda({
  name,
  description,
  seconds,
  megabytes,
  concurrency,
  variables,
  events,
}: LambdaOf): Section {
  return {
    Type: 'AWS::Serverless::Function',
    Metadata: { BuildMethod: 'makefile' },
    Properties: {
      Description: description,
      Role: att(`${name}Role`),
      Timeout: seconds,
      MemorySize: megabytes,
      ReservedConcurrentExecutions: concurrency,
      DeadLetterQueue: { Type: 'SQS', TargetArn: att('TickDlq') },
      // EMF is written to standard output as it is; below INFO it would be dropped (Lambda developer guide, "JSON log format").
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
        LogGroup: ref(`${name}Logs`),
      },
      Environment: {
        Variables: {
          STATE_TABLE: ref('StateTable'),
          ALERT_TOPIC_ARN: ref('AlertTopic'),
          STACK_NAME: ref('AWS::StackName'),
          STEP_METRICS: ref('StepMetrics'),
          ...(name === 'Tick' ? { HEARTBEAT_URL: ref('HeartbeatUrl') } : {}),
          ...variables,
        },
      },
      ...(Object.keys(events).length === 0 ? {} : { Events: events }),
    },
  };
}

/** A cron aligns to the minute, where a rate would begin whenever the schedule was made; a stale tick is worth nothing. */
function tickEvent(): Section {
  return {
    Type: 'ScheduleV2',
    Properties: {
      Description: sub('Coalmine (${AWS::StackName}): look now.'),
      ScheduleExpression: 'cron(* * * * ? *)',
      OmitName: true,
      FlexibleTimeWindow: { Mode: 'OFF' },
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 },
      DeadLetterConfig: { Arn: att('TickDlq') },
      RoleArn: att('SchedulerRole'),
      Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
    },
  };
}

function logs(): Section {
  return {
    Type: 'AWS::Logs::LogGroup',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      RetentionInDays: ref('LogRetentionDays'),
      LogGroupClass: 'STANDARD', // the other class extracts no metrics
      KmsKeyId: when('HasKey', ref('KmsKeyArn')),
    },
  };
}
