/** The names that IAM gives AWS's services, by the SDK's clients. */
const SERVICES: Readonly<Record<string, string>> = {
  CloudFormationClient: 'cloudformation',
  CloudWatchClient: 'cloudwatch',
  CloudWatchLogsClient: 'logs',
  DynamoDBClient: 'dynamodb',
  EventBridgeClient: 'events',
  IAMClient: 'iam',
  LambdaClient: 'lambda',
  S3Client: 's3',
  SFNClient: 'states',
  SNSClient: 'sns',
  SQSClient: 'sqs',
  SSMClient: 'ssm',
  STSClient: 'sts',
  SecretsManagerClient: 'secretsmanager',
  XRayClient: 'xray',
};

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

/** The IAM action that allows a call of the SDK: `SQSClient` and `SendMessageBatchCommand` make `sqs:SendMessage`. */
export function iamActionOf(client: string, command: string): string | undefined {
  const service = SERVICES[client];
  if (service === undefined) return undefined;
  const action = `${service}:${command.replace(/Command$/, '')}`;
  return ACTIONS[action] ?? action;
}
