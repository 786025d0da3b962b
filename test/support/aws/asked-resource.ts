/** Parts of a request to AWS that determine the ARN in a policy. */
export interface AskedOf {
  readonly action: string;
  readonly path: string;
  readonly body: string;
  /** The access key that it was signed with. */
  readonly by: string;
  readonly region: string;
}

/** Endpoint of the requests. */
export interface At {
  readonly region: string;
  readonly account: string;
}

type Body = Readonly<Record<string, unknown>>;

/** The ARN of a request's resource, written from the request alone: granted permissions are compared with it. */
export function askedResource(asked: AskedOf, at: At): string {
  const [service = ''] = asked.action.split(':');
  const find = RESOURCES[service];
  if (find === undefined) throw new Error(`nobody has said on what ${asked.action} is asked`);
  return find(asked, at);
}

const RESOURCES: Readonly<Record<string, (asked: AskedOf, at: At) => string>> = {
  cloudformation: ({ body }, at) =>
    arn('cloudformation', at, `stack/${String(new URLSearchParams(body).get('StackName'))}/local`),
  cloudwatch: () => '*',
  dynamodb: ({ body }, at) => {
    const { TableName, RequestItems, IndexName } = parsed(body);
    // A batch of items is requested from one table at a time.
    const table = nameOr(TableName ?? Object.keys(RequestItems ?? {})[0], (name) =>
      arn('dynamodb', at, `table/${name}`),
    );
    return IndexName === undefined ? table : `${table}/index/${String(IndexName)}`;
  },
  events: ({ action, body }, at) => {
    const {
      Entries = [],
      EventBusName,
      Name,
      Rule = Name,
    } = parsed(body) as {
      readonly Entries?: readonly { readonly EventBusName: string }[];
      readonly EventBusName?: string;
      readonly Name?: string;
      readonly Rule?: string;
    };
    const bus = String(EventBusName ?? Entries[0]?.EventBusName).replace(/^.*event-bus\//, '');
    return arn('events', at, action === 'events:PutEvents' ? `event-bus/${bus}` : `rule/${bus}/${Rule}`);
  },
  kinesis: ({ body }, at) => {
    const { StreamName, StreamARN, ShardIterator } = parsed(body);
    // An iterator of the local AWS holds the name of its stream.
    const iterator = Buffer.from(String(ShardIterator ?? ''), 'base64').toString();
    const { stream } = JSON.parse(iterator === '' ? '{}' : iterator) as { readonly stream?: string };
    return nameOr(StreamARN ?? StreamName ?? stream, (name) => arn('kinesis', at, `stream/${name}`));
  },
  lambda: ({ path }, at) => {
    const [, named = ''] = /functions\/([^/]+)\//.exec(path) ?? [];
    return nameOr(decodeURIComponent(named), (name) => arn('lambda', at, `function:${name}`));
  },
  logs: ({ body }, at) => {
    const { logGroupName, logGroupIdentifier } = parsed(body);
    return `${nameOr(logGroupIdentifier ?? logGroupName, (name) => arn('logs', at, `log-group:${name}`))}:*`;
  },
  s3: ({ action, path }) => {
    const [plain = ''] = path.split('?');
    const [, bucket = '', ...key] = plain.split('/');
    return `arn:aws:s3:::${action === 's3:ListBucket' ? bucket : [bucket, ...key].join('/')}`;
  },
  secretsmanager: ({ body }, at) =>
    arn('secretsmanager', at, `secret:${String(parsed(body)['SecretId'])}-a1B2c3`),
  // SNS has no resource type for a subscription.
  sns: ({ body }) => new URLSearchParams(body).get('TopicArn') ?? '*',
  sqs: ({ body }, at) => {
    const { QueueUrl, QueueName } = parsed(body);
    return arn('sqs', at, String(QueueName ?? QueueUrl).replace(/^.*\//, ''));
  },
  ssm: ({ body }, at) => arn('ssm', at, `parameter${String(parsed(body)['Name'])}`),
  states: ({ body }, at) => {
    const { stateMachineArn, executionArn, taskToken } = parsed(body);
    // Only one state machine of the recorded AWS has tasks that wait.
    if (taskToken !== undefined) return arn('states', at, 'stateMachine:approval');
    return String(stateMachineArn ?? executionArn);
  },
  sts: ({ body }) => String(new URLSearchParams(body).get('RoleArn')),
  xray: () => '*',
};

function arn(service: string, { region, account }: At, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

function nameOr(nameOrArn: unknown, arnOf: (name: string) => string): string {
  const text = String(nameOrArn);
  return text.startsWith('arn:') ? text : arnOf(text);
}

function parsed(body: string): Body {
  return JSON.parse(body) as Body;
}
