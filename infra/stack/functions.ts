import { WORKER_SECONDS } from '../../runner/deploy/fleet.ts';
import { type FunctionName, logicalNameOf } from '../../runner/deploy/functions.ts';
import { att, ref, type Section, sub, type Value, when } from '../../runner/deploy/intrinsics.ts';
import { VARIABLES } from '../../runner/lambda/deployed-settings.ts';
import { INBOX_URL } from './inbox.ts';
import { SITE_BUCKET } from './site.ts';
import { skipped } from './skipped.ts';
import { tapEvents, tapVariables } from './taps.ts';

/** The code of a built function: the path of its folder, or its place in a bucket. */
export type CodeOf = (name: FunctionName) => Value;

/** Properties of all functions. */
export function globals(codeOf: CodeOf | undefined): Section {
  return {
    Function: {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      ...(codeOf === undefined ? { CodeUri: '.' } : {}),
      KmsKeyArn: when('HasKey', ref('KmsKeyArn')),
    },
  };
}

/** A name derived from the stack's: messages link to it, and the functions cannot depend on the dashboard, which shows their own alarms. */
export const DASHBOARD_NAME: Value = sub('${AWS::StackName}-${AWS::Region}');

/** Variables that references read, by the parameter that each is filled from. */
type Variables = Readonly<Record<string, string>>;

/** The functions, their logs, and their triggers. */
export function functionResources(
  references: Variables,
  { codeOf, functions }: { readonly codeOf: CodeOf | undefined; readonly functions: readonly FunctionName[] },
): Readonly<Record<string, Section>> {
  const read = Object.fromEntries(
    Object.entries(references).map(([name, parameter]) => [name, ref(parameter)]),
  );
  const hasInbox = functions.includes('inbox');
  return {
    TickFunction: tickFunction(read, codeOf),
    WorkerFunction: workerFunction(hasInbox ? { ...read, [VARIABLES.inboxUrl]: INBOX_URL } : read, codeOf),
    TapReaderFunction: lambda({
      name: 'tap-reader',
      codeOf,
      description: 'Writes into the journal what the taps bring, by run id.',
      seconds: 30,
      megabytes: 512,
      concurrency: 20,
      variables: { ...read, ...tapVariables() },
      events: {},
    }),
    ...(hasInbox ? { InboxFunction: inboxFunction(codeOf) } : {}),
    ...tapEvents(),
    ...Object.fromEntries(functions.map((name) => [`${logicalNameOf(name)}Logs`, logs()])),
  };
}

function tickFunction(read: Section, codeOf: CodeOf | undefined): Section {
  return lambda({
    name: 'tick',
    codeOf,
    description:
      'Each minute: queues the canaries that are due, ends runs whose worker died, delivers notices that are due. Writes the pages of the state, if asked.',
    seconds: 55,
    megabytes: 512,
    concurrency: 2,
    variables: {
      ...read,
      [VARIABLES.runQueueUrl]: ref('RunQueue'),
      [VARIABLES.alertTopicArn]: ref('AlertTopic'),
      [VARIABLES.dashboard]: DASHBOARD_NAME,
      [VARIABLES.allowShrink]: ref('AllowShrink'),
      [VARIABLES.heartbeatUrl]: ref('HeartbeatUrl'),
      [VARIABLES.siteBucket]: SITE_BUCKET,
    },
    events: { Tick: tickEvent() },
  });
}

function workerFunction(read: Section, codeOf: CodeOf | undefined): Section {
  return lambda({
    name: 'worker',
    codeOf,
    description: 'Runs the canaries that are due, many at once, and records and reports their results.',
    seconds: WORKER_SECONDS,
    megabytes: 1024,
    concurrency: ref('MostWorkers'),
    variables: {
      ...read,
      ...tapVariables(),
      [VARIABLES.runQueueUrl]: ref('RunQueue'),
      [VARIABLES.alertTopicArn]: ref('AlertTopic'),
      [VARIABLES.dashboard]: DASHBOARD_NAME,
      [VARIABLES.stepMetrics]: ref('StepMetrics'),
    },
    network: {
      VpcConfig: when('HasVpc', {
        SubnetIds: { 'Fn::Split': [',', ref('SubnetIds')] },
        SecurityGroupIds: { 'Fn::Split': [',', ref('SecurityGroupIds')] },
      }),
    },
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
  });
}

/** Its concurrency is a brake on the cost of a flood, which takes none of that of the others. */
function inboxFunction(codeOf: CodeOf | undefined): Section {
  return lambda({
    name: 'inbox',
    codeOf,
    description: 'Writes into the journal what systems send to the inboxes of runs, and answers.',
    seconds: 10,
    megabytes: 512,
    concurrency: 20,
    variables: {},
    events: {},
  });
}

/** A rule of checkov that is not for us. */
const NO_VPC = {
  CKV_AWS_117:
    'Only the worker is in a VPC, if SubnetIds names one: NAT gateways are one more thing to fail between an outage and its alarm.',
};

interface LambdaOf {
  readonly name: FunctionName;
  readonly codeOf: CodeOf | undefined;
  readonly description: string;
  readonly seconds: number;
  readonly megabytes: number;
  /** Limit of concurrent invocations: a brake on cost. */
  readonly concurrency: Value;
  readonly variables: Section;
  readonly network?: Section;
  readonly events: Section;
}

function lambda({
  name,
  codeOf,
  description,
  seconds,
  megabytes,
  concurrency,
  variables,
  network = {},
  events,
}: LambdaOf): Section {
  const logical = logicalNameOf(name);
  return {
    Type: 'AWS::Serverless::Function',
    Metadata: { ...(codeOf === undefined ? { BuildMethod: 'makefile' } : {}), ...skipped(NO_VPC) },
    Properties: {
      Description: description,
      ...(codeOf === undefined ? {} : { CodeUri: codeOf(name) }),
      Role: att(`${logical}Role`),
      Timeout: seconds,
      MemorySize: megabytes,
      ReservedConcurrentExecutions: concurrency,
      ...network,
      DeadLetterQueue: { Type: 'SQS', TargetArn: att('TickDlq') },
      // A late tick is useless: the next minute's does the same.
      EventInvokeConfig: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      // EMF is written to standard output as it is; below INFO it would be dropped (Lambda developer guide, "JSON log format").
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
        LogGroup: ref(`${logical}Logs`),
      },
      Environment: {
        Variables: {
          [VARIABLES.table]: ref('StateTable'),
          [VARIABLES.stack]: ref('AWS::StackName'),
          ...variables,
        },
      },
      ...(Object.keys(events).length === 0 ? {} : { Events: events }),
    },
  };
}

/** A cron aligns to the minute; a rate would begin when the schedule was created. A stale tick is useless. */
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
