import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { referencesOf } from '../../runner/adapters/references/read-references.ts';
import { SOURCES } from '../../runner/adapters/references/sources.ts';
import type { ExternalName, References } from '../../runner/core/expression/reference.ts';
import { cdkLogicalId } from '../../runner/core/expression/stack-value.ts';
import { ManualClock } from '../support/run/manual-clock.ts';

let aws: LocalAws;
let front: Server;
let clients: AwsClients;
let ssm: SSMClient;
let secretsManager: SecretsManagerClient;
/** Requests to AWS, by operation and body. */
const asked: string[] = [];
/** Answers instead of AWS, when set. */
let refusal: { readonly status: number; readonly code: string } | undefined;
let silent = false;

beforeAll(async () => {
  aws = await startLocalAws();
  front = createServer((request, response) => {
    void textOf(request).then(async (body) => {
      asked.push(body);
      if (silent) return;
      if (refusal !== undefined) {
        response.writeHead(refusal.status, { 'x-amzn-errortype': refusal.code });
        response.end(JSON.stringify({ __type: refusal.code, message: 'as AWS puts it' }));
        return;
      }
      const answer = await fetch(aws.url, { method: 'POST', body, headers: headersOf(request) });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const { port } = front.address() as AddressInfo;
  clients = awsClients({ region: aws.region, endpoint: `http://127.0.0.1:${port}` });
  const straight = { region: aws.region, endpoint: aws.url };
  ssm = new SSMClient(straight);
  secretsManager = new SecretsManagerClient(straight);
  await fillStores();
});
afterAll(async () => {
  clients.close();
  ssm.destroy();
  secretsManager.destroy();
  front.closeAllConnections();
  front.close();
  await aws.close();
});

async function fillStores(): Promise<void> {
  const parameter = async (Name: string, Value: string, Type: 'String' | 'SecureString') =>
    ssm.send(new PutParameterCommand({ Name, Value, Type }));
  const secret = async (Name: string, value: string | Uint8Array) =>
    secretsManager.send(
      new CreateSecretCommand({
        Name,
        ...(typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }),
      }),
    );
  await parameter('/shop/url', 'https://shop', 'String');
  await parameter('/shop/token', 'hunter2-hunter2', 'SecureString');
  await secret(
    'shop/db',
    '{"password":"hunter2-hunter2","port":5432,"account":1234567890123456789,"tags":[],"none":""}',
  );
  await secret('shop/text', 'hunter2-hunter2 is not JSON');
  await secret('shop/bytes', Uint8Array.of(1, 2, 3));
  aws.stacks.register('shop', { ApiUrl: 'https://api?a=1&b=2', BusName: 'shop' });
  aws.stacks.register('empty', {});
  const queue = (name: string) => ({ type: 'AWS::SQS::Queue', physicalId: `https://sqs/1/${name}` });
  const arnOf = (name: string): string =>
    `arn:aws:cloudformation:${aws.region}:000000000000:stack/${name}/local`;
  aws.stacks.register(
    'cdk',
    {},
    { [cdkLogicalId(['Orders', 'Queue', 'Resource'])]: queue('orders'), One: queue('one') },
  );
  aws.stacks.register(
    'cdk-Inner-1A',
    { Url: 'https://inner' },
    {
      Queue: queue('inner'),
      Later: { type: 'AWS::SQS::Queue' },
      Empty: { type: 'AWS::SQS::Queue', physicalId: '' },
      Gone: { ...queue('gone'), isDeleted: true },
    },
  );
  aws.stacks.register(
    'big',
    {},
    Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`Queue${n}x`, queue(`${n}`)])),
  );
  aws.stacks.register(
    'outer',
    {},
    {
      Table: { type: 'AWS::DynamoDB::Table', physicalId: 'outer-Table-1A' },
      Inner: { type: 'AWS::CloudFormation::Stack', physicalId: arnOf('cdk-Inner-1A') },
    },
  );
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^(content-type|x-amz)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

let clock: ManualClock;
let references: References;
beforeEach(() => {
  asked.length = 0;
  refusal = undefined;
  silent = false;
  clock = new ManualClock();
  references = referencesOf({
    sources: SOURCES,
    env: { TOKEN: 'from-the-environment' },
    project: { secrets: ['TOKEN'] },
    clients,
    clock,
  });
});

/** `ssm:/path` as a reference. */
function named(text: string): ExternalName {
  const [scheme, ...name] = text.split(':');
  return { scheme: scheme as ExternalName['scheme'], name: name.join(':') };
}

describe('references', () => {
  it.each([
    { reference: 'env:TOKEN', value: 'from-the-environment', secret: true },
    { reference: 'ssm:/shop/url', value: 'https://shop', secret: false },
    { reference: 'ssm:/shop/token', value: 'hunter2-hunter2', secret: true },
    { reference: 'secret:shop/db#password', value: 'hunter2-hunter2', secret: true },
    { reference: 'secret:shop/db#port', value: '5432', secret: true },
    { reference: 'secret:shop/db#account', value: '1234567890123456789', secret: true },
    { reference: 'secret:shop/text', value: 'hunter2-hunter2 is not JSON', secret: true },
    { reference: 'cf:shop.ApiUrl', value: 'https://api?a=1&b=2', secret: false },
    { reference: 'cf:outer/Table', value: 'outer-Table-1A', secret: false },
    { reference: 'cf:outer/Inner/Queue', value: 'https://sqs/1/inner', secret: false },
    { reference: 'cf:outer/Inner.Url', value: 'https://inner', secret: false },
    { reference: 'cf:cdk/Orders/Queue', value: 'https://sqs/1/orders', secret: false },
    { reference: 'cf:big/Queue24x', value: 'https://sqs/1/24', secret: false },
  ])('read $reference', async ({ reference, value, secret }) => {
    await expect(references.read(named(reference))).resolves.toEqual({ value, secret });
  });

  it.each([
    { reference: 'env:AWS_SESSION_TOKEN', says: ['belongs to the runner itself'] },
    {
      reference: 'ssm:/shop/gone',
      says: ['${ssm:/shop/gone}', 'Parameter Store has no parameter /shop/gone'],
    },
    { reference: 'secret:gone#a', says: ['${secret:gone#a}', 'Secrets Manager has no secret gone.'] },
    { reference: 'secret:shop/bytes', says: ['${secret:shop/bytes}', 'is binary'] },
    { reference: 'secret:shop/text#a', says: ['is not a JSON map', "no key 'a'"] },
    { reference: 'secret:shop/db#pasword', says: ["no key 'pasword'", "Did you mean 'password'?"] },
    {
      reference: 'secret:shop/db#else',
      says: ["no key 'else'", 'It has password, port, account, tags, none.'],
    },
    { reference: 'secret:shop/db#toString', says: ["no key 'toString'"] },
    { reference: 'secret:shop/db#tags', says: ["'tags' of the secret shop/db is not text"] },
    { reference: 'secret:shop/db#none', says: ['${secret:shop/db#none}', 'It is empty'] },
    { reference: 'cf:gone.ApiUrl', says: ['${cf:gone.ApiUrl}', 'There is no stack gone.'] },
    { reference: 'cf:shop.ApiUrll', says: ["no output 'ApiUrll'", "Did you mean 'ApiUrl'?"] },
    { reference: 'cf:shop.TableName', says: ["no output 'TableName'", 'It has ApiUrl, BusName.'] },
    { reference: 'cf:gone/Table', says: ['${cf:gone/Table}', 'There is no stack gone.'] },
    { reference: 'cf:outer/Tabel', says: ["The stack outer has no resource 'Tabel'. Did you mean 'Table'?"] },
    {
      reference: 'cf:outer/Inner/Topic',
      says: ["The stack outer/Inner has no resource 'Topic'. It has Queue, Later, Empty."],
    },
    { reference: 'cf:outer/Inner/Later', says: ["'Later' of the stack outer/Inner is not made yet"] },
    { reference: 'cf:outer/Inner/Empty', says: ["'Empty' of the stack outer/Inner is not made yet"] },
    { reference: 'cf:outer/Inner/Gone', says: ["no resource 'Gone'"] },
    { reference: 'cf:cdk/Orders/Topic', says: ["The stack cdk has no resource 'Orders/Topic'."] },
    { reference: 'cf:outer/Table.Url', says: ["The stack outer has no nested stack 'Table'."] },
    {
      reference: 'cf:big/Topic',
      says: ["The stack big has no resource 'Topic'. It has Queue0x", 'Queue19x and 5 more.'],
    },
    { reference: 'cf:empty.ApiUrl', says: ["no output 'ApiUrl'", 'It has none.'] },
  ])('say what is missing of $reference, and never a value', async ({ reference, says }) => {
    const fault = await references.read(named(reference)).catch((thrown: unknown) => thrown as Error);

    expect(fault).toMatchObject({ blame: 'definition' });
    for (const words of says) expect((fault as Error).message).toContain(words);
    expect((fault as Error).message).not.toContain('hunter2');
  });

  it.each([
    {
      status: 400,
      code: 'AccessDeniedException',
      says: 'may not do secretsmanager:GetSecretValue here',
      permanent: true,
    },
    { status: 400, code: 'ThrottlingException', says: 'throttled', permanent: false },
    { status: 500, code: 'InternalServiceError', says: 'AWS could not do it', permanent: false },
  ])('name what $code kept from being read', async ({ says, permanent, ...refused }) => {
    refusal = refused;

    await expect(references.read(named('secret:shop/db#password'))).rejects.toMatchObject({
      blame: 'observer',
      permanent,
      message: expect.stringMatching(
        new RegExp(`^\\$\\{secret:shop/db#password\\} could not be read.*${says}`),
      ),
    });
  });

  it('read together what one answer holds, once for all who ask', async () => {
    await Promise.all(
      [
        'secret:shop/db#password',
        'secret:shop/db#port',
        'cf:shop.ApiUrl',
        'cf:shop.BusName',
        'cf:shop.ApiUrl',
        'cf:cdk/Orders/Queue',
        'cf:cdk/One',
        'cf:cdk/Orders/Queue',
      ].map(async (reference) => references.read(named(reference))),
    );

    expect(asked.toSorted()).toEqual([
      expect.stringContaining('Action=DescribeStacks'),
      expect.stringContaining('Action=ListStackResources'),
      expect.stringContaining('Action=ListStackResources'),
      JSON.stringify({ SecretId: 'shop/db' }),
    ]);
  });

  it('keep values for five minutes, unless fresh ones are asked for', async () => {
    const url = named('ssm:/shop/url');

    await references.read(url);
    await clock.sleep(299_999);
    await references.read(url);
    expect(asked).toHaveLength(1);
    await references.read(url, { fresh: true });
    expect(asked).toHaveLength(2);
    await clock.sleep(300_000);
    await references.read(url);
    expect(asked).toHaveLength(3);
  });

  it('give a changed secret to the one who asks for a fresh one, and to all after', async () => {
    const reference = named('secret:shop/rotated');
    await secretsManager.send(new CreateSecretCommand({ Name: 'shop/rotated', SecretString: 'before-it' }));
    await references.read(reference);
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: 'shop/rotated', SecretString: 'after-it' }),
    );

    const values = [
      await references.read(reference),
      await references.read(reference, { fresh: true }),
      await references.read(reference),
    ];

    expect(values.map(({ value }) => value)).toEqual(['before-it', 'after-it', 'after-it']);
  });

  it('give the version before the present one to the one who asks for it, where a source keeps one', async () => {
    await secretsManager.send(new CreateSecretCommand({ Name: 'shop/moved', SecretString: 'first-one' }));
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: 'shop/moved', SecretString: 'second-one' }),
    );
    for (const Value of ['first-path', 'second-path', 'third-path'])
      await ssm.send(
        new PutParameterCommand({ Name: '/shop/moved', Value, Type: 'String', Overwrite: true }),
      );
    const previous = async (text: string) => (await references.read(named(text), { previous: true })).value;

    expect(await previous('secret:shop/moved')).toBe('first-one');
    expect(await previous('ssm:/shop/moved')).toBe('second-path');
    expect(await previous('ssm:/shop/url')).toBe('https://shop');
    expect(await previous('env:TOKEN')).toBe('from-the-environment');
    await expect(previous('secret:shop/text')).rejects.toThrow('no secret shop/text');
    expect((await references.read(named('secret:shop/moved'))).value).toBe('second-one');
  });

  it('never keep a failure', async () => {
    refusal = { status: 400, code: 'AccessDeniedException' };
    await expect(references.read(named('ssm:/shop/url'))).rejects.toThrow('may not do ssm:GetParameter here');
    refusal = undefined;

    await expect(references.read(named('ssm:/shop/url'))).resolves.toMatchObject({ value: 'https://shop' });
  });

  it('do not wait for an answer that does not come', async () => {
    silent = true;
    const impatient = referencesOf({
      sources: SOURCES,
      env: {},
      project: { secrets: [] },
      clients,
      clock,
      longestReadMs: 50,
    });

    await expect(impatient.read(named('ssm:/shop/url'))).rejects.toMatchObject({
      blame: 'observer',
      message: '${ssm:/shop/url} could not be read. AWS did not answer within 50 ms.',
    });
  });
});
