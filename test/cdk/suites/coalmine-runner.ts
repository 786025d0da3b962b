import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RemovalPolicy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AssetManifestArtifact } from 'aws-cdk-lib/cx-api';
import { CoalmineRunner, type CoalmineRunnerProps } from '../../../runner/cdk/index.ts';
import type { Section } from '../../../runner/deploy/intrinsics.ts';
import { folderWith } from '../../support/command.ts';
import {
  CANARIES,
  deployed,
  FILES,
  GIVEN,
  messagesOf,
  newApp,
  propertiesOf,
  synthesised,
} from '../support.ts';

describe('the properties of a runner', () => {
  it('set the limits, the metrics and the logs', () => {
    const shown = deployed({
      canariesAtOnce: 5,
      mostWorkers: 4,
      stepMetrics: true,
      allowShrink: true,
      logRetention: RetentionDays.ONE_WEEK,
      heartbeatUrl: 'https://hc.example/1',
      runnerName: 'shop-prod',
    });
    const { Resources } = synthesised(shown);
    const is = (name: string) => Resources[name]?.['Properties'];

    expect(is('WorkerFunction')).toMatchObject({
      ReservedConcurrentExecutions: 4,
      Environment: { Variables: { COALMINE_STEP_METRICS: 'on', COALMINE_STACK: 'shop-prod' } },
    });
    expect(is('WorkerFunctionRuns')).toMatchObject({
      BatchSize: 5,
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    expect(is('WorkerLogs')).toMatchObject({ RetentionInDays: 7 });
    expect(is('TickFunction')).toMatchObject({
      Environment: {
        Variables: { COALMINE_ALLOW_SHRINK: 'yes', COALMINE_HEARTBEAT_URL: 'https://hc.example/1' },
      },
    });
    expect(is('Dashboard')).toMatchObject({
      DashboardName: { 'Fn::Join': ['', ['shop-prod-', { Ref: 'AWS::Region' }]] },
    });
  });

  it('ask for the pages of the state, in a bucket that is kept', () => {
    const { Resources } = synthesised(deployed({ sitePages: true }));

    expect(Resources['SiteBucket']).toMatchObject({ Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' });
    expect(Resources['TickFunction']?.['Properties']).toMatchObject({
      Environment: { Variables: { COALMINE_SITE_BUCKET: { Ref: 'SiteBucket' } } },
    });
    expect(Object.keys(synthesised(deployed({ sitePages: false })).Resources)).not.toContain('SiteBucket');
  });

  it('turn off what is false', () => {
    const variables = ({ stepMetrics, allowShrink }: CoalmineRunnerProps) =>
      JSON.stringify(
        propertiesOf(deployed({ stepMetrics, allowShrink } as CoalmineRunnerProps), 'TickFunction'),
      );

    expect(variables({ stepMetrics: false, allowShrink: false })).toContain('"COALMINE_ALLOW_SHRINK":"no"');
  });

  it('tap the buses and topics of the app', () => {
    const shown = deployed((stack) => ({
      buses: [new EventBus(stack, 'Orders') as IEventBus, EventBus.fromEventBusName(stack, 'Named', 'named')],
      topics: [new Topic(stack, 'Ships')],
    }));
    const { Resources } = synthesised(shown);
    const topic = { Ref: expect.stringMatching(/^Ships/) };

    expect(Resources['BusTap1Rule']?.['Properties']).toMatchObject({
      EventBusName: { Ref: expect.stringMatching(/^Orders/) },
    });
    expect(Resources['BusTap2Rule']?.['Properties']).toMatchObject({ EventBusName: 'named' });
    expect(Resources['TopicTap1Subscription']?.['Properties']).toMatchObject({
      TopicArn: topic,
      Region: { Ref: 'AWS::Region' },
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['TapDlq', 'Arn'] } },
    });
    expect(JSON.stringify(Resources['TopicTap1QueuePolicy'])).toContain(
      '"aws:SourceAccount":{"Ref":"AWS::AccountId"}',
    );
    expect(() => shown.runner.template.getResource('BusTap3Rule')).toThrow();
  });

  it('leave out the dead-letter queue of a subscription in another region', () => {
    const elsewhere = deployed(
      (stack) => ({ topics: [Topic.fromTopicArn(stack, 'T', 'arn:aws:sns:us-east-1:444455556666:far')] }),
      { env: { account: '111122223333', region: 'eu-west-1' } },
    );
    const subscription = propertiesOf(elsewhere, 'TopicTap1Subscription');

    expect(subscription).toMatchObject({ Region: 'us-east-1' });
    expect(subscription).not.toHaveProperty('RedrivePolicy');
    expect(JSON.stringify(propertiesOf(elsewhere, 'TopicTap1QueuePolicy'))).toContain('"444455556666"');
  });

  it('send alarms and notices to a topic of the app, which lets CloudWatch publish', () => {
    const shown = deployed((stack) => ({
      alertTopic: new Topic(stack, 'Alerts'),
      alertEmail: 'team@shop.example',
    }));
    const { Resources } = synthesised(shown);
    const alerts = { Ref: expect.stringMatching(/^Alerts/) };
    const topics = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SNS::Topic');
    const policies = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SNS::TopicPolicy');

    expect(topics.length).toBe(1);
    expect(Resources['NoHeartbeat']?.['Properties']).toMatchObject({ AlarmActions: [alerts] });
    expect(Resources['AlertEmailSubscription']?.['Properties']).toMatchObject({ TopicArn: alerts });
    expect(policies.map((policy) => JSON.stringify(policy))).toEqual([
      expect.stringContaining('cloudwatch.amazonaws.com'),
    ]);
    expect(shown.stack.resolve(shown.runner.alertTopic.topicArn)).toEqual(alerts);
  });

  it('put every role under a boundary, in place of that of the worker', () => {
    const shown = deployed((stack) => ({
      permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(
        stack,
        'B',
        'arn:aws:iam::111122223333:policy/team',
      ),
    }));
    const roles = Object.values(synthesised(shown).Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');

    expect(roles.length).toBe(4);
    for (const { Properties } of roles)
      expect(Properties).toMatchObject({ PermissionsBoundary: 'arn:aws:iam::111122223333:policy/team' });
  });

  it('encrypt by a key of the app, which lets the services of AWS use it', () => {
    const shown = deployed((stack) => ({
      encryptionKey: new Key(stack, 'Key'),
      secretsKey: new Key(stack, 'Secrets'),
    }));
    const { Resources } = synthesised(shown);
    const key = Object.entries(Resources).find(([name]) => name.startsWith('Key'))?.[1];

    expect(Resources['StateTable']?.['Properties']).toMatchObject({ SSESpecification: { SSEType: 'KMS' } });
    expect(Resources['RunQueue']?.['Properties']).not.toHaveProperty('SqsManagedSseEnabled');
    for (const service of ['cloudwatch', 'events', 'sns', 'logs'])
      expect(JSON.stringify(key)).toContain(`"${service}.amazonaws.com"`);
    expect(JSON.stringify(Resources['WorkerRole'])).toMatch(/kms:Decrypt.*Secrets/);
  });

  it('keep the table unless another policy is given', () => {
    const policyOf = (shown: ReturnType<typeof deployed>) =>
      synthesised(shown).Resources['StateTable']?.['DeletionPolicy'];

    expect(policyOf(deployed())).toBe('Retain');
    expect(policyOf(deployed({ removalPolicy: RemovalPolicy.DESTROY }))).toBe('Delete');
  });
});

describe('two runners', () => {
  const app = newApp();
  const both = new Stack(app, 'Both');
  const one = new CoalmineRunner(both, 'Orders', GIVEN);
  const other = new CoalmineRunner(both, 'Billing', GIVEN);
  const far = new CoalmineRunner(new Stack(app, 'Far', { env: { region: 'us-east-1' } }), 'Orders', GIVEN);
  const functionsOf = (stack: Stack): readonly Section[] =>
    Object.values(synthesised({ app, stack }).Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );

  it('lie in one stack, each with resources and a name of its own', () => {
    expect(functionsOf(both).length).toBe(6);
    expect(new Set([one, other, far].map(({ runnerName }) => runnerName)).size).toBe(3);
    for (const { runnerName } of [one, other, far]) expect(runnerName).toMatch(/^[\w-]{1,100}$/);
  });

  it('have the same code in the same assets, which are built once', () => {
    const keysOf = (stack: Stack) =>
      new Set(
        functionsOf(stack).map(({ Properties }) => ((Properties as Section)['Code'] as Section)['S3Key']),
      );

    expect(keysOf(both).size).toBe(3);
    expect(keysOf(Stack.of(far))).toEqual(keysOf(both));
  });

  it('lie in the stages of a pipeline, with the code among the assets of each', () => {
    const stages = newApp();
    const stage = new Stage(stages, 'Prod');
    const { runnerName } = new CoalmineRunner(new Stack(stage, 'Shop'), 'Canaries', GIVEN);
    const assembly = stages.synth().getNestedAssembly('assembly-Prod');
    const [manifest] = assembly.artifacts.filter((artifact) =>
      AssetManifestArtifact.isAssetManifestArtifact(artifact),
    );
    const { files } = JSON.parse(readFileSync((manifest as AssetManifestArtifact).file, 'utf8')) as {
      readonly files: object;
    };

    expect(Object.keys(files).length).toBe(4);
    expect(runnerName).toMatch(/^ProdShop-Canaries-/);
  });
});

describe('a runner for other constructs', () => {
  it('gives metrics of a canary', () => {
    const { runner } = deployed();

    expect(runner.metricSuccessPercent('one').toMetricConfig().metricStat).toMatchObject({
      namespace: 'Coalmine',
      metricName: 'SuccessPercent',
      dimensions: [{ name: 'CanaryName', value: 'one' }],
      statistic: 'Average',
    });
    expect(runner.metricDuration('one', { statistic: 'p90' }).toMetricConfig().metricStat).toMatchObject({
      metricName: 'Duration',
      statistic: 'p90',
    });
  });

  it('gives its table, its role and its function', () => {
    const shown = deployed();
    const { stack, runner } = shown;
    const idOf = (name: string): unknown => stack.resolve(runner.template.getResource(name).logicalId);

    expect(stack.resolve(runner.table.tableArn)).toEqual({ 'Fn::GetAtt': [idOf('StateTable'), 'Arn'] });
    expect(stack.resolve(runner.workerRole.roleArn)).toEqual({ 'Fn::GetAtt': [idOf('WorkerRole'), 'Arn'] });
    expect(stack.resolve(runner.workerFunction.functionArn)).toEqual({
      'Fn::GetAtt': [idOf('WorkerFunction'), 'Arn'],
    });
  });

  it('is granted the use of a key', () => {
    const shown = deployed();
    new Key(shown.stack, 'Key').grantDecrypt(shown.runner);

    expect(JSON.stringify(synthesised(shown).Resources)).toMatch(/AWS::IAM::Policy.*kms:Decrypt/);
  });

  it('has the tags of its stack on what takes tags', () => {
    const shown = deployed();
    Tags.of(shown.stack).add('team', 'shop');
    const { Resources } = synthesised(shown);

    for (const name of ['StateTable', 'RunQueue', 'WorkerFunction'])
      expect(JSON.stringify(Resources[name])).toContain('{"Key":"team","Value":"shop"}');
  });
});

describe('a runner that cannot be deployed', () => {
  it('ends the synthesis with every fault of its files', () => {
    const canaries = folderWith({
      ...FILES,
      'two.canary.yaml': 'canary: two\nowner: team\nsteps: [{ http: GET, urll: x }]\n',
    });

    expect(() => deployed({ canaries })).toThrow(/two\.canary\.yaml:\d+:\d+/);
  });

  it('ends it with every fault of its properties', () => {
    expect(() =>
      deployed({
        variables: {},
        parameters: { EnvNothing: 'x' },
        alertEmail: 'nobody',
        heartbeatUrl: 'http://hc.example/secret',
        canariesAtOnce: 200,
        logRetention: RetentionDays.TEN_YEARS,
      }),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /Shop\/Canaries are faulty\.\nparameters: the template has no parameter EnvNothing\.\nalertEmail is 'nobody'. It must be an e-mail address, or nothing\.\ncanariesAtOnce is '200'. It must be a number from 1 to 100\.\nlogRetention is '3653'. It must be one of [\d, ]+\.\nheartbeatUrl must be an https:\/\/ address, or nothing\.\nvariables: \{ SHIPS_TOPIC \} is missing\. The value of \$\{env:SHIPS_TOPIC\}/,
        ),
      }),
    );
  });

  it('compares a number and its text as the same', () => {
    const is = (parameters: Readonly<Record<string, string>>) =>
      propertiesOf(deployed({ parameters }), 'WorkerLogs');

    expect(is({ LogRetentionDays: '7' })).toMatchObject({ RetentionInDays: 7 });
    expect(() => is({ MostWorkers: 'many' })).toThrow("is 'many'. It must be a number from 2 to 1000.");
  });

  it('ends it if a variable is empty, as if it were not there', () => {
    expect(() => deployed({ variables: { SHIPS_TOPIC: '' } })).toThrow(
      'variables: { SHIPS_TOPIC } is missing.',
    );
  });

  it('warns of a variable that no canary reads', () => {
    const { stack } = deployed({ variables: { ...GIVEN.variables, SHIP_TOPIC: 'x' } });

    expect(messagesOf(stack)).toEqual([expect.stringContaining('No canary reads ${env:SHIP_TOPIC}')]);
  });

  it('has an error in a region whose buses its canaries do not wait for', () => {
    const canaries = folderWith({
      ...FILES,
      'coalmine.config.yaml': FILES['coalmine.config.yaml'].replace(
        'prod: {}',
        'prod: { region: eu-west-1 }',
      ),
      'two.canary.yaml':
        'canary: two\nowner: team\nschedule: { every: 5m }\nalert: { to: [page] }\nsteps:\n  - expect: event\n    bus: orders\n    within: 5s\n',
    });
    const inRegion = (region: string): Stack =>
      deployed({ canaries }, { env: { account: '111122223333', region } }).stack;
    const anywhere = synthesised(deployed({ canaries }));

    expect(messagesOf(inRegion('us-east-1'))).toEqual([
      expect.stringContaining('Deploy this stack in region eu-west-1'),
    ]);
    expect(messagesOf(inRegion('eu-west-1'))).toEqual([]);
    expect(JSON.stringify(anywhere.Rules)).toContain('Deploy this stack in region eu-west-1');
  });

  it('reads the canaries next to the app if none are named', () => {
    expect(
      () => new CoalmineRunner(new Stack(newApp(), 'Shop'), 'Canaries', { environment: 'nowhere' }),
    ).toThrow('The canaries cannot be deployed.');
    expect(CANARIES).toContain('/');
  });
});
