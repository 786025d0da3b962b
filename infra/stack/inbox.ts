import { inboxKeys } from '../../runner/adapters/inbox/dynamodb-desk.ts';
import { allow, att, ref, type Section, type Value } from '../../runner/deploy/intrinsics.ts';
import type { Fleet } from '../../runner/engine/fleet-context.ts';
import { skipped } from './skipped.ts';

/**
 * The URL of the inbox function. Systems and partners that call back have no credentials of this account, so it is public: the token in the
 * path authenticates. A new URL needs both permissions (AWS Lambda developer guide, "Control access to Lambda function URLs").
 */
export function inboxUrl(): Readonly<Record<string, Section>> {
  const FunctionName = ref('InboxFunction');
  return {
    InboxUrl: {
      Type: 'AWS::Lambda::Url',
      Metadata: skipped({
        CKV_AWS_258:
          'Senders of callbacks cannot sign. Each run has a token of 256 bits in its path, and all else is refused.',
      }),
      Properties: { TargetFunctionArn: FunctionName, AuthType: 'NONE' },
    },
    InboxUrlPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName,
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        FunctionUrlAuthType: 'NONE',
      },
    },
    InboxInvokePermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName,
        Action: 'lambda:InvokeFunction',
        Principal: '*',
        InvokedViaFunctionUrl: true,
      },
    },
  };
}

/** The address of the inbox, for the worker. */
export const INBOX_URL: Value = att('InboxUrl', 'FunctionUrl');

/** The statement by which the inbox function, which all may call, reaches the inboxes of the table and no other item. */
export function onInboxes({ project, environment }: Pick<Fleet, 'project' | 'environment'>): Value {
  const namespace = `${project.name}/${environment.name}`;
  const keys = [`${inboxKeys(namespace)}*`, `${namespace}#journal#inbox *`];
  return allow(['dynamodb:BatchWriteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'], att('StateTable'), {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
  });
}
