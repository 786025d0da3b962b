import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { stackOf } from '../../infra/stack/index.ts';
import { RUNNING_INDEX, TODO_INDEX } from '../../runner/adapters/dynamodb/schema.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import { foldTemplate, type TemplateSections } from '../../runner/deploy/template/fold.ts';
import { TAP_VARIABLE, VARIABLES } from '../../runner/lambda/deployed-settings.ts';
import { fleetFrom } from '../support/aws/local-stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const TEMPLATE = parse(readFileSync(join(ROOT, 'template.yaml'), 'utf8')) as JsonMap;

/** A fleet that needs much: references, secrets, a probe, patterns, every sort of channel. */
const RICH = stackOf(
  fleetFrom({
    'coalmine.config.yaml': `project: rich
environments: { prod: {} }
taps:
  - bus: orders
    ids: [detail.orderId]
    pattern: { source: [shop.orders] }
  - topic: \${env:SHIPS_TOPIC}
    probe: true
channels:
  page: { pagerduty: "\${secret:shop/pagerduty#key}" }
  mail: { sns: "\${env:COALMINE_ALERT_TOPIC_ARN}" }
  events: { eventbridge: alerts }
`,
    'one.canary.yaml': `canary: one
owner: team
schedule: { every: 5m }
alert: { to: [page] }
steps:
  - publish: \${env:SHIPS_TOPIC}
    body: x
  - putEvent: \${ssm:/shop/bus}
    source: a
    detailType: B
  - putObject: invoices
    key: canary/\${run.shortId}
    body: x
  - expect: metric
    namespace: AWS/Lambda
    metricName: Errors
    has: { value: 0 }
    within: 30s
`,
  }),
) as JsonMap;

const NO_VPC = { refs: { SubnetIds: '', SecurityGroupIds: '' } };

interface Resource {
  readonly name: string;
  readonly type: string;
  readonly properties: JsonMap;
}

function resourcesOf(template: JsonMap, type = /./): readonly Resource[] {
  return Object.entries(template['Resources'] as JsonMap)
    .map(([name, resource]) => {
      const { Type, Properties = {} } = resource as { readonly Type: string; readonly Properties?: JsonMap };
      return { name, type: Type, properties: Properties };
    })
    .filter((resource) => type.test(resource.type));
}

/** Alarms of a template that its dashboard leaves out. */
function alarmsOffDashboard(template: JsonMap): readonly string[] {
  const dashboard = JSON.stringify(resourcesOf(template, /CloudWatch::Dashboard$/));
  return resourcesOf(template, /CloudWatch::Alarm$/)
    .map(({ name }) => name)
    .filter((name) => !dashboard.includes(`\${${name}.Arn}`));
}

/** Every map in a value that has a key, with the path to it. */
function mapsWith(key: string, value: Json, path = ''): readonly (readonly [string, JsonMap])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value as JsonMap).flatMap(([name, member]) =>
    mapsWith(key, member, `${path}/${name}`),
  );
  return Object.hasOwn(value, key) ? [[path, value as JsonMap], ...inside] : inside;
}

const BOTH = [
  { which: 'the stack of this repository', template: TEMPLATE },
  { which: 'a stack that needs much', template: RICH },
];

describe.each(BOTH)('$which', ({ template }) => {
  const statements = mapsWith('Effect', template['Resources'] as Json);

  it('has no wildcard in an action that it allows, and no NotAction or NotResource', () => {
    const allowed = statements.filter(([, { Effect }]) => Effect !== 'Deny');
    const actions = allowed.flatMap(([, { Action }]) => [Action].flat()) as readonly string[];

    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
    expect(mapsWith('NotAction', template)).toEqual([]);
    expect(mapsWith('NotResource', template)).toEqual([]);
  });

  it('has a resource of * only for actions that know no resources', () => {
    const all = statements.filter(
      ([, { Resource, Effect }]) => Effect !== 'Deny' && [Resource].flat().includes('*'),
    );

    expect(
      all
        .flatMap(([, { Action }]) => [Action].flat())
        .filter((action) => !/^((cloudwatch|xray|sns):Get|ec2:Describe)/.test(String(action))),
    ).toEqual([]);
  });

  it('trusts services alone, and lets them in only from where they belong', () => {
    const roles = resourcesOf(template, /IAM::Role$/);
    const granting = statements.filter(
      ([, { Principal, Effect }]) => Principal !== undefined && Effect === 'Allow',
    );

    expect(roles.map(({ name }) => name)).toEqual([
      'SchedulerRole',
      'TickRole',
      'WorkerRole',
      'TapReaderRole',
    ]);
    for (const [path, { Principal, Condition }] of granting) {
      expect([path, Object.keys(Principal as JsonMap)]).toEqual([path, ['Service']]);
      const trustsLambda = (Principal as JsonMap)['Service'] === 'lambda.amazonaws.com';
      if (!trustsLambda)
        expect([path, JSON.stringify(Condition)]).toEqual([
          path,
          expect.stringContaining('aws:SourceAccount'),
        ]);
    }
  });

  it('lets queues be filled by one rule or subscription each, over TLS', () => {
    const policies = resourcesOf(template, /SQS::QueuePolicy$/);
    const queues = resourcesOf(template, /SQS::Queue$/);

    expect(policies.length).toBe(queues.length);
    for (const { name, properties } of policies) {
      const text = JSON.stringify(properties);
      expect([name, text]).toEqual([name, expect.stringContaining('aws:SecureTransport')]);
      if (/Tap\d/.test(name)) expect([name, text]).toEqual([name, expect.stringContaining('aws:SourceArn')]);
    }
  });

  it('has a dead-letter queue wherever something can fail to be handed on', () => {
    const dead = /Dlq$/;
    const functions = resourcesOf(template, /Serverless::Function$/);
    const live = resourcesOf(template, /SQS::Queue$/).filter(({ name }) => !dead.test(name));
    const rules = resourcesOf(template, /Events::Rule$/);
    const subscriptions = resourcesOf(template, /SNS::Subscription$/).filter(
      ({ name }) => name !== 'AlertEmailSubscription',
    );

    expect(functions.every(({ properties }) => properties['DeadLetterQueue'] !== undefined)).toBe(true);
    expect(live.every(({ properties }) => properties['RedrivePolicy'] !== undefined)).toBe(true);
    expect(rules.every(({ properties }) => mapsWith('DeadLetterConfig', properties).length === 1)).toBe(true);
    expect(subscriptions.every(({ properties }) => properties['RedrivePolicy'] !== undefined)).toBe(true);
    expect([functions.length, live.length, rules.length, subscriptions.length]).toEqual([3, 11, 5, 5]);
    const [tick] = mapsWith('ScheduleExpression', template['Resources'] as Json);
    expect(tick?.[1]).toMatchObject({
      ScheduleExpression: 'cron(* * * * ? *)',
      OmitName: true,
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['TickDlq', 'Arn'] } },
      RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
    });
  });

  it('hides a message for six times as long as its function may take', () => {
    const secondsOf = (name: string): number =>
      Number(resourcesOf(template).find((one) => one.name === name)?.properties['Timeout']);
    const queues = resourcesOf(template, /SQS::Queue$/);
    const hidden = (pattern: RegExp) =>
      queues
        .filter(({ name }) => pattern.test(name))
        .map(({ properties }) => properties['VisibilityTimeout']);

    expect(hidden(/^RunQueue$/)).toEqual([6 * secondsOf('WorkerFunction')]);
    expect(new Set(hidden(/Tap\dQueue$/))).toEqual(new Set([6 * secondsOf('TapReaderFunction')]));
  });

  it('runs on a current runtime, on arm64, with logs of its own that end, and a brake on cost', () => {
    const { Function: all } = template['Globals'] as { readonly Function: JsonMap };
    const groups = resourcesOf(template, /LogGroup$/);
    const functions = resourcesOf(template, /Serverless::Function$/);

    expect(all).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(groups.map(({ name }) => name)).toEqual(['TickLogs', 'WorkerLogs', 'TapReaderLogs']);
    for (const { properties } of groups)
      expect(properties['RetentionInDays']).toEqual({ Ref: 'LogRetentionDays' });
    for (const { name, properties } of functions) {
      const { ReservedConcurrentExecutions, MemorySize, Timeout, LoggingConfig } = properties;
      expect([name, ReservedConcurrentExecutions, MemorySize, Timeout]).not.toContain(undefined);
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', ApplicationLogLevel: 'INFO' });
    }
  });

  it('keeps state that can be brought back, and forgets what is old', () => {
    const [{ properties } = { properties: {} as JsonMap }] = resourcesOf(template, /DynamoDB::Table$/);

    expect(properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    const indexes = JSON.stringify([
      properties['LocalSecondaryIndexes'],
      properties['GlobalSecondaryIndexes'],
    ]);
    for (const index of [RUNNING_INDEX, TODO_INDEX]) expect(indexes).toContain(`"${index}"`);
  });

  it('has alarms that reach people, and takes silence of the heartbeat for the worst', () => {
    const alarms = resourcesOf(template, /CloudWatch::Alarm$/);

    expect(alarms.length).toBe(14);
    for (const { name, properties } of alarms) {
      expect([name, properties['AlarmActions']]).toEqual([name, [{ Ref: 'AlertTopic' }]]);
      const missing = name === 'NoHeartbeat' ? 'breaching' : 'notBreaching';
      expect([name, properties['TreatMissingData']]).toEqual([name, missing]);
    }
  });

  it('shows every alarm on the dashboard', () => {
    expect(resourcesOf(template, /CloudWatch::Alarm$/).length).toBeGreaterThan(0);
    expect(alarmsOffDashboard(template)).toEqual([]);
    const more = { ...(template['Resources'] as JsonMap), Forgotten: { Type: 'AWS::CloudWatch::Alarm' } };
    expect(alarmsOffDashboard({ Resources: more })).toEqual(['Forgotten']);
  });

  it('gives nothing a name of its own, so that two stacks live side by side', () => {
    const named = resourcesOf(template).flatMap(({ name, properties }) =>
      Object.keys(properties)
        .filter((key) =>
          /^(FunctionName|RoleName|QueueName|TopicName|TableName|LogGroupName|AlarmName|ManagedPolicyName|Name|BucketName|PolicyName)$/.test(
            key,
          ),
        )
        // A mapping's FunctionName names the function that it feeds.
        .filter((key) => !(key === 'FunctionName' && name.endsWith('Source')))
        .map((key) => `${name}.${key}`),
    );

    expect(named).toEqual([]);
    const [{ properties } = { properties: {} as JsonMap }] = resourcesOf(template, /CloudWatch::Dashboard$/);
    expect(properties['DashboardName']).toEqual({ 'Fn::Sub': '${AWS::StackName}-${AWS::Region}' });
  });

  it('skips at most six rules of checkov, each with a reason', () => {
    const skips = mapsWith('skip', template).flatMap(([, { skip }]) => skip as readonly JsonMap[]);

    expect(skips.length).toBeLessThanOrEqual(6);
    expect(
      skips.every(({ id, comment }) => String(id).startsWith('CKV') && String(comment).length > 40),
    ).toBe(true);
  });

  it('explains its parameters, checks them, and has defaults for all but what only the account knows', () => {
    const parameters = Object.entries(template['Parameters'] as Readonly<Record<string, JsonMap>>);
    const open = parameters.filter(([, { Default }]) => Default === undefined).map(([name]) => name);

    expect(parameters.filter(([, { Description }]) => String(Description ?? '').length < 30)).toEqual([]);
    expect(open.filter((name) => !/^(Env|Cf)/.test(name))).toEqual([]);
    for (const [name, { Default, AllowedPattern }] of parameters) {
      if (AllowedPattern !== undefined)
        expect([name, String(Default)]).toEqual([
          name,
          expect.stringMatching(new RegExp(String(AllowedPattern))),
        ]);
    }
  });

  it('gives each function what it needs, within the 4 KB that Lambda has for it', () => {
    for (const { name, properties } of resourcesOf(template, /Serverless::Function$/)) {
      const { Variables } = properties['Environment'] as { readonly Variables: JsonMap };
      const names = Object.keys(Variables);
      expect([name, names]).toEqual([name, expect.arrayContaining([VARIABLES.table, VARIABLES.stack])]);
      const ours = Object.values<string>(VARIABLES);
      const unknown = names.filter(
        (one) => !ours.includes(one) && !one.startsWith(TAP_VARIABLE) && one !== 'SHIPS_TOPIC',
      );
      expect([name, unknown]).toEqual([name, []]);
    }
  });
});

describe('the dashboard', () => {
  it('shows every alarm that there is of those it lists, and names nothing that is not in the stack', () => {
    const { Resources } = TEMPLATE as { readonly Resources: JsonMap };
    const { DashboardBody } = resourcesOf(TEMPLATE, /Dashboard$/)[0]?.properties ?? {};
    const body = String((DashboardBody as JsonMap)['Fn::Sub']);
    const named = [...body.matchAll(/\$\{(\w+)(?:\.Arn)?\}/g)].map(([, name = '']) => name);

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !Object.hasOwn(Resources, name))).toEqual([]);
    expect(() => JSON.parse(body) as unknown).not.toThrow();
  });
});

describe('the parameters', () => {
  const {
    Buses,
    Topics,
    AlertEmail,
    HeartbeatUrl,
    PermissionsBoundary,
    KmsKeyArn,
    SubnetIds,
    SecurityGroupIds,
  } = TEMPLATE['Parameters'] as Readonly<Record<string, { readonly AllowedPattern: string }>>;

  it.each([
    {
      of: Buses,
      good: ['', 'default', 'orders,shop.orders,default'],
      bad: ['a b', 'a,,b', 'a,', 'a,b,c,d,e,f', 'a, b'],
    },
    {
      of: Topics,
      good: [
        '',
        'arn:aws:sns:eu-west-1:111122223333:ships',
        'arn:aws-cn:sns:cn-north-1:111122223333:a,arn:aws:sns:us-east-1:111122223333:b',
      ],
      bad: ['ships', 'arn:aws:sqs:eu-west-1:111122223333:ships', 'arn:aws:sns:eu-west-1:1:ships'],
    },
    { of: AlertEmail, good: ['', 'a@b.example'], bad: ['a', 'a@b', 'a b@c.example'] },
    { of: HeartbeatUrl, good: ['', 'https://hc.example/uuid'], bad: ['http://hc.example', 'hc.example'] },
    {
      of: PermissionsBoundary,
      good: ['', 'arn:aws:iam::111122223333:policy/x'],
      bad: ['x', 'arn:aws:iam::1:policy/x'],
    },
    { of: KmsKeyArn, good: ['', 'arn:aws:kms:eu-west-1:111122223333:key/abc'], bad: ['alias/x', 'abc'] },
    {
      of: SubnetIds,
      good: ['', 'subnet-0a1b2c3d', 'subnet-0a1b2c3d,subnet-0123456789abcdef0'],
      bad: ['vpc-0a1b2c3d', 'subnet-0a1b2c3d, subnet-0a1b2c3e'],
    },
    { of: SecurityGroupIds, good: ['', 'sg-0a1b2c3d'], bad: ['default', 'sg-0a1b2c3d,'] },
  ])('refuse what cannot be meant: $bad', ({ of, good, bad }) => {
    const pattern = new RegExp(of?.AllowedPattern ?? '(?!)');

    expect(good.filter((value) => !pattern.test(value))).toEqual([]);
    expect(bad.filter((value) => pattern.test(value))).toEqual([]);
  });
});

describe('a stack that needs much', () => {
  const text = JSON.stringify(RICH);
  const roleOf = (name: string): string => JSON.stringify((RICH['Resources'] as JsonMap)[name]);

  it('asks for what only the account knows, and takes a name and an ARN', () => {
    expect(RICH['Parameters']).toMatchObject({
      Buses: { Default: 'orders' },
      EnvShipsTopic: { Type: 'String' },
      SsmShopBus: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shop/bus' },
      SecretsKeyArn: { Default: '' },
    });
    expect(RICH['Conditions']).toHaveProperty('EnvShipsTopicIsArn');
    expect(text).toContain('"SHIPS_TOPIC":{"Ref":"EnvShipsTopic"}');
  });

  it('keeps the worker within what it was made with, whatever is added to its policy', () => {
    const boundary = roleOf('WorkerBoundary');

    expect(roleOf('WorkerRole')).toContain(
      '{"Fn::If":["HasBoundary",{"Ref":"PermissionsBoundary"},{"Ref":"WorkerBoundary"}]}',
    );
    for (const action of [
      's3:PutObject',
      'events:PutEvents',
      'cloudwatch:GetMetricData',
      'sns:Publish',
      'dynamodb:UpdateItem',
    ])
      expect(boundary).toContain(`"${action}"`);
    expect(boundary).not.toContain('iam:');
    expect(boundary.replace(/\s/g, '').length).toBeLessThan(6_144);
  });

  it('lets the tap reader read what the project file says of its taps', () => {
    expect(text).toContain(
      '{"$or":[{"detail":{"metadata":{"correlationId":[{"prefix":"canary-"}]}}},{"source":["shop.orders"]},{"source":["coalmine.probe"]}]}',
    );
  });
});

describe('the pages of the state', () => {
  const resources = TEMPLATE['Resources'] as Readonly<Record<string, JsonMap>>;
  const deployedWith = (SitePages: string, KmsKeyArn = '') =>
    foldTemplate(TEMPLATE as unknown as TemplateSections, { refs: { SitePages, KmsKeyArn } });

  it('lie in a private bucket over TLS only, and as long as the results of their runs', () => {
    const { SiteBucket, SiteBucketPolicy } = resources;
    const all = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

    expect(SiteBucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: Object.fromEntries(all.map((name) => [name, true])),
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 30 }] },
      },
    });
    const statements = mapsWith('Effect', SiteBucketPolicy as Json).map(([, statement]) => statement);
    expect(statements).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ]);
  });

  it.each([
    { key: '', algorithm: 'AES256' },
    { key: 'arn:aws:kms:eu-west-1:111122223333:key/abc', algorithm: 'aws:kms' },
  ])('are encrypted by $algorithm', ({ key, algorithm }) => {
    const { SiteBucket } = deployedWith('yes', key).Resources;

    expect(JSON.stringify(SiteBucket)).toContain(`"SSEAlgorithm":"${algorithm}"`);
  });

  it('are written by the tick alone, which reads none of them', () => {
    const { Resources } = deployedWith('yes');
    const granted = (name: string) =>
      mapsWith('Effect', Resources[name] as Json)
        .map(([, statement]) => statement)
        .filter(({ Action }) => JSON.stringify(Action).includes('"s3:'));

    expect(granted('TickRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['SiteBucket', 'Arn'] }, '/*']] },
      },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: { 'Fn::GetAtt': ['SiteBucket', 'Arn'] },
        Condition: { StringEquals: { 's3:prefix': 'runs/' } },
      },
    ]);
    for (const name of ['WorkerRole', 'TapReaderRole', 'SchedulerRole']) expect(granted(name)).toEqual([]);
  });

  it('need nothing without the parameter', () => {
    expect(TEMPLATE['Parameters']).toMatchObject({ SitePages: { Default: 'no' } });
    expect(JSON.stringify(deployedWith('no').Resources)).not.toMatch(/SiteBucket|"s3:/);
  });
});

describe('the network of the worker', () => {
  it('is that of the parameters, and of no other function', () => {
    const placed = resourcesOf(TEMPLATE, /Serverless::Function$/).filter(
      ({ properties }) => properties['VpcConfig'] !== undefined,
    );

    expect(placed.map(({ name }) => name)).toEqual(['WorkerFunction']);
    expect(placed[0]?.properties['VpcConfig']).toEqual({
      'Fn::If': [
        'HasVpc',
        {
          SubnetIds: { 'Fn::Split': [',', { Ref: 'SubnetIds' }] },
          SecurityGroupIds: { 'Fn::Split': [',', { Ref: 'SecurityGroupIds' }] },
        },
        { Ref: 'AWS::NoValue' },
      ],
    });
  });

  it('is granted to Lambda if there is one, and never to the code of a canary', () => {
    const network = (name: string): readonly JsonMap[] =>
      mapsWith('Effect', (TEMPLATE['Resources'] as JsonMap)[name] as Json)
        .map(([, statement]) => statement)
        .filter(({ Action }) => JSON.stringify(Action).includes('"ec2:'));
    const always = mapsWith(
      'Effect',
      foldTemplate(TEMPLATE as unknown as TemplateSections, NO_VPC).Resources,
    );

    expect(network('WorkerRole').map(({ Effect }) => Effect)).toEqual(['Allow', 'Allow', 'Deny']);
    expect(network('WorkerBoundary')).toEqual(network('WorkerRole'));
    expect(network('WorkerRole')[2]).toMatchObject({
      Condition: { ArnLike: { 'lambda:SourceFunctionArn': expect.anything() } },
    });
    expect(always.filter(([, { Action }]) => JSON.stringify(Action).includes('"ec2:'))).toEqual([]);
  });
});

describe('the rules of a stack', () => {
  const texts = (environment: string) => ({
    'coalmine.config.yaml': `project: shop\nenvironments: { prod: ${environment} }\ntaps: [{ bus: orders }]\nchannels: { mail: { sns: "arn:aws:sns:eu-west-1:111122223333:a" } }\n`,
    'a.canary.yaml':
      'canary: a\nowner: team\nschedule: { every: 5m }\nalert: { to: [mail] }\nsteps:\n  - expect: event\n    bus: orders\n    within: 5s\n',
  });

  it('refuse another account and region than those of the buses that canaries wait for', () => {
    const { Rules } = stackOf(
      fleetFrom(texts('{ region: eu-west-1, role: "arn:aws:iam::222222222222:role/canaries" }')),
    ) as JsonMap;

    expect(Rules).toMatchObject({
      HearsItsBuses: {
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
            AssertDescription: expect.stringContaining(
              'Deploy this stack in region eu-west-1: its canaries wait for bus orders there',
            ),
          },
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '222222222222'] },
            AssertDescription: expect.stringContaining('Deploy this stack in account 222222222222: '),
          },
        ],
      },
    });
  });

  it('name no place where canaries act wherever the stack lies', () => {
    expect(Object.keys(stackOf(fleetFrom(texts('{}')))['Rules'] as JsonMap)).toEqual(['NetworkIsWhole']);
  });
});
