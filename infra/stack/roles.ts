import { RUNNING_INDEX, TODO_INDEX } from '../../runner/adapters/dynamodb/schema.ts';
import { allow, att, ref, type Section, sub, type Value, when } from '../../runner/deploy/intrinsics.ts';
import type { Need } from '../../runner/deploy/needs.ts';
import { statementsOf } from '../../runner/deploy/statements.ts';
import { boundaryOf } from './boundary.ts';
import { ON_SITE } from './site.ts';
import { onTapFillers, onTapQueues } from './taps.ts';

/** Needs of a project's canaries and channels, for the roles that act for them. */
export interface RolesFor {
  readonly canaries: readonly Need[];
  readonly channels: readonly Need[];
  readonly taps: readonly Need[];
  readonly readsSecrets: boolean;
}

const TABLE = att('StateTable');

/** Permissions on slots, results and alerts; readers of pending work use one index more. */
function onState(more: readonly string[], indexes: readonly string[]): readonly Value[] {
  const calls = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];
  return [
    allow([...calls, ...more].toSorted(), TABLE),
    allow(
      'dynamodb:Query',
      indexes.map((index) => sub(`\${StateTable.Arn}/index/${index}`)),
    ),
  ];
}

/** Permissions for a customer's key. */
const WITH_KEY: Value = when('HasKey', allow(['kms:Decrypt', 'kms:GenerateDataKey'], ref('KmsKeyArn')));

/** Lambda puts failed events there, in the name of the function. */
const ON_DEAD_LETTERS: Value = allow('sqs:SendMessage', att('TickDlq'));

const IN_NETWORK = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
] as const;
const ABOUT_NETWORK = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'] as const;

/**
 * Lambda's actions on the network of the worker, in the worker's name. The worker's own code is denied them (AWS Lambda developer guide,
 * "Giving Lambda functions access to resources in an Amazon VPC"). A shared subnet lies in another account.
 */
const ON_NETWORK: readonly Value[] = [
  allow(ABOUT_NETWORK, '*'),
  allow(IN_NETWORK, sub('arn:${AWS::Partition}:ec2:${AWS::Region}:*:*/*')),
  {
    Effect: 'Deny',
    Action: [...IN_NETWORK, ...ABOUT_NETWORK],
    Resource: '*',
    Condition: {
      ArnLike: {
        'lambda:SourceFunctionArn': sub(
          'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*',
        ),
      },
    },
  },
].map((statement) => when('HasVpc', statement));

/** Every role of the stack: one for each function, and one for the scheduler. */
export function roles({
  canaries,
  channels,
  taps,
  readsSecrets,
}: RolesFor): Readonly<Record<string, Section>> {
  const reading = readsSecrets ? [when('HasSecretsKey', allow('kms:Decrypt', ref('SecretsKeyArn')))] : [];
  const notifying = statementsOf(channels);
  const worker = [
    onLogs('WorkerLogs'),
    ...onState(['dynamodb:BatchGetItem', 'dynamodb:DeleteItem'], [RUNNING_INDEX, TODO_INDEX]),
    allow([...POLLED, 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'], att('RunQueue')),
    ON_DEAD_LETTERS,
    ...onTapQueues(['sqs:GetQueueAttributes', 'sqs:SendMessage']),
    ...onTapFillers(),
    ...notifying,
    ...statementsOf(canaries),
    ...reading,
    WITH_KEY,
  ];
  return {
    SchedulerRole: role('scheduler.amazonaws.com', [
      allow('lambda:InvokeFunction', att('TickFunction')),
      ON_DEAD_LETTERS,
      WITH_KEY,
    ]),
    TickRole: role('lambda.amazonaws.com', [
      onLogs('TickLogs'),
      ...onState(['dynamodb:BatchGetItem', 'dynamodb:DeleteItem'], [RUNNING_INDEX, TODO_INDEX]),
      allow('sqs:SendMessage', att('RunQueue')),
      ON_DEAD_LETTERS,
      ...ON_SITE,
      ...notifying,
      ...reading,
      WITH_KEY,
    ]),
    WorkerRole: role('lambda.amazonaws.com', [...worker, ...ON_NETWORK], ref('WorkerBoundary')),
    WorkerBoundary: boundaryOf(worker, [...canaries, ...channels], ON_NETWORK),
    TapReaderRole: role('lambda.amazonaws.com', [
      onLogs('TapReaderLogs'),
      allow('dynamodb:BatchWriteItem', TABLE),
      ON_DEAD_LETTERS,
      ...onTapQueues(POLLED),
      ...statementsOf(taps),
      ...(taps.length > 0 ? reading : []),
      WITH_KEY,
    ]),
  };
}

/** The role of the inbox function, with its statement on the table. */
export function inboxRole(onTable: Value): Section {
  return role('lambda.amazonaws.com', [onLogs('InboxLogs'), onTable, ON_DEAD_LETTERS, WITH_KEY]);
}

/** Lambda's actions on a queue, in the name of the function that it feeds from it. */
const POLLED = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'] as const;

/** A role that one service may take, in this account only; under the deployer's boundary, or else one of the stack's own. */
function role(service: string, statements: readonly Value[], boundary: Value = ref('AWS::NoValue')): Section {
  const inThisAccount = { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: service },
            Action: 'sts:AssumeRole',
            ...(service === 'scheduler.amazonaws.com' ? { Condition: inThisAccount } : {}),
          },
        ],
      },
      PermissionsBoundary: { 'Fn::If': ['HasBoundary', ref('PermissionsBoundary'), boundary] },
      Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  };
}

function onLogs(group: string): Value {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], sub(`\${${group}.Arn}`));
}
