import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import type { JsonMap } from '../../runner/core/base/json.ts';
import { QUESTIONS } from '../../runner/doctor/questions/table.ts';
import { resourcesOf } from '../../runner/doctor/resources.ts';
import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { PROJECT as ALL_KINDS, CASES } from '../deploy/recorded-cases.ts';
import { filesOf } from '../load/support.ts';
import { type RecordedAws, startRecordedAws } from '../support/aws/recorded-aws.ts';
import { coalmine, emptyFolder, type Printed } from '../support/command.ts';

const PROJECT = `project: examined
environments:
  here: { region: us-east-1 }
  there: { region: us-east-1, role: "arn:aws:iam::111122223333:role/watcher" }
taps:
  - bus: shop
  - topic: \${env:SHIPS_TOPIC}
channels:
  mail: { sns: "\${cf:recorded.Topic}" }
  events: { eventbridge: alerts }
  chat: { slack: "\${secret:recorded/hook#url}" }
`;

/** One of each sort of thing, all of it there. */
const WHOLE = `canary: whole
owner: team
only: [here, there]
timeout: 10m
steps:
  - http: GET https://example.com
    headers: { authorization: "\${ssm:/recorded/word}" }
  - invoke: echo
  - startExecution: \${cf:recorded.Machine}
    save: { execution: response.executionArn }
  - putObject: reports
    key: a
    body: x
  - putItem: pairs
    item: { left: a, right: b }
  - sendMessage: inbox
    body: x
  - putEvent: shop
    source: a
    detailType: B
  - publish: \${env:SHIPS_TOPIC}
    body: x
  - expect: execution
    stateMachine: \${cf:recorded.Machine}
    within: 1s
  - expect: event
    bus: shop
    within: 1s
  - expect: message
    topic: \${env:SHIPS_TOPIC}
    within: 1s
  - never: message
    queue: jobs-dlq
    for: 20s
  - expect: log
    logGroup: /aws/lambda/echo
    within: 1s
  - expect: trace
    within: 1s
  - expect: metric
    namespace: Shop
    metricName: Orders
    dimensions: { Kind: any }
    within: 3m
  - expect: item
    table: pairs
    index: by-right
    key: { right: b }
    within: 1s
`;

const LACKING = `canary: lacking
owner: team
only: [here]
steps:
  - putEvent: shopp
    source: a
    detailType: B
  - name: It is stored
    expect: item
    table: nowhere
    key: { id: a }
    within: 1s
  - never: message
    queue: jobs-dlq
    for: 2s
`;

let aws: RecordedAws;
let env: Record<string, string | undefined>;
let whole: string;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startRecordedAws();
  env = { ...process.env, AWS_ENDPOINT_URL: aws.proxy.url, SHIPS_TOPIC: aws.topic };
  const clients = awsClients({ region: aws.aws.region, endpoint: aws.aws.url });
  const sqs = clients.clientOf(SQSClient, 'act');
  await sqs.send(new CreateQueueCommand({ QueueName: 'jobs-dlq' }));
  const deadLetterTargetArn = `arn:aws:sqs:${aws.aws.region}:${aws.aws.account}:jobs-dlq`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
  await sqs.send(
    new CreateQueueCommand({ QueueName: 'jobs', Attributes: { RedrivePolicy, VisibilityTimeout: '5' } }),
  );
  const MetricData = [{ MetricName: 'Orders', Dimensions: [{ Name: 'Kind', Value: 'any' }], Value: 1 }];
  await clients
    .clientOf(CloudWatchClient, 'act')
    .send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
  clients.close();
  whole = folderWith({ 'whole.canary.yaml': WHOLE });
  await coalmine(['tap', '.', '--env', 'here'], { cwd: whole, env });
});

afterAll(async () => aws.close());

beforeEach(() => {
  aws.proxy.asked.length = 0;
  aws.proxy.denied.clear();
  aws.proxy.answers.clear();
});

function folderWith(files: Readonly<Record<string, string>>, project = PROJECT): string {
  const folder = emptyFolder();
  for (const [name, text] of Object.entries({ 'coalmine.config.yaml': project, ...files }))
    writeFileSync(join(folder, name), text);
  return folder;
}

async function doctor(cwd: string, ...more: readonly string[]): Promise<Printed> {
  return coalmine(['doctor', '.', ...(more.includes('--env') ? [] : ['--env', 'here']), ...more], {
    cwd,
    env,
  });
}

const ROLE = 'arn:aws:iam::000000000000:role/path/tester';

/** IAM and STS as a role of an account sees them. */
function actAs(decisions: Readonly<Record<string, string>> = {}): void {
  const xml = (action: string, inside: string): void =>
    void aws.proxy.answers.set(action, {
      type: 'text/xml',
      body: `<${action.split(':')[1]}Response><${action.split(':')[1]}Result>${inside}</${action.split(':')[1]}Result></${action.split(':')[1]}Response>`,
    });
  const arn = 'arn:aws:sts::000000000000:assumed-role/tester/anna';
  xml('sts:GetCallerIdentity', `<Account>000000000000</Account><UserId>U</UserId><Arn>${arn}</Arn>`);
  xml('iam:GetRole', `<Role><Arn>${ROLE}</Arn><RoleName>tester</RoleName></Role>`);
  const allowed = ['lambda:InvokeFunction', 'lambda:GetFunctionConfiguration', 'states:StartExecution'];
  const members = [...allowed, ...Object.keys(decisions)].map(
    (action) =>
      `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decisions[action] ?? 'allowed'}</EvalDecision></member>`,
  );
  xml('iam:SimulatePrincipalPolicy', `<EvaluationResults>${members.join('')}</EvaluationResults>`);
}

describe('coalmine doctor', () => {
  it('finds all well where all is there, and asks by reading alone', async () => {
    const { code, stdout, stderr } = await doctor(whole, '--verbose', '--show-values');

    expect([code, stderr]).toEqual([0, '']);
    const output = stdout.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(output.map((line) => line.replaceAll(aws.topic, 'TOPIC')).toSorted()).toEqual(
      [
        ...['${ssm:/recorded/word}', '${cf:recorded.Machine}', '${env:SHIPS_TOPIC}', 'function echo'],
        ...['state machine export', 'bucket reports', 'table pairs', 'queue inbox', 'queue jobs-dlq'],
        ...['bus shop', 'topic TOPIC', 'tap on bus shop', 'tap on topic ships', 'log group /aws/lambda/echo'],
        ...['X-Ray traces', 'metric Shop Orders Kind=any', 'table of leases coalmine-examined-leases'],
        ...['channel mail', 'channel events', 'channel chat', 'topic TOPIC', 'bus alerts'],
      ]
        .map((what) => `  ✓ ${what}`)
        .concat(
          '  ? not checked: whether you may do all that canaries need: the policies of arn:aws:iam::000000000000:root cannot be simulated',
        )
        .toSorted(),
    );
    const actions = [...new Set(aws.proxy.asked.map(({ action }) => action))];
    expect(actions.length).toBeGreaterThan(15);
    expect(actions.filter((action) => !/^\w+:(Get|List|Describe)/.test(action))).toEqual([]);
    const page = readFileSync(join(import.meta.dirname, '../../docs/guide/doctor.md'), 'utf8');
    expect(actions.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
  });

  it('names what does not exist, its place in the files, and the remedy', async () => {
    const { code, stdout } = await doctor(
      folderWith({ 'lacking.canary.yaml': LACKING, 'whole.canary.yaml': WHOLE }),
    );

    expect(code).toBe(1);
    expect(stdout).toBe(`here  account 000000000000  us-east-1  as arn:aws:iam::000000000000:root

lacking  (lacking.canary.yaml)
  ✗ bus shopp is not there  lacking.canary.yaml:5:5
      It is named by the step 'putEvent shopp': no run can pass.
      → Check its name, and the environment's region and account.
  ✗ table nowhere is not there  lacking.canary.yaml:8:5
      It is named by the step 'It is stored': no run can pass.
      → Check its name, and the environment's region and account.
  ! a message of queue jobs reaches queue jobs-dlq only after about 10s, and for is 2s  lacking.canary.yaml:13:5
      It is tried 2 times (maxReceiveCount), 5 s apart (VisibilityTimeout): the window proves nothing of it.
      → Write 'for: 15s' or more, or let jobs give up sooner.

whole  (whole.canary.yaml)
  ✓ 17 things are well

The project
  ? not checked: whether you may do all that canaries need: the policies of arn:aws:iam::000000000000:root cannot be simulated
  ✓ 5 other things are well

2 canaries, 2 problems, 1 doubt, 1 not checked, 22 well. Nothing was changed.
`);
  });

  it('is read by machines too', async () => {
    const { stdout } = await doctor(folderWith({ 'lacking.canary.yaml': LACKING }), '--format', 'json');

    expect(JSON.parse(stdout)).toMatchObject({
      environment: 'here',
      caller: { account: '000000000000', region: 'us-east-1' },
      canaries: [
        {
          name: 'lacking',
          found: expect.arrayContaining([
            expect.objectContaining({
              level: 'problem',
              what: 'table nowhere is not there',
              file: 'lacking.canary.yaml',
              line: 8,
              column: 5,
            }),
          ]),
        },
      ],
      counts: { problem: 2, doubt: 1, unchecked: 1 },
    });
  });

  it('reports a missing permission as a problem if runs need it too, and otherwise as not checked', async () => {
    aws.proxy.denied
      .add('dynamodb:DescribeTable')
      .add('events:DescribeEventBus')
      .add('lambda:ListEventSourceMappings');

    const { code, stdout } = await doctor(whole);

    expect(code).toBe(1);
    expect(stdout).toContain('  ✗ table pairs: you may not do dynamodb:DescribeTable  whole.canary.yaml:');
    expect(stdout).toContain(
      '  ? not checked: bus shop: you may not do events:DescribeEventBus  whole.canary.yaml:',
    );
    expect(stdout).toContain(
      '  ? not checked: whether a function reads queue jobs-dlq: you may not do lambda:ListEventSourceMappings',
    );
  });

  it('names the variable of the proxy that requests go through', async () => {
    const options = { cwd: whole, env: { ...env, HTTPS_PROXY: 'http://user:secret@proxy:3128' } };

    const { stdout } = await coalmine(['doctor', '.', '--env', 'here', '--verbose'], options);

    expect(stdout).toContain('  ✓ Requests go through the proxy that HTTPS_PROXY names\n');
    expect(stdout).not.toContain('proxy:3128');
  });

  it('refuses a queue that a function reads', async () => {
    const body = JSON.stringify({
      EventSourceMappings: [
        { FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ship', State: 'Enabled' },
        { FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bill', State: 'Disabled' },
      ],
    });
    aws.proxy.answers.set('lambda:ListEventSourceMappings', { type: 'application/json', body });

    const { code, stdout } = await doctor(whole);

    expect(code).toBe(1);
    expect(stdout).toContain('  ✗ queue jobs-dlq is read by ship  whole.canary.yaml:');
  });

  it('asks IAM what the role may do, by the ARN that IAM knows it by', async () => {
    actAs({ 'sqs:SendMessage': 'implicitDeny' });
    const cwd = folderWith({
      'a.canary.yaml':
        'canary: a\nowner: b\nsteps:\n  - invoke: echo\n  - sendMessage: https://sqs.us-east-1.amazonaws.com/000000000000/inbox\n    body: x\n',
    });

    const { code, stdout } = await doctor(cwd);

    expect(code).toBe(1);
    expect(stdout).toContain(
      '  ✗ sqs:SendMessage is not allowed on arn:aws:sqs:us-east-1:000000000000:inbox',
    );
    const asked = aws.proxy.asked.filter(({ action }) => action === 'iam:SimulatePrincipalPolicy');
    const forms = asked.map(({ body }) => new URLSearchParams(body));
    expect(new Set(forms.map((form) => form.get('PolicySourceArn')))).toEqual(new Set([ROLE]));
    expect(new Set(forms.map((form) => form.get('ResourceArns.member.1')))).toEqual(
      new Set([
        'arn:aws:lambda:us-east-1:000000000000:function:echo',
        'arn:aws:sqs:us-east-1:000000000000:inbox',
      ]),
    );
  });

  it('asks for another role, where another will run the canaries', async () => {
    actAs();
    const cwd = folderWith({ 'a.canary.yaml': 'canary: a\nowner: b\nsteps:\n  - invoke: echo\n' });

    const { code, stdout } = await doctor(
      cwd,
      '--verbose',
      '--role',
      'arn:aws:iam::000000000000:role/worker',
    );

    expect([code, stdout]).toEqual([0, expect.stringContaining('  ✓ 2 permissions\n')]);
    const [asked] = aws.proxy.asked.filter(({ action }) => action === 'iam:SimulatePrincipalPolicy');
    expect(new URLSearchParams(asked?.body).get('PolicySourceArn')).toBe(
      'arn:aws:iam::000000000000:role/worker',
    );
  });

  it('refuses a role that is not an ARN', async () => {
    const { code, stderr } = await doctor(whole, '--role', 'worker');

    expect([code, stderr]).toEqual([
      2,
      "'worker' is not the ARN of a role. Write --role arn:aws:iam::<account>:role/<name>.\n",
    ]);
  });

  it('prints references in place of their values, unless values are asked for', async () => {
    const hidden = await doctor(whole, '--verbose');
    const json = await doctor(whole, '--format', 'json');

    for (const { code, stdout } of [hidden, json]) {
      expect(code).toBe(0);
      expect(stdout).not.toContain(aws.topic);
      expect(stdout).toContain('topic ${env:SHIPS_TOPIC}');
    }
    expect(hidden.stdout).toContain('  ✓ tap on topic ${env:SHIPS_TOPIC}\n');
  });

  it('masks a secret that holds the value of a reference', async () => {
    const cwd = folderWith({
      'a.canary.yaml':
        'canary: a\nowner: b\nsteps:\n  - invoke: ${env:PART}\n  - sendMessage: ${ssm:/recorded/word}\n    body: x\n',
    });
    env['PART'] = 'long';

    const { stdout } = await doctor(cwd);
    delete env['PART'];

    expect(stdout).toContain('  ✗ queue *** is not there');
    expect(stdout).toContain('  ✗ function ${env:PART} is not there');
    expect(stdout).not.toMatch(/\ba \S+ word/);
  });

  it('reports a tap that does not exist or is switched off, and finds the taps of --as', async () => {
    const own = await doctor(whole, '--as', 'anna', '--show-values');
    const clients = awsClients({ region: aws.aws.region, endpoint: aws.aws.url });
    const events = clients.clientOf(EventBridgeClient, 'act');
    await events.send(new DisableRuleCommand({ Name: 'coalmine-examined-bus-shop', EventBusName: 'shop' }));
    const off = await doctor(whole);
    clients.close();
    await coalmine(['tap', '.', '--env', 'here'], { cwd: whole, env });
    const on = await doctor(whole);

    expect(own.stdout).toContain('      → npx coalmine tap --env here --as anna\n');
    expect(own.stdout).toContain(
      '✗ the tap on topic ships is not there (coalmine-examined-topic-ships-anna)',
    );
    expect(off.stdout).toContain(
      '      → aws events enable-rule --name coalmine-examined-bus-shop --event-bus-name shop\n',
    );
    expect([own.code, off.code, on.code]).toEqual([1, 1, 0]);
  });

  describe('of a deployed stack', () => {
    const CALLED_BACK = `canary: a
owner: b
steps:
  - http: POST https://a.example/orders
    body: { callbackUrl: "\${run.inbox}/placed" }
  - expect: request
    within: 1s
`;

    const HEARS = (bus: string): string =>
      `canary: a\nowner: b\nonly: [here]\nsteps:\n  - sendMessage: \${env:INBOX}\n    body: x\n  - expect: event\n    bus: ${bus}\n    within: 1s\n`;

    /** A stack whose worker has that role and those variables. */
    function deployed(
      Variables: Readonly<Record<string, string>>,
      functions: readonly string[] = ['TickFunction', 'WorkerFunction'],
    ): void {
      const members = functions.map(
        (name) =>
          `<member><LogicalResourceId>${name}</LogicalResourceId><PhysicalResourceId>s-${name}</PhysicalResourceId></member>`,
      );
      const body = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join('')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
      aws.proxy.answers.set('cloudformation:ListStackResources', { type: 'text/xml', body });
      const worker = JSON.stringify({
        Role: 'arn:aws:iam::000000000000:role/worker',
        Environment: { Variables },
      });
      aws.proxy.answers.set('lambda:GetFunctionConfiguration', { type: 'application/json', body: worker });
    }

    const RULE = 'arn:aws:events:us-east-1:000000000000:rule/shop/coalmine-examined-bus-shop';
    const variables = (): Record<string, string> => ({
      INBOX: 'inbox',
      COALMINE_TAP_BUS_1: `shop|${aws.aws.url}/000000000000/coalmine-examined-bus-shop|${RULE}`,
      COALMINE_TAP_BUS_2: '',
    });

    it("asks about its taps, with its variables, for its worker's role", async () => {
      actAs();
      deployed(variables());

      const { code, stdout } = await doctor(
        folderWith({ 'a.canary.yaml': HEARS('shop') }),
        '--stack',
        's',
        '--verbose',
        '--show-values',
      );

      expect(stdout).toContain('  ✓ queue inbox\n  ✓ bus shop\n  ✓ tap on bus shop\n');
      expect(stdout).not.toContain('leases');
      expect(stdout).toContain(
        '  ✗ sqs:SendMessage is not allowed on arn:aws:sqs:us-east-1:000000000000:inbox',
      );
      expect(stdout).toContain('No policy of arn:aws:iam::000000000000:role/worker allows it');
      expect(code).toBe(1);
    });

    it('finds the worker of a CDK construct, by its id if there are several', async () => {
      const folder = folderWith({ 'a.canary.yaml': HEARS('shop') });
      const asked = async (stack: string, ...functions: readonly string[]) => {
        deployed(variables(), functions);
        return doctor(folder, '--stack', stack);
      };
      const both = ['OrdersWorkerFunction16D2BB5D', 'ShopBillingWorkerFunctionA1B2C3D4'];

      expect(await asked('s', 'OrdersWorkerFunction16D2BB5D')).toMatchObject({ code: 0, stderr: '' });
      expect(await asked('s/Shop/Billing', ...both)).toMatchObject({ code: 0, stderr: '' });
      expect((await asked('s', ...both)).stderr).toBe(
        'The stack s cannot be looked at. The stack s has several runners. Name s/Orders or s/ShopBilling.\n',
      );
      expect((await asked('s/Bills', ...both)).stderr).toContain('has no runner Bills. Name s/Orders or');
      expect((await asked('s', 'TickFunction')).stderr).toContain('The stack s has no runner of Coalmine.');
    });

    it('reports a bus without a tap of the stack, and a tap whose queue is gone', async () => {
      deployed({ ...variables(), COALMINE_TAP_BUS_2: `alerts|${aws.aws.url}/000000000000/gone|${RULE}` });
      const project = PROJECT.replace('  - bus: shop\n', '  - bus: shop\n  - bus: alerts\n  - bus: other\n');
      const files = {
        'a.canary.yaml': HEARS('other'),
        'b.canary.yaml': HEARS('alerts').replace('canary: a', 'canary: b'),
      };

      const { stdout } = await doctor(folderWith(files, project), '--stack', 's');

      expect(stdout).toContain('  ✗ no tap listens to bus other  a.canary.yaml:7:5\n');
      expect(stdout).toContain(
        '      → Add it to the parameter Buses or Topics of the stack, and deploy it again.\n',
      );
      expect(stdout).toContain('  ✗ the tap on bus alerts is not there (gone)  b.canary.yaml:7:5\n');
      expect(stdout).toContain('      → Deploy the stack s again.\n');
    });

    it('reports a bus of another account with the name of one that a tap reads', async () => {
      deployed(variables());
      const files = { 'a.canary.yaml': HEARS('arn:aws:events:us-east-1:111122223333:event-bus/shop') };

      const { stdout } = await doctor(folderWith(files), '--stack', 's');

      expect(stdout).toContain(
        "  ✗ the stack's tap on bus shop listens in us-east-1, account 000000000000, and the check is about us-east-1, account 111122223333  a.canary.yaml:7:5\n",
      );
      expect(stdout).toContain('      → Deploy the stack there, or let a rule forward the events');
    });

    it('reports a variable that the stack lacks, even if it is set here', async () => {
      const { INBOX: _, ...others } = variables();
      deployed(others);
      env['INBOX'] = 'inbox';

      const { stdout } = await doctor(folderWith({ 'a.canary.yaml': HEARS('shop') }), '--stack', 's');
      delete env['INBOX'];

      expect(stdout).toContain('  ✗ The environment variable INBOX is not set');
    });

    it('says which URL the inbox of a canary has in the stack, and that a stack has none', async () => {
      const files = { 'a.canary.yaml': CALLED_BACK };
      const COALMINE_INBOX_URL = 'https://abc.lambda-url.us-east-1.on.aws/';
      deployed({ ...variables(), COALMINE_INBOX_URL });
      const { stdout } = await doctor(folderWith(files), '--stack', 's', '--verbose');
      deployed(variables());
      const without = await doctor(folderWith(files), '--stack', 's');

      expect(stdout).toContain('  ✓ inbox at https://abc.lambda-url.us-east-1.on.aws/inbox/<token>\n');
      expect(without.stdout).toContain('  ✗ the stack s has no inbox\n');
      expect(without.code).toBe(1);
    });

    it('takes the URL of a tunnel for this machine alone', async () => {
      const asked = async (...options: readonly string[]) =>
        (await doctor(folderWith({ 'a.canary.yaml': CALLED_BACK }), ...options)).stderr;

      expect(await asked('--inbox', 'tunnel')).toContain("'tunnel' is no URL of an inbox");
      for (const option of [
        ['--inbox', 'https://a.example'],
        ['--inbox-port', '81'],
      ])
        expect(await asked(...option, '--stack', 's')).toContain('leave out --inbox and --inbox-port');
    });

    it('ends where there is no such stack', async () => {
      const { code, stderr } = await doctor(whole, '--stack', 'none');

      expect(code).toBe(3);
      expect(stderr).toContain('The stack none cannot be looked at. ');
    });
  });

  it('reports references without a value, and prints no value', async () => {
    const cwd = folderWith(
      {
        'a.canary.yaml':
          'canary: a\nowner: b\nsteps:\n  - http: GET https://example.com\n    headers: { a: "${ssm:/no/such}", b: "${secret:recorded/hook#key}" }\n  - invoke: ${env:NO_SUCH_NAME}\n  - sendMessage: ${ssm:/recorded/word}\n    body: x\n',
      },
      `${PROJECT.replace('recorded.Topic', 'recorded.Topix')}reporters:\n  - "otlp:https://a key=\${ssm:/no/key}"\n  - "otlp:https://b key=\${secret:recorded/hook#key}"\n`,
    );

    const { code, stdout } = await doctor(cwd, '--verbose');

    expect(code).toBe(1);
    expect(stdout).toContain(
      '  ✗ ${ssm:/no/such} could not be read. Parameter Store has no parameter /no/such.',
    );
    expect(stdout).toContain('  ✗ The environment variable NO_SUCH_NAME is not set');
    expect(stdout).toContain(
      '  ? not checked: function ${env:NO_SUCH_NAME}: its name is not known before a run',
    );
    expect(stdout).toContain(
      "✗ channel mail: ${cf:recorded.Topix} could not be read. The stack recorded has no output 'Topix'.",
    );
    expect(stdout).toContain(
      '✗ reporter otlp: ${ssm:/no/key} could not be read. Parameter Store has no parameter /no/key.',
    );
    expect(stdout).toContain('✓ reporter otlp\n');
    expect(stdout).toContain('  ✓ ${secret:recorded/hook#key}\n');
    expect(stdout).toContain('  ✗ queue *** is not there');
    expect(stdout).not.toMatch(/a long (key|word)/);
  });

  it('looks as the role of the environment', async () => {
    const { stdout } = await doctor(whole, '--env', 'there');

    const own = aws.proxy.asked.filter(({ by }) => by === 'local').map(({ action }) => action);
    expect(new Set(own)).toEqual(new Set(['sts:AssumeRole']));
    expect(stdout).toContain('there  account 000000000000');
  });

  it('says which role could not be assumed', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
    aws.proxy.answers.set('sts:AssumeRole', { status: 403, type: 'text/xml', body });

    const { code, stdout } = await doctor(whole, '--env', 'there');

    expect(code).toBe(1);
    expect(stdout).toContain('  ✗ the role arn:aws:iam::111122223333:role/watcher could not be assumed\n');
  });

  it('reports a bucket in another region', async () => {
    aws.proxy.answers.set('s3:ListBucket', { status: 301, type: 'application/xml', body: '' });

    const { code, stdout } = await doctor(whole);

    expect(code).toBe(1);
    expect(stdout).toContain('  ✗ bucket reports lies in another region  whole.canary.yaml:');
  });

  it('reports a channel whose topic or bus does not exist', async () => {
    const project = PROJECT.replace('eventbridge: alerts', 'eventbridge: gone');

    const { code, stdout } = await doctor(folderWith({ 'whole.canary.yaml': WHOLE }, project));

    expect(code).toBe(1);
    expect(stdout).toContain(
      '  ✗ bus gone is not there\n      It is named by channel events: its notices do not arrive.\n',
    );
  });

  it('reports an unavailable AWS once, and asks nothing else', async () => {
    const { code, stdout } = await coalmine(['doctor', '.', '--env', 'here'], {
      cwd: whole,
      env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^here\n\nThe project\n {2}✗ nothing could be asked of AWS\n {6}The AWS API could not be reached from here: .*\n\n1 canary, 1 problem, 0 well\. Nothing was changed\.\n$/,
    );
  });

  it('reports an unavailable service once, with all that could not be asked', async () => {
    const away = { status: 503, type: 'application/json', body: '{"__type":"ServiceUnavailable"}' };
    for (const action of ['lambda:GetFunctionConfiguration', 'xray:GetTraceSegmentDestination'])
      aws.proxy.answers.set(action, away);

    const { code, stdout } = await doctor(whole);

    expect(code).toBe(1);
    expect(stdout.match(/✗/g)).toHaveLength(1);
    expect(stdout).toContain('      Not asked therefore: function echo, X-Ray traces.\n');
  });

  it('asks about what runs there, and says how much does not', async () => {
    const { stdout } = await doctor(
      folderWith({ 'lacking.canary.yaml': LACKING, 'whole.canary.yaml': WHOLE }),
      '--env',
      'there',
    );

    expect(stdout).not.toContain('lacking');
    expect(stdout).toContain('1 canary, 1 not for there,');
  });

  it('needs to know which environment, and files without faults', async () => {
    const several = await coalmine(['doctor', '.'], { cwd: whole, env });
    const faulty = await doctor(folderWith({ 'a.canary.yaml': 'canary: a\n' }));

    expect([several.code, faulty.code]).toEqual([2, 2]);
    expect(several.stderr).toContain('--env here or --env there');
    expect(aws.proxy.asked).toEqual([]);
  });
});

describe('the questions', () => {
  /** Kinds that name nothing in an account. */
  const NOWHERE = ['connect', 'graphql', 'http', 'push', 'request', 'response', 'row'];

  const files = CASES.map(({ steps }, index) => [
    `c${index}.canary.yaml`,
    `canary: c${index}\nowner: b\ntimeout: 5m\nsteps:\n${steps}`,
  ]);
  const { canaries } = load(
    filesOf({ 'coalmine.config.yaml': ALL_KINDS, ...(Object.fromEntries(files) as Record<string, string>) }),
    KINDS,
  );
  const taps = canaries[0]?.project.taps ?? [];
  const known = canaries.map(({ canary: { name, steps } }) => ({
    name,
    steps: steps.map((step) => ({
      ...step,
      input: JSON.parse(JSON.stringify(step.input).replaceAll('${', '(')) as JsonMap,
    })),
  }));
  const received = taps.map((tap) => ({
    ...tap,
    on: JSON.parse(JSON.stringify(tap.on).replaceAll('${', '(')) as (typeof tap)['on'],
  }));
  const { subjects, others } = resourcesOf(known, { project: { name: 'a' }, taps: received });

  it('are asked of what every kind names', () => {
    const kinds: readonly (Verb | Noun)[] = [...Object.values(KINDS.verbs), ...Object.values(KINDS.nouns)];
    const asked = new Set(subjects.flatMap(({ uses }) => uses.map(({ step }) => step?.kind)));

    expect(others).toEqual([]);
    expect(kinds.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual(NOWHERE);
  });

  it('are all asked of something', () => {
    expect([...new Set(subjects.map(({ about }) => about))].toSorted()).toEqual(
      [...QUESTIONS.keys()].toSorted(),
    );
  });
});
