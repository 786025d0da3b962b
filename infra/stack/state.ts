import { STATE_TABLE, TTL_ATTRIBUTE } from '../../runner/adapters/dynamodb/schema.ts';
import { WORKER_SECONDS } from '../../runner/deploy/fleet.ts';
import { ref, type Section, sub, when } from '../../runner/deploy/intrinsics.ts';
import { overTlsOnly } from '../../runner/deploy/private-bucket.ts';
import { deadLetters, queue, queuePolicy } from './queues.ts';
import { skipped } from './skipped.ts';

/** State beyond an invocation: the table, the queues between the functions, the topic of notices. */
export function stateResources(): Readonly<Record<string, Section>> {
  return {
    StateTable: table(),
    RunQueue: queue({
      keptSeconds: 3_600, // an older slot was recorded as missed by then
      hiddenSeconds: 6 * WORKER_SECONDS,
      redrive: { to: 'RunDlq', after: 3 },
    }),
    RunQueuePolicy: queuePolicy({ queue: 'RunQueue' }),
    RunDlq: deadLetters(),
    RunDlqPolicy: queuePolicy({ queue: 'RunDlq' }),
    TickDlq: deadLetters(),
    TickDlqPolicy: queuePolicy({ queue: 'TickDlq' }),
    TapDlq: deadLetters(),
    TapDlqPolicy: tapDlqPolicy(),
    AlertTopic: {
      Type: 'AWS::SNS::Topic',
      Properties: { DisplayName: 'Coalmine', KmsMasterKeyId: when('HasKey', ref('KmsKeyArn')) },
    },
    AlertTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [ref('AlertTopic')],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [alarmsMayPublish(), overTlsOnly('sns', ref('AlertTopic'))],
        },
      },
    },
    AlertEmailSubscription: {
      Type: 'AWS::SNS::Subscription',
      Condition: 'HasEmail',
      Properties: {
        TopicArn: ref('AlertTopic'),
        Protocol: 'email',
        Endpoint: ref('AlertEmail'),
      },
    },
  };
}

/** One table for all state: slots, results, alerts, the journal. Its keys are those of runner/adapters/dynamodb/store.ts. */
function table(): Section {
  return {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Metadata: skipped({
      CKV_AWS_119:
        "Encrypted by AWS's own key unless KmsKeyArn names another: a key of one's own stands between a failure and its alarm.",
    }),
    Properties: {
      ...(STATE_TABLE as unknown as Section),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      SSESpecification: when('HasKey', {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: ref('KmsKeyArn'),
      }),
    },
  };
}

function tapDlqPolicy(): Section {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref('TapDlq')],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': ['TapDlq', 'Arn'] },
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
          overTlsOnly('sqs', { 'Fn::GetAtt': ['TapDlq', 'Arn'] }),
        ],
      },
    },
  };
}

function alarmsMayPublish(): Section {
  return {
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: ref('AlertTopic'),
    Condition: {
      StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
      ArnLike: {
        'aws:SourceArn': sub('arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*'),
      },
    },
  };
}
