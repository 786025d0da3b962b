import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import { att, ref, type Section, type Value, when } from '../../runner/deploy/intrinsics.ts';
import { overTlsOnly } from '../../runner/deploy/private-bucket.ts';

const FOURTEEN_DAYS = 1_209_600; // SQS keeps no longer

interface QueueOf {
  readonly keptSeconds: number;
  readonly hiddenSeconds?: number;
  readonly redrive?: { readonly to: string; readonly after: number };
  readonly condition?: string;
}

/** A queue without a name of its own, so that two stacks in one account do not meet; encrypted in any case. */
export function queue({ keptSeconds, hiddenSeconds, redrive, condition }: QueueOf): Section {
  return {
    Type: 'AWS::SQS::Queue',
    ...omitUndefined({ Condition: condition }),
    Properties: {
      MessageRetentionPeriod: keptSeconds,
      SqsManagedSseEnabled: when('HasNoKey', true),
      KmsMasterKeyId: when('HasKey', ref('KmsKeyArn')),
      ...omitUndefined({ VisibilityTimeout: hiddenSeconds }),
      ...(redrive === undefined
        ? {}
        : { RedrivePolicy: { deadLetterTargetArn: att(redrive.to), maxReceiveCount: redrive.after } }),
    },
  };
}

/** A dead-letter queue: it keeps messages for as long as SQS can. */
export function deadLetters(): Section {
  return queue({ keptSeconds: FOURTEEN_DAYS });
}

interface PolicyOf {
  readonly queue: string;
  /** The permitted sender, and its source. */
  readonly service?: string;
  readonly from?: Value;
  /** The account in which that source lies. @default the stack's own */
  readonly account?: Value;
  readonly condition?: string;
}

/** Policy of a queue: no access without TLS, and one service from one source. */
export function queuePolicy({
  queue: name,
  service,
  from,
  account = ref('AWS::AccountId'),
  condition,
}: PolicyOf): Section {
  const arn = att(name);
  const sender: readonly Section[] =
    service === undefined || from === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Principal: { Service: service },
            Action: 'sqs:SendMessage',
            Resource: arn,
            Condition: {
              ArnEquals: { 'aws:SourceArn': from },
              StringEquals: { 'aws:SourceAccount': account },
            },
          },
        ];
  return {
    Type: 'AWS::SQS::QueuePolicy',
    ...omitUndefined({ Condition: condition }),
    Properties: {
      Queues: [ref(name)],
      PolicyDocument: { Version: '2012-10-17', Statement: [...sender, overTlsOnly('sqs', arn)] },
    },
  };
}
