import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { BILLING_BUS, deployInvoices } from '../examples/invoice-export.ts';
import { deployOrders } from '../examples/order-flow.ts';
import type { TestAws } from '../support/aws/test-aws.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { startMiniStack } from './setup/mini-stack.ts';

const EXAMPLES = 'test/examples';

interface File {
  readonly steps: readonly { readonly expect?: string }[];
}

/** An example in a folder of its own, without its watch of a source that MiniStack lacks (differences.ts says why). */
function exampleWithout(noun: string, name: string): string {
  const folder = emptyFolder();
  copyFileSync(join(EXAMPLES, 'coalmine.config.yaml'), join(folder, 'coalmine.config.yaml'));
  const file = parse(readFileSync(join(EXAMPLES, name), 'utf8')) as File;
  const steps = file.steps.filter(({ expect: expected }) => expected !== noun);
  expect(steps.length).toBe(file.steps.length - 1);
  const path = join(folder, name);
  writeFileSync(path, stringify({ ...file, steps }));
  return path;
}

/** The orders' functions would fail if they could not put their traces. */
function withoutXRay(clients: AwsClients): AwsClients {
  const clientOf = (constructor: new (config: never) => unknown, purpose: 'act' | 'observe') =>
    (constructor as unknown) === XRayClient
      ? { send: async () => ({}) }
      : clients.clientOf(constructor, purpose);
  return { ...clients, clientOf: clientOf as AwsClients['clientOf'] };
}

describe('the examples on MiniStack, but for what it cannot show', () => {
  let aws: TestAws;
  let clients: AwsClients;
  let env: Readonly<Record<string, string | undefined>>;
  beforeAll(async () => {
    aws = await startMiniStack({ region: 'eu-west-1' });
    clients = awsClients({ region: aws.region, endpoint: aws.url });
    await deployOrders(aws, withoutXRay(clients));
    await deployInvoices(aws, clients);
    env = { ...process.env, AWS_ENDPOINT_URL: aws.url, BILLING_BUS };
    const { stderr } = await coalmine(['tap', EXAMPLES], { env });
    if (stderr !== '') throw new Error(stderr);
  });
  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  it.each([
    { name: 'order-flow.canary.yaml', noun: 'trace' },
    { name: 'invoice-export.canary.yaml', noun: 'log' },
  ])('$name passes without its $noun', async ({ name, noun }) => {
    const { code, stdout } = await coalmine(['run', exampleWithout(noun, name), '--reporter', 'json'], {
      env,
    });

    const { runs } = JSON.parse(stdout) as { readonly runs: readonly RunResult[] };
    expect(runs[0]).toHaveVerdict('passed');
    expect(runs[0]?.cleanup.map(({ verdict }) => verdict)).toEqual(['passed']);
    expect(code).toBe(0);
  });
});
