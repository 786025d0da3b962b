import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fleetOfEveryKind } from '../../bench/measure/function-bundles.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { bundleFunction } from '../../runner/deploy/build/bundle-function.ts';
import { sourceCode } from '../../runner/deploy/build/function-modules.ts';
import { S3_NAMES } from '../../runner/deploy/build/replace-modules.ts';
import { FUNCTIONS, type FunctionName } from '../../runner/deploy/functions.ts';
import { ROOT } from '../../scripts/packages/manifest.ts';
import { callBuilt } from '../support/aws/built-function.ts';
import { fleetFrom, LocalStack } from '../support/aws/local-stack.ts';
import { builtFunctionCode } from '../support/built.ts';
import { sampleOf } from '../support/effort.ts';

const FLEET = fleetFrom({
  'coalmine.config.yaml': `project: bundled
environments: { aws: {} }
channels: { topic: { sns: "\${env:COALMINE_ALERT_TOPIC_ARN}" } }
`,
  'odd.canary.yaml': `canary: odd-input
owner: team
schedule: { cron: "* * * * *", timezone: UTC }
timeout: 30s
alert: { to: [topic] }
vars:
  many: [a, b]
steps:
  - sendMessage: alerts
    body: x
    response: { messageId: { $matches: "^[0-9a-f-]+$" } }
  - sendMessage: runs
    body: x
    groupId: \${many}
`,
});

describe.each([
  { from: 'the sources of a clone', codeOf: () => sourceCode(ROOT) },
  { from: 'an installed package', codeOf: builtFunctionCode },
])('functions as they are deployed from $from, in a process of their own', ({ codeOf }) => {
  let stack: LocalStack;
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-functions-'));

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    stack = await LocalStack.start();
    const code = codeOf();
    for (const name of ['tick', 'worker'] as const)
      await bundleFunction(name, FLEET, join(folder, name), code);
  });

  afterAll(async () => stack.close());

  const call = async (name: (typeof FUNCTIONS)[number], event: object) =>
    callBuilt(join(folder, name), event, stack.around(name));

  it('tick and work, with inputs checked by code that was compiled from their schemas', async () => {
    const at = { table: 'state', project: 'bundled', environment: 'aws' };
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const store = dynamodbStore(at, { clients, clock: systemClock() });
    await store.runs.advance({ canary: 'odd-input', toMs: Date.now() - 60_000 });

    const ticked = await call('tick', {});
    const event = await stack.queued(2);
    const worked = await call('worker', event);

    expect(ticked).toContainEqual(expect.objectContaining({ Stack: 'test-stack', Heartbeat: 1 }));
    expect(event.Records).toHaveLength(1);
    expect(worked.at(-1)).toEqual({ batchItemFailures: [] });
    expect(worked).toContainEqual(
      expect.objectContaining({
        message: 'run',
        result: expect.objectContaining({
          verdict: 'error',
          steps: [
            expect.objectContaining({ verdict: 'passed' }),
            expect.objectContaining({ reason: expect.stringContaining("'groupId' of 'sendMessage'") }),
          ],
        }),
      }),
    );
    clients.close();
  });
});

const EVERY = 'schedule: { every: 1m }\n';
const SEND = 'steps:\n  - sendMessage: runs\n    body: x\n';
const ROLE = '{ role: "arn:aws:iam::123456789012:role/canary", region: eu-west-1 }';

/** Parts of the files of a small fleet. */
interface Files {
  readonly environment?: string;
  readonly channel?: string;
  readonly canary?: string;
}

function fleetOf({
  environment = '{}',
  channel = 'sns: "arn:aws:sns:us-east-1:000000000000:a"',
  canary = EVERY + SEND,
}: Files) {
  return fleetFrom({
    'coalmine.config.yaml': `project: packed\nenvironments: { aws: ${environment} }\nchannels: { only: { ${channel} } }\n`,
    'one.canary.yaml': `canary: one\nowner: team\nalert: { to: [only] }\ntimeout: 30s\n${canary}`,
  });
}

describe('the client of S3 in a bundle', () => {
  it('has every name that functions import', () => {
    const used = ['runner/kinds', 'runner/adapters', 'reporters'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .flatMap((path) => [
          ...readFileSync(join(ROOT, folder, path), 'utf8').matchAll(
            /const \{([^}]*)\} = await import\('@aws-sdk\/client-s3'\)/g,
          ),
        ])
        .flatMap(([, names = '']) => names.split(',').map((name) => name.trim().split(':')[0])),
    );

    expect(new Set(used)).toEqual(new Set(S3_NAMES));
  });
});

describe('a built function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-packages-'));
  const packagesOf = async (name: FunctionName, files: Files = {}): Promise<ReadonlySet<string>> =>
    (await bundleFunction(name, fleetOf(files), folder)).packages;

  const small = new Map<FunctionName, ReadonlySet<string>>();

  beforeAll(async () => {
    for (const name of FUNCTIONS) small.set(name, await packagesOf(name));
  });

  const CASES = [
    {
      where: 'tick',
      name: 'undici',
      use: 'a channel by HTTP',
      files: { channel: 'webhook: "https://a.example/"' },
    },
    {
      where: 'tick',
      name: '@aws-sdk/client-eventbridge',
      use: 'a channel on a bus',
      files: { channel: 'eventbridge: alerts' },
    },
    {
      where: 'worker',
      name: 'undici',
      use: 'a verb',
      files: { canary: `${EVERY}steps:\n  - http: GET https://a.example/\n` },
    },
    {
      where: 'worker',
      name: '@aws-sdk/client-s3',
      use: 'a noun',
      files: {
        canary: `${EVERY}${SEND}  - expect: object\n    bucket: invoices\n    key: k\n    within: 5s\n`,
      },
    },
    {
      where: 'worker',
      name: '@aws-sdk/client-ssm',
      use: 'a reference',
      files: { canary: `${EVERY}steps:\n  - sendMessage: "\${ssm:/queue}"\n    body: x\n` },
    },
    { where: 'worker', name: '@aws-sdk/client-sts', use: 'a role', files: { environment: ROLE } },
    {
      where: 'worker',
      name: 'cron-parser',
      use: 'a cron',
      files: { canary: `schedule: { cron: "0 9 * * *", timezone: UTC }\n${SEND}` },
    },
    {
      where: 'worker',
      name: 're2js',
      use: 'a pattern',
      files: { canary: `${EVERY}${SEND}    response: { messageId: { $matches: a } }\n` },
    },
  ] as const;

  it.each(sampleOf(CASES, 2))(
    '$where holds $name if the fleet has $use, and not otherwise',
    async ({ where, name, files }) => {
      expect(await packagesOf(where, files)).toContain(name);
      expect(small.get(where)).not.toContain(name);
    },
  );

  it.each(FUNCTIONS)('%s holds nothing that only other machines need', (name) => {
    const packages = [...(small.get(name) ?? [])];

    expect(packages).toContain('@aws-sdk/client-dynamodb');
    expect(
      packages.filter((one) => /^(yaml|typebox|commander|@aws-sdk\/credential-provider-node)$/.test(one)),
    ).toEqual([]);
  });
});

describe('a function of an installed package', () => {
  it.each([
    { name: 'tick', fleet: fleetOf({ environment: ROLE }) },
    { name: 'tap-reader', fleet: fleetOf({}) },
    { name: 'worker', fleet: fleetOfEveryKind() },
  ] as const)('$name is as large as one of a clone', async ({ name, fleet }) => {
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-sizes-'));
    const ofClone = await bundleFunction(name, fleet, folder, sourceCode(ROOT));
    const ofPackage = await bundleFunction(name, fleet, folder, builtFunctionCode());

    expect(ofPackage.bytes).toBeLessThan(ofClone.bytes * 1.01);
    expect(ofPackage.bytes).toBeGreaterThan(ofClone.bytes * 0.9);
  });
});
