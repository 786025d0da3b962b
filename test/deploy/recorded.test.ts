import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as notifiers from '../../reporters/notifications/table.ts';
import { SOURCES } from '../../runner/adapters/references/sources.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { type FleetNeeds, needsOf } from '../../runner/deploy/needs.ts';
import { statementsOf } from '../../runner/deploy/statements.ts';
import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import type { LoadedCanary } from '../../runner/load/index.ts';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';
import { askedResource } from '../support/aws/asked-resource.ts';
import { covers, type Granted, grantedBy } from '../support/aws/policy.ts';
import { type RecordedAws, startRecordedAws } from '../support/aws/recorded-aws.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { selfSigned } from '../support/network/certificate.ts';
import { type PushServer, startPushServer } from '../support/network/push-server.ts';
import { CASES, CHANNELS, PROJECT, REFERENCES } from './recorded-cases.ts';

/** One call to AWS, in the names of IAM. */
interface Used {
  readonly action: string;
  readonly on: string;
}

const OWN_KEY = 'local';
/** Taps and leases are the stack's own: test/lambda compares their permissions with its functions. */
const OF_THE_STACK = /:coalmine-recorded-|\/coalmine-recorded-/;

let aws: RecordedAws;
let site: Server;
let live: PushServer;
let folder: string;
let env: Record<string, string | undefined>;
const signed: Used[] = [];

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: OWN_KEY, AWS_SECRET_ACCESS_KEY: OWN_KEY });
  aws = await startRecordedAws();
  const noteSigned = ({ authorization = '' }: IncomingHttpHeaders): void => {
    const [, service] = /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(authorization) ?? [];
    if (service !== undefined) signed.push(signedFor(service));
  };
  live = await startPushServer(noteSigned);
  live.echoes = true;
  site = createServer(({ headers }, response) => {
    noteSigned(headers);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  folder = emptyFolder();
  writeFileSync(join(folder, 'coalmine.config.yaml'), PROJECT);
  const { key, cert } = selfSigned('client.example.com');
  env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.proxy.url,
    AWS_REGION: aws.aws.region,
    SHIPS_TOPIC: aws.topic,
    SITE: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    SOCKET: live.url,
    CLIENT_CERT: cert,
    CLIENT_KEY: key,
    PASSWORD: 'a long password',
  };
  const { code, stderr } = await coalmine(['tap', fileFor('  - http: GET ${env:SITE}'), '--env', 'here'], {
    cwd: folder,
    env,
  });
  if (code !== 0) throw new Error(`the taps could not be made: ${stderr}`);
});

afterAll(async () => {
  await live.end();
  site.closeAllConnections();
  site.close();
  await aws.close();
});

beforeEach(() => {
  aws.proxy.asked.length = 0;
  signed.length = 0;
});

/** API Gateway and function URLs take a signed request under an action that the request itself does not name. */
function signedFor(service: string): Used {
  if (service === 'lambda') return { action: 'lambda:InvokeFunctionUrl', on: 'the function of the URL' };
  if (service === 'appsync') return { action: 'appsync:GraphQL', on: 'the API of the URL' };
  return { action: 'execute-api:Invoke', on: `arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/` };
}

function textFor(steps: string): string {
  return `canary: recorded\nowner: team\ntimeout: 60s\nsteps:\n${steps}`;
}

function fileFor(steps: string): string {
  const path = join(folder, 'recorded.canary.yaml');
  writeFileSync(path, textFor(steps));
  return path;
}

function loadedFrom(steps: string): LoadedCanary {
  const { canaries, diagnostics } = load(
    filesOf({ 'coalmine.config.yaml': PROJECT, 'recorded.canary.yaml': textFor(steps) }),
    KINDS,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return canaries[0] as LoadedCanary;
}

function needsIn(environment: string, steps: string): FleetNeeds {
  const { project, canary } = loadedFrom(steps);
  const found = project.environments.find(({ name }) => name === environment);
  if (found === undefined) throw new Error(`no environment ${environment}`);
  return needsOf({ project, environment: found, canaries: [canary], readsTaps: true });
}

/** The statements of some needs in the local AWS. */
function policyOf(needs: FleetNeeds['canaries']): readonly Granted[] {
  return grantedBy(statementsOf(needs), {
    'AWS::Partition': 'aws',
    'AWS::Region': aws.aws.region,
    'AWS::AccountId': aws.aws.account,
    EnvShipsTopic: aws.topic,
    EnvSite: String(env['SITE']),
    OnExecuteApiInvokeRecorded: 'arn:aws:execute-api:us-east-1:000000000000:api/*',
    CfRecordedMachine: aws.machine,
    CfRecordedTopic: 'ships',
    SecretRecordedHook: 'https://127.0.0.1:1/hook',
  });
}

function used(): readonly Used[] {
  const own = aws.proxy.asked.filter(({ by }) => by === OWN_KEY);
  const called = own.map((asked) => ({ action: asked.action, on: askedResource(asked, aws.aws) }));
  return [...called, ...signed].filter(({ on }) => !OF_THE_STACK.test(on));
}

/** Calls without a permission, and permissions without a call. */
function differences(granted: readonly Granted[]): readonly string[] {
  const asked = used();
  const lacking = asked.filter(
    ({ action, on }) => !granted.some((one) => one.action === action && covers(one, on)),
  );
  const idle = granted.filter(
    (one) => !asked.some(({ action, on }) => one.action === action && covers(one, on)),
  );
  return [
    ...lacking.map(({ action, on }) => `${action} on ${on} was asked and is not granted`),
    ...idle.map(({ action, on }) => `${action} on ${on} is granted and was not asked`),
  ];
}

describe('what a run asks of AWS and what its policy grants are the same, by action and resource', () => {
  it.each(CASES)('$of: $does', async ({ steps, environment = 'here', differs = [], warns = '' }) => {
    const path = fileFor(steps);

    const { stdout, stderr } = await coalmine(['run', path, '--env', environment, '--reporter', 'json'], {
      cwd: folder,
      env,
    });

    expect(stderr.replace(/^.* warning: (.*)[^]*$/, '$1')).toMatch(
      new RegExp(`^${warns}${warns === '' ? '$' : ''}`),
    );
    const { runs } = JSON.parse(stdout) as { runs: RunResult[] };
    expect(runs[0]).toHaveVerdict('passed');
    expect(differences(policyOf(needsIn(environment, steps).canaries))).toEqual(differs);
  });

  it.each(REFERENCES)('$of: $does', async ({ steps }) => {
    const { code, stderr } = await coalmine(['run', fileFor(steps), '--env', 'here', '--reporter', 'json'], {
      cwd: folder,
      env,
    });

    expect([code, stderr]).toEqual([0, '']);
    expect(differences(policyOf(needsIn('here', steps).canaries))).toEqual([]);
  });

  it.each(CHANNELS)('channel $of', async ({ of, delivers }) => {
    const path = fileFor('  - http: GET ${env:SITE}');

    const { code } = await coalmine(['alert', 'test', of, path, '--env', 'here'], { cwd: folder, env });

    expect(code).toBe(delivers ? 0 : 3);
    const { channels } = needsIn('here', '  - http: GET ${env:SITE}');
    const own = channels.filter(({ by }) => by === `channel ${of}`);
    expect(own.length).toBeGreaterThan(0);
    expect(differences(policyOf(own))).toEqual([]);
  });
});

/** The options of a kind: each key, each word that a key takes, each inner key. */
function optionsOf({ name, input }: Verb | Noun): readonly string[] {
  return Object.entries(input.properties as Readonly<Record<string, JsonMap>>).flatMap(([key, schema]) =>
    optionsUnder(`${name}.${key}`, schema),
  );
}

function optionsUnder(path: string, schema: JsonMap): readonly string[] {
  const words = ((schema['anyOf'] ?? []) as readonly JsonMap[]).flatMap((one) => one['const'] ?? []);
  const inside = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonMap>>);
  return [
    path,
    ...words.map((word) => `${path}=${String(word)}`),
    ...inside.flatMap(([key, one]) => optionsUnder(`${path}.${key}`, one)),
  ];
}

function optionsIn(path: string, value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path, `${path}=${String(value)}`];
  return [
    path,
    ...Object.entries(value as JsonMap).flatMap(([key, one]) => optionsIn(`${path}.${key}`, one)),
  ];
}

describe('the cases', () => {
  const steps = CASES.flatMap((one) => loadedFrom(one.steps).canary.steps);
  const covered = new Set(steps.flatMap(({ kind, input }) => optionsIn(kind, input)));
  // A row is read from a database, without any call to AWS.
  const { row: _, ...nounsOfAws } = KINDS.nouns;
  const kinds: readonly (Verb | Noun)[] = [...Object.values(KINDS.verbs), ...Object.values(nounsOfAws)];

  it('hold every kind, with every key that it takes and every word that a key takes', () => {
    const options = kinds.flatMap(optionsOf);

    expect(options.length).toBeGreaterThan(60);
    expect(options.filter((option) => !covered.has(option))).toEqual([]);
  });

  it('bite: an option that no case has is reported', () => {
    const more = { ...KINDS.nouns['item'], input: { properties: { table: {}, backwards: {} } } } as never;

    expect(optionsOf(more).filter((option) => !covered.has(option))).toEqual(['item.backwards']);
  });

  it('hold every source of references, and every sort of channel', () => {
    expect([...new Set(REFERENCES.map(({ of }) => of))].toSorted()).toEqual(Object.keys(SOURCES).toSorted());
    expect(CHANNELS.map(({ of }) => of).toSorted()).toEqual(Object.keys(notifiers).toSorted());
  });

  it('bite: a call that is not granted is reported, and so is a grant on more than is needed', async () => {
    aws.proxy.asked.push({
      action: 'sqs:PurgeQueue',
      path: '/',
      body: '{"QueueName":"inbox"}',
      by: OWN_KEY,
      region: 'us-east-1',
    });

    expect(differences([{ action: 'sqs:PurgeQueue', on: '*' }])).toEqual([
      'sqs:PurgeQueue on arn:aws:sqs:us-east-1:000000000000:inbox was asked and is not granted',
      'sqs:PurgeQueue on * is granted and was not asked',
    ]);
  });
});
