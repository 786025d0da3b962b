/** The service's signing name in the SDK, if IAM has another name for it. */
const SERVICES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Calls that are allowed by an action of another name (Service Authorization Reference). */
const ACTIONS: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:SendMessageBatch': 'sqs:SendMessage',
};

/** The IAM action that allows a call, by the name that its service signs with: `sqs` and `SendMessageBatch` make `sqs:SendMessage`. */
export function iamActionOf(signingName: string, operation: string): string {
  const action = `${SERVICES[signingName] ?? signingName}:${operation.replace(/Command$/, '')}`;
  return ACTIONS[action] ?? action;
}
