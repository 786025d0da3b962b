import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { costOf } from '../../runner/deploy/cost.ts';
import { PRICES } from '../../runner/deploy/prices.ts';
import { coalmine } from '../support/command.ts';
import { canaryOf, expectStep, neverStep } from '../support/run/builders.ts';

/** A folder with some files, for a command. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const PROJECT =
  'project: shop\nenvironments: { staging: {}, prod: { region: eu-west-1 } }\nchannels: { mail: { sns: "${cf:alerts.Topic}" } }\n';
const CANARY =
  'canary: one\nowner: team\nonly: [prod]\nschedule: { every: 1m }\nalert: { to: [mail] }\nsteps:\n  - putEvent: orders\n    source: a\n    detailType: B\n';
const SHOP = { 'coalmine.config.yaml': PROJECT, 'one.canary.yaml': CANARY };

/** Offences of a policy against the grammar of IAM (IAM user guide, "Grammar of the IAM JSON policy language"). */
function grammarFaults(policy: unknown): readonly string[] {
  const { Version, Statement, ...rest } = policy as { Version: unknown; Statement: unknown };
  const statements = Array.isArray(Statement) ? (Statement as Record<string, unknown>[]) : [];
  const texts = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
  return [
    ...(Version === '2012-10-17' ? [] : ['Version']),
    ...Object.keys(rest),
    ...(statements.length > 0 ? [] : ['no Statement']),
    ...statements.flatMap(({ Effect, Action, Resource, ...more }) => [
      ...Object.keys(more),
      ...(Effect === 'Allow' ? [] : ['Effect']),
      ...texts(Action).filter((one) => typeof one !== 'string' || !/^[a-z0-9-]+:[A-Za-z]+$/.test(one)),
      ...texts(Resource).filter(
        (one) =>
          typeof one !== 'string' ||
          !/^(?:\*|arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*\*?:(?:\d{12})?\*?:[^${}]+)$/.test(one),
      ),
    ]),
  ].map(String);
}

describe('coalmine iam', () => {
  it('gives each action, its resource, and the canaries that need it', async () => {
    const cwd = folderWith(SHOP);

    const { code, stdout } = await coalmine(['iam', '.', '--env', 'prod'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toBe(`Needed by project shop, environment prod:

  cloudformation:DescribeStacks
    on arn:\${AWS::Partition}:cloudformation:eu-west-1:\${AWS::AccountId}:stack/alerts/*
       for channel mail

  events:PutEvents
    on arn:\${AWS::Partition}:events:eu-west-1:\${AWS::AccountId}:event-bus/orders
       for one

  sns:Publish
    on arn:\${AWS::Partition}:sns:eu-west-1:\${AWS::AccountId}:\${CfAlertsTopic}, or the ARN in CfAlertsTopic
       for channel mail

To be given when the stack is deployed:

  CfAlertsTopic  The value of \${cf:alerts.Topic}, for permissions only; runs read it themselves. A name or an ARN. For channel mail.

The stack's own permissions (state, queues, logs, taps) are not included: its template grants them.
`);
  });

  it('writes a policy for a template, with its parameters', async () => {
    const cwd = folderWith(SHOP);

    const { stdout } = await coalmine(['iam', '.', '--env', 'prod', '--format', 'cloudformation'], { cwd });

    expect(JSON.parse(stdout)).toMatchObject({
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: expect.arrayContaining([
          {
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: {
              'Fn::Sub': 'arn:${AWS::Partition}:events:eu-west-1:${AWS::AccountId}:event-bus/orders',
            },
          },
        ]),
      },
      Parameters: [{ name: 'CfAlertsTopic' }],
    });
  });

  describe('as JSON', () => {
    const json = ['iam', '.', '--env', 'prod', '--format', 'json'];
    const account = ['--account', '123456789012'];
    const topic = ['--parameter', 'CfAlertsTopic=alerts'];

    it('is a policy that IAM takes', async () => {
      const { code, stdout, stderr } = await coalmine([...json, ...account, ...topic], {
        cwd: folderWith(SHOP),
      });
      const policy = JSON.parse(stdout) as { Version: string; Statement: { Resource: unknown }[] };

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(grammarFaults(policy)).toEqual([]);
      expect(policy.Statement.map(({ Resource }) => Resource)).toEqual(
        expect.arrayContaining([
          'arn:aws:events:eu-west-1:123456789012:event-bus/orders',
          'arn:aws:sns:eu-west-1:123456789012:alerts',
        ]),
      );
    });

    it('takes an ARN where a name could stand, and the partition of the region', async () => {
      const files = { ...SHOP, 'coalmine.config.yaml': PROJECT.replaceAll('eu-west-1', 'cn-north-1') };
      const arn = 'arn:aws-cn:sns:cn-north-1:210987654321:alerts';

      const { stdout } = await coalmine([...json, ...account, '--parameter', `CfAlertsTopic=${arn}`], {
        cwd: folderWith(files),
      });

      expect(grammarFaults(JSON.parse(stdout))).toEqual([]);
      expect(stdout).toContain(`"${arn}"`);
      expect(stdout).toContain('arn:aws-cn:events:cn-north-1:123456789012:event-bus/orders');
    });

    it('says where the account is not known', async () => {
      const { stdout, stderr } = await coalmine([...json, ...topic], { cwd: folderWith(SHOP) });

      expect(grammarFaults(JSON.parse(stdout))).toEqual([]);
      expect(stderr).toContain('Name it: --account 123456789012.');
    });

    it('says that it is larger than a managed policy may be', async () => {
      const many = Array.from({ length: 120 }, (_, n) => [
        `c${n}.canary.yaml`,
        `canary: c${n}\nowner: team\nonly: [prod]\nsteps:\n  - putEvent: orders-of-warehouse-${n}\n    source: a\n    detailType: B\n`,
      ]);
      const cwd = folderWith({ ...SHOP, ...(Object.fromEntries(many) as Record<string, string>) });

      const { code, stderr } = await coalmine([...json, ...account, ...topic], { cwd });

      expect(code).toBe(0);
      expect(stderr).toMatch(/The policy has \d+ characters, and a managed policy holds 6144\./);
    });

    it.each([
      { more: account, says: '--parameter CfAlertsTopic=…' },
      { more: ['--parameter', 'CfAlertsTopic'], says: "'CfAlertsTopic' gives no parameter a value." },
      { more: ['--parameter', '=alerts'], says: "'=alerts' gives no parameter a value." },
      {
        more: ['--parameter', 'CfAlertTopic=alerts'],
        says: "There is no parameter 'CfAlertTopic'. Did you mean 'CfAlertsTopic'?",
      },
      { more: [...account, '--format', 'text'], says: 'which --format json prints' },
      { more: [...topic, '--format', 'cloudformation'], says: 'which --format json prints' },
      { more: ['--parameter', 'CfAlertsTopic=*'], says: 'is no name and no ARN' },
      { more: [...topic, '--account', '12'], says: "'12' is not an account: it has 12 digits." },
    ])('refuses $more', async ({ more, says }) => {
      const { code, stdout, stderr } = await coalmine([...json, ...more], { cwd: folderWith(SHOP) });

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(says);
    });

    it('is none where nothing is needed', async () => {
      const cwd = folderWith({
        'coalmine.config.yaml': 'project: p\n',
        'a.canary.yaml': 'canary: a\nowner: b\nsteps:\n  - http: GET https://example.com/\n',
      });

      expect(await coalmine(['iam', '.', '--format', 'json'], { cwd })).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('Nothing in AWS is needed in default'),
      });
    });
  });

  it('leaves out what does not run there, and says so where nothing is left', async () => {
    const cwd = folderWith({
      ...SHOP,
      'coalmine.config.yaml': PROJECT.replace(/channels.*/, ''),
      'one.canary.yaml': CANARY.replace(/alert.*\n|schedule.*\n/g, ''),
    });

    const { stdout } = await coalmine(['iam', '.', '--env', 'staging'], { cwd });

    expect(stdout).toContain('Nothing in AWS is needed (project shop, environment staging).');
  });

  it('asks which environment, and which project', async () => {
    const cwd = folderWith(SHOP);

    expect(await coalmine(['iam', '.'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--env staging or --env prod'),
    });
    expect(await coalmine(['iam', 'canaries'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Name one: coalmine iam \S+, coalmine iam \S+\./),
    });
  });
});

describe('coalmine cost', () => {
  it('prints a bill whose lines come to its sum, and the cost of the same runs on Synthetics', async () => {
    const cwd = folderWith(SHOP);

    const { code, stdout } = await coalmine(['cost', '.', '--env', 'prod'], { cwd });

    expect(code).toBe(0);
    const dollars = (text: string): number => Number(/\$([\d.]+)/.exec(text)?.[1]);
    const lines = stdout.split('\n');
    const sum = lines.findIndex((line) => line.includes('together'));
    const parts = lines.slice(2, sum).map(dollars);
    expect(parts.reduce((total, one) => total + one, 0)).toBeCloseTo(dollars(lines[sum] ?? ''), 1);
    expect(stdout).toContain('Prices of us-east-1 as of 2026-11-24, free tiers left out.');
  });

  it('says what it took for granted, to machines', async () => {
    const cwd = folderWith(SHOP);

    const { stdout } = await coalmine(
      ['cost', '.', '--at-once', '20', '--run-seconds', '3', '--format', 'json'],
      { cwd },
    );

    expect(JSON.parse(stdout)).toMatchObject({
      runs: 43_830,
      assumed: { atOnce: 20, runSeconds: 3, workerGigabytes: 1 },
      prices: { asOf: '2026-11-24' },
    });
  });

  it('costs nothing for canaries without a schedule', async () => {
    const cwd = folderWith(SHOP);

    expect(await coalmine(['cost', '.', '--env', 'staging'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has a schedule'),
    });
  });

  it('grows with runs, with received events, with quiet windows, and with metrics of steps', () => {
    const schedule = { everyMs: 60_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
    const given = { prices: PRICES, assumed: {}, fromMs: 0, stepMetrics: false, sitePages: false };
    const costs = (more: Parameters<typeof canaryOf>[0], ...steps: Parameters<typeof canaryOf>[1][]) =>
      costOf([canaryOf({ schedule, ...more }, ...steps)], given).dollars;
    const plain = costs({}, expectStep('a'));

    expect(costs({ schedule: { ...schedule, everyMs: 300_000 } }, expectStep('a'))).toBeLessThan(plain);
    expect(costs({}, expectStep('a', { input: { bus: 'b' } }))).toBeGreaterThan(plain);
    expect(costs({}, neverStep('a', { forMs: 60_000 }))).toBeGreaterThan(plain);
    const one = canaryOf({ schedule }, expectStep('a'));
    const dynamodb = (count: number) =>
      costOf(
        Array.from({ length: count }, () => one),
        given,
      ).lines.find(({ what }) => what === 'DynamoDB')?.dollars ?? 0;
    expect((dynamodb(10) * 2 - dynamodb(20)) / PRICES.dynamodbRead).toBeCloseTo(43_830 * 6 + 43_830, 3);
    expect(costOf([one], { ...given, stepMetrics: true }).dollars - plain).toBeCloseTo(
      3 * PRICES.metricMonth,
      5,
    );
    expect(costOf([canaryOf({}, expectStep('a'))], given).runs).toBe(0);
    const pages = (everyMs: number) =>
      costOf([canaryOf({ schedule: { ...schedule, everyMs } }, expectStep('a'))], {
        ...given,
        sitePages: true,
      }).lines.find(({ what }) => what === 'pages');
    expect(pages(60_000)?.how).toMatch(/^134,412 writes to S3/); // 43,830 ticks of 3 pages, and 730.5 hours of 4
    expect(pages(3_600_000)?.how).toMatch(/^132,951 writes to S3/);
  });
});
