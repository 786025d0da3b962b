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

describe('coalmine iam', () => {
  it('says each action, on what, and for whom', async () => {
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

The stack's own permissions (state, queues, logs, taps) are not included: 'npm run generate' writes them into template.yaml.
`);
  });

  it('writes a policy for machines', async () => {
    const cwd = folderWith(SHOP);

    const { stdout } = await coalmine(['iam', '.', '--env', 'prod', '--format', 'json'], { cwd });

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

  it('grows with what is done: by runs, by what is heard, by quiet windows, and by metrics of steps', () => {
    const schedule = { everyMs: 60_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
    const given = { prices: PRICES, assumed: {}, fromMs: 0, stepMetrics: false };
    const costs = (more: Parameters<typeof canaryOf>[0], ...steps: Parameters<typeof canaryOf>[1][]) =>
      costOf([canaryOf({ schedule, ...more }, ...steps)], given).dollars;
    const plain = costs({}, expectStep('a'));

    expect(costs({ schedule: { ...schedule, everyMs: 300_000 } }, expectStep('a'))).toBeLessThan(plain);
    expect(costs({}, expectStep('a', { input: { bus: 'b' } }))).toBeGreaterThan(plain);
    expect(costs({}, neverStep('a', { forMs: 60_000 }))).toBeGreaterThan(plain);
    const one = canaryOf({ schedule }, expectStep('a'));
    expect(costOf([one], { ...given, stepMetrics: true }).dollars - plain).toBeCloseTo(
      3 * PRICES.metricMonth,
      5,
    );
    expect(costOf([canaryOf({}, expectStep('a'))], given).runs).toBe(0);
  });
});
