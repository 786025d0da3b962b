import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetBucketEncryptionCommand, GetPublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { type BuiltStack, buildStack } from '../../runner/deploy/build/build-stack.ts';
import type { Applying } from '../../runner/deploy/cloudformation/apply-stack.ts';
import { artifactBucket, artifactStore } from '../../runner/deploy/cloudformation/artifact-bucket.ts';
import { awsStackApi } from '../../runner/deploy/cloudformation/aws-stack-api.ts';
import { deployStack } from '../../runner/deploy/cloudformation/deploy-stack.ts';
import { folderWith } from '../support/command.ts';
import { type Emulator, startEmulator } from './setup/emulator.ts';
import { forMiniStack, type Template } from './setup/template.ts';

const FILES = {
  'coalmine.config.yaml': 'project: shop\nenvironments: { prod: {} }\n',
  'canaries/site.canary.yaml':
    'canary: site\nowner: shop\nschedule: { every: 1m }\nalert: { to: [] }\nsteps:\n  - sendMessage: orders\n    body: x\n',
};

/** A stack that is built for MiniStack. */
async function builtFrom(files: Readonly<Record<string, string>>): Promise<BuiltStack> {
  const out = mkdtempSync(join(tmpdir(), 'coalmine-deploy-'));
  const built = await buildStack({ root: folderWith(files), folders: [], out });
  if ('faults' in built) throw new Error(built.faults.join('\n'));
  const stack = forMiniStack(built.stack as unknown as Template) as unknown as BuiltStack['stack'];
  return { ...built, stack };
}

describe('a deployment by CloudFormation', () => {
  let emulator: Emulator;
  let clients: AwsClients;
  const lines: string[] = [];
  let count = 0;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    emulator = await startEmulator();
    clients = awsClients({ endpoint: emulator.url, region: emulator.region });
  });

  afterAll(async () => {
    clients.close();
    await emulator.close();
  });

  const applyingNow = async (): Promise<Applying> => ({
    api: await awsStackApi(clients),
    changeSet: `coalmine-${++count}`,
    signal: new AbortController().signal,
    pause: async () => new Promise((resume) => setTimeout(resume, 50)),
    print: (line) => void lines.push(line),
  });

  const deploy = async (built: BuiltStack) => {
    const applying = await applyingNow();
    const bucket = await artifactBucket(applying);
    const store = await artifactStore(clients, { bucket, account: emulator.account });
    const urlOf = (key: string): string => `${emulator.url}/${bucket}/${key}`;
    const applied = await deployStack(
      { stack: 'shop', built, parameters: [], bucket, store, urlOf },
      applying,
    );
    return { applied, bucket, after: await applying.api.describe('shop') };
  };

  it('makes a bucket that is closed and encrypted, and creates the stack; then again changes nothing', async () => {
    const built = await builtFrom(FILES);

    const first = await deploy(built);
    const again = await deploy(built);

    const s3 = clients.clientOf(S3Client, 'observe');
    const { PublicAccessBlockConfiguration: block } = await s3.send(
      new GetPublicAccessBlockCommand({ Bucket: first.bucket }),
    );
    const { ServerSideEncryptionConfiguration: encryption } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket: first.bucket }),
    );
    expect(first.applied).toBe('created');
    expect(first.after?.status).toBe('CREATE_COMPLETE');
    expect(first.after?.outputs['StateTable']).toContain('StateTable');
    expect(lines).toContain('  add        StateTable  (AWS::DynamoDB::Table)');
    expect(lines).toContain('  CREATE_COMPLETE          WorkerFunction');
    expect(block).toMatchObject({ BlockPublicAcls: true, RestrictPublicBuckets: true });
    expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    expect(again).toMatchObject({ applied: 'unchanged', bucket: first.bucket });
  });

  it('updates only what changed, and keeps the table', async () => {
    const changed = await builtFrom({
      ...FILES,
      'canaries/more.canary.yaml': FILES['canaries/site.canary.yaml']
        .replace('canary: site', 'canary: more')
        .replace('orders', 'refunds'),
    });
    const api = await awsStackApi(clients);
    const before = await api.describe('shop');
    lines.length = 0;

    const { applied, after } = await deploy(changed);

    expect(applied).toBe('updated');
    expect(lines).toContain('  change     TickFunction  (AWS::Lambda::Function)');
    expect(lines).not.toContain('  change     StateTable  (AWS::DynamoDB::Table)');
    expect(after?.outputs).toEqual(before?.outputs);
  });
});
