import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SOURCES } from '../../runner/adapters/references/sources.ts';
import { needsOf } from '../../runner/deploy/needs.ts';
import { statementsOf } from '../../runner/deploy/statements.ts';
import * as nouns from '../../runner/kinds/nouns/table.ts';
import * as verbs from '../../runner/kinds/verbs/table.ts';
import { actionsIn } from '../support/aws/iam-services.ts';
import { fleetFrom } from '../support/aws/local-stack.ts';
import { inputWith } from '../support/run/kind-inputs.ts';

const PROJECT = `project: shop
environments:
  prod:
    region: eu-west-1
    vars:
      site: https://example.com
      bus: orders
channels:
  page: { pagerduty: "\${secret:shop/pagerduty#key}" }
  mail: { sns: "\${cf:alerts.TopicArn}" }
  events: { eventbridge: alerts }
taps:
  - bus: orders
`;

/** The permissions of a canary with some steps, as `action resource`. */
function needed(steps: string, project = PROJECT, setup = ''): readonly string[] {
  const canary = `canary: one
owner: team
schedule: { every: 5m }
alert: { to: [page] }
vars:
  folder: canary/\${run.shortId}
  queue: orders-incoming
${setup}steps:
${steps}
`;
  const needs = needsOf(fleetFrom({ 'coalmine.config.yaml': project, 'one.canary.yaml': canary }));
  return needs.canaries.map(({ action, on: { arn, ifName, instead } }) =>
    [action, arn, ...(ifName === undefined ? [] : ['or', ifName.arn]), ...(instead ?? [])].join(' '),
  );
}

const IN = 'eu-west-1:${AWS::AccountId}';

describe('what a fleet needs', () => {
  it.each([
    {
      steps: '  - putEvent: ${bus}\n    source: a\n    detailType: B',
      needs: [`events:PutEvents arn:\${AWS::Partition}:events:${IN}:event-bus/orders`],
    },
    {
      steps: '  - sendMessage: ${queue}\n    body: x',
      needs: ['SendMessage', 'GetQueueUrl'].map(
        (name) => `sqs:${name} arn:\${AWS::Partition}:sqs:${IN}:orders-incoming`,
      ),
    },
    {
      steps: '  - sendMessage: https://sqs.us-east-2.amazonaws.com/111122223333/theirs\n    body: x',
      needs: ['sqs:SendMessage arn:${AWS::Partition}:sqs:us-east-2:111122223333:theirs'],
    },
    {
      steps: '  - putObject: invoices\n    key: ${folder}/a.json\n    body: x',
      needs: ['s3:PutObject arn:${AWS::Partition}:s3:::invoices/canary/*/a.json'],
    },
    {
      steps: '  - invoke: arn:aws:lambda:eu-west-1:111122223333:function:prices',
      needs: ['lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:prices'],
    },
    {
      steps: '  - invoke: prices',
      needs: [`lambda:InvokeFunction arn:\${AWS::Partition}:lambda:${IN}:function:prices`],
    },
    {
      steps: '  - publish: ${env:SHIPS_TOPIC}\n    body: x',
      needs: [`sns:Publish \${EnvShipsTopic} or arn:\${AWS::Partition}:sns:${IN}:\${EnvShipsTopic}`],
    },
    {
      steps: '  - putEvent: ${ssm:/shop/bus}\n    source: a\n    detailType: B',
      needs: [
        `events:PutEvents \${SsmShopBus} or arn:\${AWS::Partition}:events:${IN}:event-bus/\${SsmShopBus}`,
        `ssm:GetParameter arn:\${AWS::Partition}:ssm:${IN}:parameter/shop/bus`,
      ],
    },
    {
      steps: '  - sendMessage: orders-${env:STAGE}\n    body: x',
      needs: ['SendMessage', 'GetQueueUrl'].map(
        (name) => `sqs:${name} arn:\${AWS::Partition}:sqs:${IN}:orders-\${EnvStage}`,
      ),
    },
    {
      steps:
        '  - startExecution: ${cf:export.Machine}\n    save: { execution: response.executionArn }\n  - expect: execution\n    arn: ${execution}\n    has: { status: SUCCEEDED }\n    within: 30s',
      needs: [
        `states:StartExecution \${CfExportMachine} or arn:\${AWS::Partition}:states:${IN}:stateMachine:\${CfExportMachine}`,
        `states:DescribeExecution \${CfExportMachine}:* or arn:\${AWS::Partition}:states:${IN}:stateMachine:\${CfExportMachine}:* :stateMachine: :execution:`,
        `cloudformation:DescribeStacks arn:\${AWS::Partition}:cloudformation:${IN}:stack/export/*`,
      ],
    },
    {
      steps:
        '  - expect: execution\n    stateMachine: ${cf:export.Machine}\n    correlate: ${run.shortId}\n    save: { execution: execution.arn }\n    within: 30s\n  - expect: execution\n    arn: ${execution}\n    has: { status: SUCCEEDED }\n    within: 30s',
      needs: [
        `states:ListExecutions \${CfExportMachine} or arn:\${AWS::Partition}:states:${IN}:stateMachine:\${CfExportMachine}`,
        `states:DescribeExecution \${CfExportMachine}:* or arn:\${AWS::Partition}:states:${IN}:stateMachine:\${CfExportMachine}:* :stateMachine: :execution:`,
        `states:DescribeExecution \${CfExportMachine}:* or arn:\${AWS::Partition}:states:${IN}:stateMachine:\${CfExportMachine}:* :stateMachine: :execution:`,
        `cloudformation:DescribeStacks arn:\${AWS::Partition}:cloudformation:${IN}:stack/export/*`,
      ],
    },
    {
      steps: '  - invoke: ${cf:shop/Prices}',
      needs: [
        `lambda:InvokeFunction \${CfShopPrices} or arn:\${AWS::Partition}:lambda:${IN}:function:\${CfShopPrices}`,
        `cloudformation:ListStackResources arn:\${AWS::Partition}:cloudformation:${IN}:stack/shop/*`,
      ],
    },
    {
      steps: '  - invoke: ${cf:shop-${env.name}-${env:STAGE}/Prices}',
      needs: [
        `lambda:InvokeFunction \${CfShopEnvNameEnvStagePrices} or arn:\${AWS::Partition}:lambda:${IN}:function:\${CfShopEnvNameEnvStagePrices}`,
        `cloudformation:ListStackResources arn:\${AWS::Partition}:cloudformation:${IN}:stack/shop-prod-\${EnvStage}/*`,
      ],
    },
    {
      steps: '  - invoke: ${cf:shop/Inner/Prices}',
      needs: [
        `lambda:InvokeFunction \${CfShopInnerPrices} or arn:\${AWS::Partition}:lambda:${IN}:function:\${CfShopInnerPrices}`,
        `cloudformation:ListStackResources arn:\${AWS::Partition}:cloudformation:${IN}:stack/shop/*`,
        `cloudformation:ListStackResources arn:\${AWS::Partition}:cloudformation:${IN}:stack/shop-Inner-*/*`,
        expect.stringMatching(
          /^cloudformation:ListStackResources .*:stack\/shop-InnerNestedStackInnerNestedStackResource[0-9A-F]{8}-\*\/\*$/,
        ),
      ],
    },
    {
      steps: '  - http: GET ${cf:arn:aws:cloudformation:us-east-2:111122223333:stack/shop/0a/Inner.Url}',
      needs: ['stack/shop/0a', 'stack/shop-Inner-*', 'stack/shop-InnerNestedStack'].flatMap((stack) =>
        (stack.endsWith('0a') ? ['ListStackResources'] : ['ListStackResources', 'DescribeStacks']).map(
          (action) =>
            expect.stringContaining(
              `cloudformation:${action} arn:aws:cloudformation:us-east-2:111122223333:${stack}`,
            ),
        ),
      ),
    },
    {
      steps:
        '  - http: GET ${site}\n    save: { group: response.body.group }\n  - expect: log\n    logGroup: ${group}\n    has: { level: INFO }\n    within: 30s',
      needs: ['logs:FilterLogEvents ${OnLogsFilterLogEventsOne}'],
    },
    {
      steps: '  - expect: log\n    logGroup: /aws/lambda/x\n    has: { level: INFO }\n    within: 30s',
      needs: [`logs:FilterLogEvents arn:\${AWS::Partition}:logs:${IN}:log-group:/aws/lambda/x:*`],
    },
    {
      steps: '  - http: GET https://abc123.execute-api.us-east-2.amazonaws.com/orders\n    auth: aws',
      needs: ['execute-api:Invoke arn:${AWS::Partition}:execute-api:us-east-2:${AWS::AccountId}:abc123/*'],
    },
    {
      steps: '  - http: GET ${site}/orders\n    auth: { aws: { service: execute-api } }',
      needs: ['execute-api:Invoke ${OnExecuteApiInvokeOne}'],
    },
    {
      steps: '  - http: GET ${site}\n    headers: { authorization: "${secret:shop/api#token}" }',
      needs: [
        `secretsmanager:GetSecretValue arn:\${AWS::Partition}:secretsmanager:${IN}:secret:shop/api-??????`,
      ],
    },
    {
      steps: '  - expect: event\n    bus: orders\n    source: a\n    detailType: B\n    within: 10s',
      needs: [],
    },
  ])('of $steps is $needs', ({ steps, needs }) => {
    expect(needed(steps)).toEqual(needs);
  });

  it('has, of a canary with a setup, the actions on the table of leases', () => {
    const setup = 'setup:\n  - putItem: stock\n    item: { sku: a }\n';
    const table = (name: string): string => `arn:\${AWS::Partition}:dynamodb:${IN}:table/${name}`;

    expect(needed('  - http: GET ${site}', PROJECT, setup)).toEqual([
      `dynamodb:DescribeTable ${table('stock')}`,
      `dynamodb:PutItem ${table('stock')}`,
      `dynamodb:DeleteItem ${table('coalmine-shop-leases')}`,
      `dynamodb:GetItem ${table('coalmine-shop-leases')}`,
      `dynamodb:PutItem ${table('coalmine-shop-leases')}`,
    ]);
  });

  it('is, of an environment with another role, to assume it; and notices stay with our own', () => {
    const project = PROJECT.replace(
      'region: eu-west-1',
      'region: eu-west-1\n    role: arn:aws:iam::111122223333:role/coalmine',
    );

    expect(needed('  - invoke: prices', project)).toEqual([
      'sts:AssumeRole arn:aws:iam::111122223333:role/coalmine',
    ]);
  });

  it('has, apart from that, what changes before an incident are read with, of names that are known before a run', () => {
    const changesOf = (role: string): readonly string[] => {
      const project = PROJECT.replace('    region: eu-west-1', `    region: eu-west-1${role}`);
      const canary = `canary: one
owner: team
schedule: { every: 5m }
vars: { made: { $uuid: {} } }
steps:
  - invoke: \${cf:shop.Function}
    save: { fn: response.body.name }
  - invoke: \${fn}
  - invoke: \${cf:dyn-\${env.name}-\${env.region}.Function}
  - invoke: \${cf:dyn-\${env:STAGE}.Function}
  - invoke: price-\${env.name}
  - invoke: \${canary.name}
  - invoke: made-\${made}
  - expect: log
    logGroup: /aws/lambda/store
    within: 30s
  - expect: log
    logGroup: /aws/lambda/store-\${env.name}
    within: 30s
`;
      return needsOf(fleetFrom({ 'coalmine.config.yaml': project, 'one.canary.yaml': canary })).changes.map(
        ({ action, on: { arn } }) => `${action} ${arn}`,
      );
    };

    expect(changesOf('')).toEqual([
      ...['shop', 'dyn-prod-eu-west-1', 'dyn-${EnvStage}'].map(
        (stack) =>
          `cloudformation:DescribeStackEvents arn:\${AWS::Partition}:cloudformation:${IN}:stack/${stack}/*`,
      ),
      'lambda:GetFunctionConfiguration ${CfShopFunction}',
      'lambda:GetFunctionConfiguration ${CfDynEnvNameEnvRegionFunction}',
      'lambda:GetFunctionConfiguration ${CfDynEnvStageFunction}',
      ...['price-prod', 'one', 'store', 'store-prod'].map(
        (name) => `lambda:GetFunctionConfiguration arn:\${AWS::Partition}:lambda:${IN}:function:${name}`,
      ),
    ]);
    expect(changesOf('\n    role: arn:aws:iam::111122223333:role/canaries')).toEqual([]);
  });

  it('has the actions by which channels are notified, and parameters for what only the account knows', () => {
    const canary =
      'canary: one\nowner: team\nschedule: { every: 5m }\nalert: { to: [page] }\nsteps:\n  - publish: ${env:SHIPS_TOPIC}\n    body: x\n';
    const needs = needsOf(fleetFrom({ 'coalmine.config.yaml': PROJECT, 'one.canary.yaml': canary }));

    expect(needs.channels.map(({ action, by }) => `${action} ${by}`)).toEqual([
      'secretsmanager:GetSecretValue channel page',
      'sns:Publish channel mail',
      'cloudformation:DescribeStacks channel mail',
      'events:PutEvents channel events',
    ]);
    expect(needs.readsSecrets).toBe(true);
    expect(needs.variables).toEqual({ SHIPS_TOPIC: 'EnvShipsTopic' });
    expect(needs.parameters.map(({ name, description }) => `${name}: ${description}`)).toEqual([
      'CfAlertsTopicArn: The value of ${cf:alerts.TopicArn}, for permissions only; runs read it themselves. A name or an ARN. For channel mail.',
      'EnvShipsTopic: The value of ${env:SHIPS_TOPIC}. A name or an ARN. For one, shop.',
    ]);
  });

  it('has what the targets of reporters are read with', () => {
    const reporters =
      'reporters: ["otlp:${env:OTLP_ENDPOINT} authorization=${secret:shop/otlp}", "otlp:${collector}"]\n';
    const project = `${PROJECT.replace('bus: orders\n', 'bus: orders\n      collector: ${ssm:/shop/collector}\n')}${reporters}`;
    const canary =
      'canary: one\nowner: team\nschedule: { every: 5m }\nalert: { to: [page] }\nsteps:\n  - http: GET ${site}\n';
    const needs = needsOf(fleetFrom({ 'coalmine.config.yaml': project, 'one.canary.yaml': canary }));

    expect(needs.channels.map(({ action, by }) => `${action} ${by}`).slice(-2)).toEqual([
      'secretsmanager:GetSecretValue the reporters',
      'ssm:GetParameter the reporters',
    ]);
    expect(needs.variables).toEqual({ OTLP_ENDPOINT: 'EnvOtlpEndpoint' });
  });

  it('has what taps are probed with, and what their addresses are read with, where the file says more of them', () => {
    const taps =
      'taps:\n  - bus: orders\n  - topic: ${cf:ships.Topic}\n    ids: [body.orderId]\n    probe: true\n  - topic: ${ssm:/other}\n';
    const steps = '  - expect: event\n    bus: orders\n    within: 10s';
    const project = PROJECT.replace(/taps:\n.*\n/, taps);
    const canary = `canary: one\nowner: team\nschedule: { every: 5m }\nalert: { to: [page] }\nsteps:\n${steps}\n`;
    const needs = needsOf(fleetFrom({ 'coalmine.config.yaml': project, 'one.canary.yaml': canary }));

    expect(needed(steps, project)).toEqual([
      `cloudformation:DescribeStacks arn:\${AWS::Partition}:cloudformation:${IN}:stack/ships/*`,
      `ssm:GetParameter arn:\${AWS::Partition}:ssm:${IN}:parameter/other`,
      `sns:Publish \${CfShipsTopic} or arn:\${AWS::Partition}:sns:${IN}:\${CfShipsTopic}`,
    ]);
    expect(needs.taps.map(({ action }) => action)).toEqual([
      'cloudformation:DescribeStacks',
      'ssm:GetParameter',
    ]);
  });

  it('comes to statements in which like stands with like', () => {
    const on = { arn: 'arn:aws:sqs:eu-west-1:111122223333:a' };
    const other = { arn: 'arn:${AWS::Partition}:sqs:eu-west-1:${AWS::AccountId}:b' };

    const statements = statementsOf([
      { action: 'sqs:SendMessage', on },
      { action: 'sqs:GetQueueUrl', on },
      { action: 'sqs:GetQueueUrl', on },
      { action: 'sqs:ReceiveMessage', on: other },
    ]);

    expect(statements).toEqual([
      { Effect: 'Allow', Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'], Resource: on.arn },
      { Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: { 'Fn::Sub': other.arn } },
    ]);
  });
});

const ROOT = join(import.meta.dirname, '../..');

/** The text of a file and of the shared pieces of kinds that it imports, theirs included. */
function textWith(path: string, seen = new Set<string>()): string {
  if (seen.has(path)) return '';
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const pieces = [...text.matchAll(/^import (?!type)[^;]*? from '(\.\.?\/[^']+)';/gm)].map(([, to = '']) =>
    join(dirname(path), to),
  );
  const shared = pieces.filter((to) =>
    /runner\/kinds\/((aws|http|cognito|streams|tasks|writes)\/)?[^/]+\.ts$/.test(to),
  );
  return [text, ...shared.map((to) => textWith(to, seen))].join('\n');
}

function sorted(actions: Iterable<string>): readonly string[] {
  return [...new Set(actions)].toSorted();
}

const KINDS = ['verbs', 'nouns'].flatMap((folder) =>
  readdirSync(join(ROOT, 'runner/kinds', folder), { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith('.ts') && file !== 'table.ts')
    .map((file) => ({ folder, file })),
);

describe('the calls in the source and the actions that are granted are the same', () => {
  it.each(KINDS)('for $folder/$file', ({ folder, file }) => {
    const name = basename(file, '.ts').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const kind = { ...verbs, ...nouns }[name as keyof typeof verbs];
    const used = actionsIn(textWith(join(ROOT, 'runner/kinds', folder, file)));
    // A message of a queue is received by the tap reader that this process starts for it, with the calls of its adapters.
    const read = name === 'message' ? queueReader() : [];
    const { required = [] } = kind.input as { readonly required?: readonly string[] };

    const granted = [() => true, (key: string) => required.includes(key)]
      .flatMap((isGiven) => kind.permissions(inputWith(isGiven) as never))
      .filter(({ ofTap }) => ofTap !== true) // recorded.test.ts covers the adapters' calls for a tap
      .map(({ action }) => action);

    expect(sorted([...used, ...read])).toEqual(sorted(granted));
  });

  it.each(Object.entries(SOURCES))('for ${%s:}', (scheme, source) => {
    const used = actionsIn(readFileSync(join(ROOT, `runner/adapters/references/${scheme}.ts`), 'utf8'));
    const granted = source.examples.flatMap((name) => source.permissions(name)).map(({ action }) => action);

    // AWS decrypts a value under a customer's key in the reader's name.
    expect(sorted([...used, ...(scheme === 'cf' ? [] : ['kms:Decrypt'])])).toEqual(sorted(granted));
  });
});

/** Permissions of a queue's reader: messages are released, never deleted, and only taps have a rule. */
function queueReader(): readonly string[] {
  const text = ['sqs-queue', 'sqs-taps']
    .map((name) => readFileSync(join(ROOT, `runner/adapters/taps/${name}.ts`), 'utf8'))
    .join('\n');
  return actionsIn(text).filter((action) => !['sqs:DeleteMessage', 'events:DescribeRule'].includes(action));
}
