import { allow, att, ref, type Section, sub, type Value, when } from './intrinsics.ts';
import { onTapQueues, onTapRules } from './taps.ts';

/** What a canary's steps need, as `coalmine iam` says it: an action, and what it is needed on. */
export interface Needed {
  readonly action: string;
  readonly resource: Value;
}

/** A role that one service may take, in this account only. */
function role(service: string, statements: readonly Value[], more: Section = {}): Section {
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
            ...(service === 'scheduler.amazonaws.com' ? { Condition: inThisAccount() } : {}),
          },
        ],
      },
      PermissionsBoundary: when('HasBoundary', ref('PermissionsBoundary')),
      Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
      ...more,
    },
  };
}

function inThisAccount(): Value {
  return { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } };
}

const TABLE = att('StateTable');
const TABLE_INDEX = sub('${StateTable.Arn}/index/todo');

/** What state, alerts and slots are kept with. */
const ON_STATE: readonly Value[] = [
  allow(
    ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    TABLE,
  ),
  allow('dynamodb:Query', TABLE_INDEX),
];

/** Used where somebody brings a key of their own. */
const WITH_KEY: Value = when('HasKey', allow(['kms:Decrypt', 'kms:GenerateDataKey'], ref('KmsKeyArn')));

function onLogs(group: string): Value {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], sub(`\${${group}.Arn}`));
}

/** Every role of the stack: one for each function, and one for the scheduler. `canaries` is what their steps need. */
export function roles(
  canaries: readonly Needed[],
  channels: readonly Needed[],
): Readonly<Record<string, Section>> {
  const telling = [allow('sns:Publish', ref('AlertTopic')), ...statementsOf(channels)];
  return {
    SchedulerRole: role('scheduler.amazonaws.com', [
      allow('lambda:InvokeFunction', att('TickFunction')),
      allow('sqs:SendMessage', att('TickDlq')),
      WITH_KEY,
    ]),
    TickRole: role('lambda.amazonaws.com', [
      onLogs('TickLogs'),
      ...ON_STATE,
      allow('sqs:SendMessage', att('RunQueue')),
      ...telling,
      WITH_KEY,
    ]),
    WorkerRole: role('lambda.amazonaws.com', [
      onLogs('WorkerLogs'),
      ...ON_STATE,
      allow(
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
        att('RunQueue'),
      ),
      ...onTapQueues(['sqs:SendMessage']),
      ...onTapRules(),
      ...telling,
      ...statementsOf(canaries),
      WITH_KEY,
    ]),
    WitnessRole: role('lambda.amazonaws.com', [
      onLogs('WitnessLogs'),
      allow('dynamodb:BatchWriteItem', TABLE),
      ...onTapQueues(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']),
      WITH_KEY,
    ]),
  };
}

/** Needs as statements: actions that are needed on the same things stand together. */
export function statementsOf(needed: readonly Needed[]): readonly Section[] {
  const byAction = Map.groupBy(needed, ({ action }) => action);
  const resources = [...byAction].map(([action, needs]) => {
    const distinct = new Map(needs.map(({ resource }) => [JSON.stringify(resource), resource]));
    return { action, on: [...distinct.values()], key: [...distinct.keys()].toSorted().join() };
  });
  return [...Map.groupBy(resources, ({ key }) => key).values()].map((alike) => {
    const [{ on }] = alike as [(typeof alike)[0]];
    const actions = alike.map(({ action }) => action).toSorted();
    return allow(
      actions.length === 1 ? (actions[0] as string) : actions,
      on.length === 1 ? (on[0] as Value) : on,
    );
  });
}
