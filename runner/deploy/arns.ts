/** Location of a resource beyond its name: values, or CloudFormation's pseudo parameters. */
interface At {
  readonly region: string;
}

type ArnOf = (name: string, at: At) => string;

const PARTITION = '${AWS::Partition}';
const ACCOUNT = '${AWS::AccountId}';

/** ARN formats of each service's resources, from their names in canaries. */
const ARNS: Readonly<Record<string, ArnOf>> = {
  cloudformation: (name, at) => arn('cloudformation', at, `stack/${name}/*`),
  dynamodb: (name, at) => arn('dynamodb', at, `table/${name}`),
  events: (name, at) => arn('events', at, `event-bus/${name}`),
  'execute-api': (url, at) => apiArn(url, at),
  lambda: (name, at) => arn('lambda', at, `function:${name}`),
  // All actions but tagging are allowed by the ARN that ends in :* (CloudWatch Logs API, LogGroup).
  logs: (name, at) => arn('logs', at, `log-group:${name}:*`),
  s3: (name) => `arn:${PARTITION}:s3:::${name}`,
  // The six characters that Secrets Manager adds to a name.
  secretsmanager: (name, at) => arn('secretsmanager', at, `secret:${name}-??????`),
  sns: (name, at) => arn('sns', at, name),
  sqs: (name, at) => queueArn(name, at),
  ssm: (name, at) => arn('ssm', at, `parameter/${name.replace(/^\//, '')}`),
  states: (name, at) => arn('states', at, `stateMachine:${name}`),
};

/** The ARN of a resource, from its name in an action's canary. An ARN stays unchanged. */
export function arnFor(action: string, name: string, at: At): string {
  const [service = ''] = action.split(':');
  if (name === '*') return name; // actions without resource types
  if (name.startsWith('arn:')) return service === 'logs' && !name.endsWith(':*') ? `${name}:*` : name;
  return ARNS[service]?.(name, at) ?? name;
}

/** All of a service in the region and account of an ARN: the permission of a boundary. */
export function within(resource: string): string {
  const [prefix, partition, service, region, account] = partsOf(resource);
  return service === undefined
    ? resource
    : [prefix, partition, service, region === '' ? '' : region, account, '*'].join(':');
}

/** The first five parts of an ARN; the colons of `${AWS::Region}` are none of its own. */
function partsOf(resource: string): readonly string[] {
  if (!resource.startsWith('arn:')) return [];
  return (resource.match(/(?:\$\{[^}]*\}|[^:])*(?::|$)/g) ?? [])
    .slice(0, 5)
    .map((part) => part.replace(/:$/, ''));
}

function arn(service: string, { region }: At, resource: string): string {
  return ['arn', PARTITION, service, region, ACCOUNT, resource].join(':');
}

/** A queue goes by its name or its URL, which may be of another account. */
function queueArn(nameOrUrl: string, at: At): string {
  const [, region, account, name] = /^https?:\/\/sqs\.([^.]+)\.[^/]+\/(\d+)\/(.+)$/.exec(nameOrUrl) ?? [];
  if (region === undefined || account === undefined || name === undefined) return arn('sqs', at, nameOrUrl);
  return ['arn', PARTITION, 'sqs', region, account, name].join(':');
}

/** An API goes by its URL; one with a host of its own may be any. */
function apiArn(url: string, at: At): string {
  const [, id = '*', region = at.region] =
    /^https:\/\/([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\./.exec(url) ?? [];
  return arn('execute-api', { region }, `${id}/*`);
}
