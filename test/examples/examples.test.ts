import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { startTestAws, type TestAws } from '../support/aws/test-aws.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { selfSigned } from '../support/network/certificate.ts';
import { BILLING_BUS, deployInvoices } from './invoice-export.ts';
import { deployOrders } from './order-flow.ts';
import { openStorefront } from './storefront.ts';

const FOLDER = 'test/examples';

let aws: TestAws;
let clients: AwsClients;
let env: Record<string, string | undefined>;
let shop: { readonly url: string; readonly server: Server };

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startTestAws({ region: 'eu-west-1' });
  clients = awsClients({ region: aws.region, endpoint: aws.url });
  await Promise.all([deployOrders(aws, clients), deployInvoices(aws, clients)]);
  env = { ...process.env, AWS_ENDPOINT_URL: aws.url, BILLING_BUS };
  await coalmine(['tap', FOLDER], { env });
  const certificate = selfSigned('localhost');
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  shop = await openStorefront(certificate);
});
afterAll(async () => {
  shop.server.closeAllConnections();
  shop.server.close();
  clients.close();
  await aws.close();
});

async function run(path: string): Promise<{ readonly result: RunResult; readonly code: number }> {
  const { code, stdout } = await coalmine(['run', path, '--reporter', 'json'], { env });
  const { runs } = JSON.parse(stdout) as { runs: RunResult[] };
  return { result: runs[0] as RunResult, code };
}

/** The storefront's canary in a folder of its own, with only its address replaced by the local one. */
function storefrontCanary(): string {
  const folder = emptyFolder();
  copyFileSync(join(FOLDER, 'coalmine.config.yaml'), join(folder, 'coalmine.config.yaml'));
  const text = readFileSync(join(FOLDER, 'http-health.canary.yaml'), 'utf8');
  const path = join(folder, 'http-health.canary.yaml');
  writeFileSync(path, text.replace('https://shop.example.com', shop.url));
  return path;
}

describe('the three examples, against the local AWS', () => {
  it('load without a diagnostic', async () => {
    expect(await coalmine(['validate', FOLDER], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(await coalmine(['tap', FOLDER, '--show'], { env })).toMatchObject({ code: 0, stderr: '' });
  });

  it.concurrent('order-flow: an order is stored once, announced once, traced, and nothing is dead-lettered', async () => {
    const { result, code } = await run(join(FOLDER, 'order-flow.canary.yaml'));

    expect(result).toHaveVerdict('passed');
    expect(code).toBe(0);
    expect(result.steps.map(({ verdict }) => verdict)).toEqual(Array(5).fill('passed'));
    expect(result.cleanup.map(({ verdict }) => verdict)).toEqual(['passed']);
  });

  it.concurrent('invoice-export: the event runs the workflow, which leaves a PDF and a line in the log', async () => {
    const { result, code } = await run(join(FOLDER, 'invoice-export.canary.yaml'));

    expect(result).toHaveVerdict('passed');
    expect(code).toBe(0);
    expect(result.steps.map(({ verdict }) => verdict)).toEqual(Array(5).fill('passed'));
    expect(result.cleanup.map(({ verdict }) => verdict)).toEqual(['passed']);
  });

  it('http-health: the pages answer in time, and the certificate is not about to expire', async () => {
    const canary = storefrontCanary();
    await run(canary); // first loads and connections are not the storefront's delay
    const { result, code } = await run(canary);

    expect(result).toHaveVerdict('passed');
    expect(code).toBe(0);
    expect(result.steps.length).toBe(3);
  });
});
