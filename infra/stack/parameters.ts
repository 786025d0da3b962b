import { isGiven, ref, type Section, type Value } from '../../runner/deploy/intrinsics.ts';

/** Limit of buses, and of topics, that one stack can read. */
export const MOST_TAPS = 5;

const BUS = '[A-Za-z0-9._/-]{1,256}';
const TOPIC = 'arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}';
const SUBNET = 'subnet-[0-9a-f]{8,17}';
const SECURITY_GROUP = 'sg-[0-9a-f]{8,17}';

/** Limits of a function (AWS Lambda developer guide, "Lambda quotas"; API reference, VpcConfig). */
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;

/** Parameters for the deployer. Invalid values are refused before any resource is created. */
export const PARAMETERS: Readonly<Record<string, Section>> = {
  Buses: {
    Type: 'String',
    Default: 'default',
    AllowedPattern: listOf(BUS),
    ConstraintDescription:
      'names of up to five event buses in this account and region, with commas and no spaces between them',
    Description:
      'Event buses that canaries expect events on, up to five, with commas between them. A tap on a bus lets canary traffic through, and nothing else.',
  },
  Topics: {
    Type: 'String',
    Default: '',
    AllowedPattern: listOf(TOPIC),
    ConstraintDescription: 'ARNs of up to five standard SNS topics, with commas and no spaces between them',
    Description: 'ARNs of SNS topics that canaries expect messages on, up to five, with commas between them.',
  },
  AlertEmail: {
    Type: 'String',
    Default: '',
    AllowedPattern: '^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
    ConstraintDescription: 'an e-mail address, or nothing',
    Description:
      'An address that receives, by e-mail, the alarms of Coalmine itself and the notices that canaries send to the alert topic. AWS asks the address to confirm.',
  },
  CanariesAtOnce: {
    Type: 'Number',
    Default: 10,
    MinValue: 1,
    MaxValue: 100,
    Description:
      'The number of canaries that one worker runs at a time. They mostly wait, so more of them cost little more.',
  },
  MostWorkers: {
    Type: 'Number',
    Default: 10,
    MinValue: 2,
    MaxValue: 1000,
    Description:
      "The number of workers that may run at a time: a limit on cost. It is taken from the account's concurrency.",
  },
  StepMetrics: {
    Type: 'String',
    Default: 'off',
    AllowedValues: ['off', 'on'],
    Description:
      'Metrics for each step too, time to effect among them. Each step is then two or three more series, at 0.30 USD a month.',
  },
  LogRetentionDays: {
    Type: 'Number',
    Default: 30,
    AllowedValues: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
    Description:
      'The number of days for which the logs of the functions, and so the results of runs, are kept.',
  },
  SitePages: {
    Type: 'String',
    Default: 'no',
    AllowedValues: ['no', 'yes'],
    Description:
      'A private bucket with the pages of the state: the fleet each minute; a canary, its incidents and runs when something happened, and each hour.',
  },
  HeartbeatUrl: {
    Type: 'String',
    Default: '',
    NoEcho: true,
    AllowedPattern: '^$|^https://.+',
    ConstraintDescription: 'an https:// address, or nothing',
    Description:
      'A URL that is called after each complete tick, so that a monitor outside this account and region notices when ticks end.',
  },
  AllowShrink: {
    Type: 'String',
    Default: 'no',
    AllowedValues: ['no', 'yes'],
    Description:
      'Half of the canaries or more may be gone. Without it such a deployment is taken for a mistake, and their incidents stay open.',
  },
  PermissionsBoundary: {
    Type: 'String',
    Default: '',
    AllowedPattern: '^$|^arn:[a-z-]+:iam::[0-9]{12}:policy/.+',
    ConstraintDescription: 'the ARN of a managed policy, or nothing',
    Description: 'A permissions boundary for every role of this stack, where your organisation asks for one.',
  },
  SubnetIds: {
    Type: 'String',
    Default: '',
    AllowedPattern: listOf(SUBNET, MOST_SUBNETS),
    ConstraintDescription: 'ids of up to 16 subnets of one VPC, with commas and no spaces between them',
    Description:
      'Subnets of the worker, for canaries that call private addresses. They need a way to the public APIs of AWS, by NAT or by endpoints.',
  },
  SecurityGroupIds: {
    Type: 'String',
    Default: '',
    AllowedPattern: listOf(SECURITY_GROUP, MOST_SECURITY_GROUPS),
    ConstraintDescription:
      'ids of up to five security groups of that VPC, with commas and no spaces between them',
    Description: 'Security groups of the worker in those subnets.',
  },
  KmsKeyArn: {
    Type: 'String',
    Default: '',
    AllowedPattern: '^$|^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+',
    ConstraintDescription: 'the ARN of a KMS key in this region, or nothing',
    Description:
      'A customer managed key for the table, the queues, the topic and the logs. Without it AWS-managed encryption is used, which keeps KMS out of the way of an alert.',
  },
};

/** Present if canaries or channels read parameters or secrets. */
export const SECRETS_KEY: Readonly<Record<string, Section>> = {
  SecretsKeyArn: {
    Type: 'String',
    Default: '',
    AllowedPattern: '^$|^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+',
    ConstraintDescription: 'the ARN of a KMS key, or nothing',
    Description:
      'The KMS key of the parameters and secrets that canaries and channels read, where it is one of your own.',
  },
};

/** The order of the parameters in `sam deploy --guided` and the console. */
export const INTERFACE: Section = {
  ParameterGroups: [
    group('Watched system', ['Buses', 'Topics', 'AllowShrink']),
    group('Notification', ['AlertEmail', 'HeartbeatUrl']),
    group('Cost', ['CanariesAtOnce', 'MostWorkers', 'StepMetrics', 'LogRetentionDays', 'SitePages']),
    group('Security', ['PermissionsBoundary', 'KmsKeyArn']),
    group('Network', ['SubnetIds', 'SecurityGroupIds']),
  ],
};

/** Conditions derived from the parameters. */
export const CONDITIONS: Readonly<Record<string, Value>> = {
  HasEmail: isGiven('AlertEmail'),
  HasBoundary: isGiven('PermissionsBoundary'),
  HasKey: isGiven('KmsKeyArn'),
  HasSite: { 'Fn::Equals': [ref('SitePages'), 'yes'] },
  HasNoKey: { 'Fn::Equals': [ref('KmsKeyArn'), ''] },
  HasVpc: { 'Fn::And': [isGiven('SubnetIds'), isGiven('SecurityGroupIds')] },
  ...tapConditions('Bus', 'Buses'),
  ...tapConditions('Topic', 'Topics'),
};

/** The bus or topic at a place of its list; an empty text if there is none. */
export function nth(list: 'Buses' | 'Topics', index: number): Value {
  const padded = { 'Fn::Join': ['', [ref(list), ','.repeat(MOST_TAPS)]] };
  return { 'Fn::Select': [index - 1, { 'Fn::Split': [',', padded] }] };
}

function tapConditions(name: string, list: 'Buses' | 'Topics'): Readonly<Record<string, Value>> {
  const places = Array.from({ length: MOST_TAPS }, (_, index) => index + 1);
  return Object.fromEntries(
    places.map((place) => [`Has${name}${place}`, { 'Fn::Not': [{ 'Fn::Equals': [nth(list, place), ''] }] }]),
  );
}

/** Rules on parameters that belong together, which CloudFormation checks before it makes anything. */
export const RULES: Readonly<Record<string, Section>> = {
  NetworkIsWhole: {
    Assertions: [
      {
        Assert: {
          'Fn::Or': [
            { 'Fn::And': [isGiven('SubnetIds'), isGiven('SecurityGroupIds')] },
            { 'Fn::And': [isEmpty('SubnetIds'), isEmpty('SecurityGroupIds')] },
          ],
        },
        AssertDescription: 'Give both SubnetIds and SecurityGroupIds, or neither.',
      },
    ],
  },
};

function isEmpty(parameter: string): Value {
  return { 'Fn::Equals': [ref(parameter), ''] };
}

function listOf(pattern: string, most = MOST_TAPS): string {
  return `^$|^${pattern}(,${pattern}){0,${most - 1}}$`;
}

function group(label: string, parameters: readonly string[]): Section {
  return { Label: { default: label }, Parameters: parameters };
}
