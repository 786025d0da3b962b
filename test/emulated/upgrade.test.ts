import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { buildStack } from '../../runner/deploy/build/build-stack.ts';
import { type Applying, applyStack } from '../../runner/deploy/cloudformation/apply-stack.ts';
import { artifactBucket, artifactStore } from '../../runner/deploy/cloudformation/artifact-bucket.ts';
import { awsStackApi } from '../../runner/deploy/cloudformation/aws-stack-api.ts';
import { deployStack, KEPT } from '../../runner/deploy/cloudformation/deploy-stack.ts';
import type { Section } from '../../runner/deploy/intrinsics.ts';
import { folderWith } from '../support/command.ts';
import { type Emulator, startEmulator } from './setup/emulator.ts';
import { forMiniStack, keyOf, type Template } from './setup/template.ts';
import { zipOf } from './setup/zip.ts';

/**
 * The template of commit 53578b09 for MiniStack, and the state that its functions wrote there. The target of two canaries refused
 * connections, so each has an incident. `refunds` was muted.
 */
const OLD = join(import.meta.dirname, 'upgrade');
const STACK = 'coalmine';
const INCIDENT = /"id":"(orders@[0-9a-f]+#target1)"/;

const canary = (name: string): string =>
  `canary: ${name}\nowner: shop\nschedule: { every: 1m }\ntimeout: 30s\nalert: { to: [topic] }\nsteps:\n  - sendMessage: fixed\n    body: x\n`;

/** The same canaries, of a system that is well again. */
const FILES = {
  'coalmine.config.yaml':
    'project: shop\nenvironments: { prod: {} }\nchannels: { topic: { sns: "${env:COALMINE_ALERT_TOPIC_ARN}" } }\noperators: [topic]\n',
  'canaries/orders.canary.yaml': canary('orders'),
  'canaries/refunds.canary.yaml': canary('refunds'),
};

describe('a stack of an earlier version', () => {
  let emulator: Emulator;
  let clients: AwsClients;
  let before: ReadonlyMap<string, string>;
  let store: StateStore;

  const clientOf = <Client>(constructor: new (config: never) => Client): Client =>
    clients.clientOf(constructor, 'observe');

  const applyingAs = async (changeSet: string): Promise<Applying> => ({
    api: await awsStackApi(clients),
    changeSet,
    signal: new AbortController().signal,
    pause: async () => pause(50),
    print: () => {},
  });

  const physicalIds = async (): Promise<ReadonlyMap<string, string>> => {
    const ids = new Map<string, string>();
    const client = clientOf(CloudFormationClient);
    for await (const page of paginateListStackResources({ client }, { StackName: STACK }))
      for (const { LogicalResourceId = '', PhysicalResourceId = '' } of page.StackResourceSummaries ?? [])
        ids.set(LogicalResourceId, PhysicalResourceId);
    return ids;
  };

  const deployOld = async (): Promise<void> => {
    const s3 = clientOf(S3Client);
    const Body = readFileSync(join(OLD, 'template.json'));
    const { Resources } = JSON.parse(Body.toString()) as Template;
    await s3.send(new CreateBucketCommand({ Bucket: 'code' }));
    await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'template.json', Body }));
    const code = zipOf({ 'index.js': 'exports.handler = async () => ({});' });
    for (const [name, { Type }] of Object.entries(Resources))
      if (Type === 'AWS::Serverless::Function')
        await s3.send(new PutObjectCommand({ Bucket: 'code', Key: keyOf(name), Body: code }));
    const template = { url: `${emulator.url}/code/template.json` };
    const wanted = { stack: STACK, template, parameters: [], kept: [], refusal: () => undefined };
    await applyStack(wanted, await applyingAs('old'));
    before = await physicalIds();
    const items = JSON.parse(readFileSync(join(OLD, 'state.json'), 'utf8')) as Record<
      string,
      AttributeValue
    >[];
    for (const Item of items)
      await clientOf(DynamoDBClient).send(new PutItemCommand({ TableName: before.get('StateTable'), Item }));
  };

  const deployNew = async () => {
    const out = mkdtempSync(join(tmpdir(), 'coalmine-upgrade-'));
    const built = await buildStack({ root: folderWith(FILES), folders: [], out });
    if ('faults' in built) throw new Error(built.faults.join('\n'));
    const stack = forMiniStack(built.stack as unknown as Template) as unknown as Section;
    const applying = await applyingAs('new');
    const bucket = await artifactBucket(applying);
    return deployStack(
      {
        stack: STACK,
        built: { ...built, stack },
        parameters: [],
        bucket,
        store: await artifactStore(clients, { bucket, account: emulator.account }),
        urlOf: (key) => `${emulator.url}/${bucket}/${key}`,
      },
      applying,
    );
  };

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    emulator = await startEmulator();
    clients = awsClients({ endpoint: emulator.url, region: emulator.region });
    await clientOf(SQSClient).send(new CreateQueueCommand({ QueueName: 'fixed' }));
    await deployOld();
    const at = { table: before.get('StateTable') ?? '', project: 'shop', environment: 'prod' };
    store = dynamodbStore(at, { clients, clock: systemClock() });
  });

  afterAll(async () => {
    clients.close();
    await emulator.close();
  });

  const alertOf = async (name: string): Promise<string> => JSON.stringify(await store.alerts.load(name));

  it('is updated in place, and its table, queues and topic stay', async () => {
    expect(await deployNew()).toBe('updated');

    const after = await physicalIds();
    for (const name of KEPT) expect(after.get(name)).toBe(before.get(name));
    expect(after.get('TickFunction')).toBe(before.get('TickFunction'));
  });

  it('has its incident, its mute and its runs still', async () => {
    const done = (await store.runs.history({ canary: 'orders', most: 100 })).filter(
      ({ what }) => what === 'done',
    );

    expect(await alertOf('orders')).toMatch(INCIDENT);
    expect(await alertOf('refunds')).toContain('release 12');
    expect(done.map(({ run }) => run?.verdict)).toContain('failed');
  });

  it('ends the incident of before when the new functions see the canary pass', async () => {
    const [, incident = ''] = INCIDENT.exec(await alertOf('orders')) ?? [];
    for (const untilMs = Date.now() + 180_000; Date.now() < untilMs; await pause(2_000)) {
      const FunctionName = before.get('TickFunction');
      const answer = await clientOf(LambdaClient).send(new InvokeCommand({ FunctionName, Payload: '{}' }));
      expect(answer.FunctionError).toBeUndefined();
      if (!INCIDENT.test(await alertOf('orders'))) break;
    }
    const notices = await store.alerts.attempts({ canary: 'orders', most: 100 });

    expect(await alertOf('orders')).not.toMatch(INCIDENT);
    expect(JSON.stringify(notices)).toContain(incident);
  });
});
