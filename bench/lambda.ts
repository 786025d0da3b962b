import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { startLocalAws } from '../infra/local-aws/index.ts';
import { awsClients } from '../runner/adapters/aws/clients.ts';
import { createTable, STATE_TABLE } from '../runner/adapters/dynamodb/schema.ts';
import { sqsRunQueue } from '../runner/adapters/runtime/sqs-run-queue.ts';
import { systemClock } from '../runner/adapters/runtime/system-clock.ts';
import type { RunStore } from '../runner/core/store/ports.ts';
import { type Fleet, scheduledIn } from '../runner/engine/fleet-context.ts';
import { tick } from '../runner/engine/schedule/tick.ts';
import { KINDS } from '../runner/registry.ts';
import { findFleet } from '../scripts/fleet-files.ts';
import { bundleFunction, MOST_BYTES } from '../scripts/lambda-bundle.ts';
import type { FunctionName } from '../scripts/lambda-entry.ts';
import { fleetFrom } from '../test/support/aws/local-stack.ts';
import { scheduled, TestFleet } from '../test/support/run/fleet.ts';
import { measure, type Row, ratioRow, type Used } from './measure.ts';

/** `node bench/lambda.ts`: size and start of the stack's functions, compared with Node alone and the AWS clients alone. */
const ROUNDS = 5;
const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/bench-lambda');
const rows: Row[] = [];
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });

async function main(): Promise<void> {
  await build({
    entryPoints: { usage: join(ROOT, 'bench/usage.ts') },
    outdir: join(ROOT, 'dist/bench'),
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
  });
  const server = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const aws = await startLocalAws();
  const clients = awsClients({ endpoint: aws.url, region: aws.region });
  await createTable(clients, 'state', STATE_TABLE);
  const sqs = clients.clientOf(SQSClient, 'observe');
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'runs' }));
  const env = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: aws.region,
    COALMINE_STATE_TABLE: 'state',
    COALMINE_STACK: 'bench',
    COALMINE_RUN_QUEUE_URL: QueueUrl,
  };
  await sizes();
  await starts(env, url);
  await thousand(QueueUrl, aws.url, aws.region);
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  process.stderr.write(`${Attributes['ApproximateNumberOfMessages']} slots in the queue\n`);
  clients.close();
  await aws.close();
  server.closeAllConnections();
  server.close();
}

/** The repository's own stack, which has a budget; and a fleet that uses every kind, for its cost. */
async function sizes(): Promise<void> {
  const found = await findFleet(ROOT, {});
  if ('faults' in found) throw new Error(found.faults.join('\n'));
  for (const name of ['tick', 'worker', 'tap-reader'] as const) {
    const { bytes } = await bundled(name, 'own', found.fleet);
    rows.push({
      figure: `${name} function`,
      ours: kilobytes(bytes),
      goal: `≤ ${kilobytes(MOST_BYTES)}`,
      met: bytes <= MOST_BYTES,
    });
  }
  const { bytes } = await bundled('worker', 'all', everyKind());
  rows.push({
    figure: 'worker of a fleet that uses every verb and noun',
    ours: kilobytes(bytes),
    goal: 'no goal',
    met: true,
  });
}

async function starts(env: Readonly<Record<string, string>>, url: string): Promise<void> {
  await bundled('worker', 'http', httpFleet(url));
  const clientsAlone = join(FOLDER, 'clients.js');
  await build({
    stdin: {
      contents: ['dynamodb', 'sqs', 'sns', 'eventbridge']
        .map((name) => `export * as ${name} from '@aws-sdk/client-${name}';`)
        .join('\n'),
      resolveDir: ROOT,
    },
    outfile: clientsAlone,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  const worker = (which: string): string => join(FOLDER, `worker-${which}`, 'index.js');
  const nothing = ['-e', '0'];
  const requiring = (path: string): readonly string[] => ['-e', `require(${JSON.stringify(path)})`];
  const found = {
    nothing: [] as Used[],
    own: [] as Used[],
    all: [] as Used[],
    clients: [] as Used[],
    first: [] as Used[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    found.nothing.push(await measure(nothing));
    found.own.push(await measure(requiring(worker('own')), env));
    found.all.push(await measure(requiring(worker('all')), env));
    found.clients.push(await measure(requiring(clientsAlone), env));
    found.first.push(await measure(['-e', firstRun(worker('http'), round)], env));
  }
  const cpu = (some: readonly Used[]): readonly number[] => some.map(({ cpuMs }) => cpuMs);
  rows.push(
    ratioRow('worker loaded: CPU ÷ node -e 0', cpu(found.own), cpu(found.nothing), 2.5),
    ratioRow('worker of every kind loaded: CPU ÷ node -e 0', cpu(found.all), cpu(found.nothing), 2.5),
    ratioRow('worker loaded: CPU ÷ four AWS clients alone', cpu(found.own), cpu(found.clients), 1.2),
    ratioRow(
      'first HTTP canary done, claimed and stored: CPU ÷ node -e 0',
      cpu(found.first),
      cpu(found.nothing),
      4.5,
    ),
  );
}

/** The first invocation of a container, from its start to its answer. */
function firstRun(path: string, round: number): string {
  const slotAtMs = 1_700_000_000_000 + round * 60_000;
  const body = JSON.stringify({ canary: 'bench', slotAtMs, notBeforeMs: slotAtMs });
  const event = { Records: [{ messageId: 'm', receiptHandle: 'r', body }] };
  return `
    const { handler } = require(${JSON.stringify(path)});
    handler(${JSON.stringify(event)}, { awsRequestId: 'bench-${round}', getRemainingTimeInMillis: () => 60000 })
      .then(({ batchItemFailures }) => process.exit(batchItemFailures.length));`;
}

/**
 * A tick for a thousand canaries that are all due, and again within the next minute. Every call of the store takes five
 * milliseconds; the queue is a real one.
 */
async function thousand(url: string, endpoint: string, region: string): Promise<void> {
  const fleet = new TestFleet(...Array.from({ length: 1_000 }, (_, index) => scheduled(`canary-${index}`)));
  const clock = systemClock();
  const queue = sqsRunQueue({ clients: awsClients({ endpoint, region }), url, clock });
  const engine = { ...fleet.harness.engine, clock };
  const runs = slowly(fleet.store.runs);
  const context = fleet.monitor({ runs, queue, engine });
  for (const { name } of context.fleet.canaries)
    await fleet.store.runs.advance({ canary: name, toMs: clock.nowMs() - 60_000 });
  const startedAtMs = performance.now();
  const { planned, faults } = await tick(context);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const canaries = new Set(planned.map(({ canary }) => canary)).size;
  if (canaries !== 1_000 || faults.length > 0)
    throw new Error(`planned ${canaries} canaries, ${faults.length} faults`);
  rows.push({
    figure: 'a tick for 1,000 due canaries, planned and enqueued',
    ours: `${seconds.toFixed(1)} s`,
    goal: '≤ 10 s',
    met: seconds <= 10,
  });
}

function slowly(runs: RunStore): RunStore {
  return new Proxy(runs, {
    get: (of, key) => async (ask: never) => {
      await new Promise((done) => setTimeout(done, 5));
      return (of[key as keyof RunStore] as (ask: never) => unknown)(ask);
    },
  });
}

async function bundled(name: FunctionName, which: string, fleet: Fleet) {
  mkdirSync(FOLDER, { recursive: true });
  return bundleFunction(name, fleet, join(FOLDER, `${name}-${which}`));
}

function httpFleet(url: string): Fleet {
  return fleetFrom({
    'coalmine.config.yaml':
      'project: bench\nchannels: { mail: { sns: "arn:aws:sns:us-east-1:000000000000:a" } }\n',
    'bench.canary.yaml': `canary: bench\nowner: bench\nschedule: { every: 1m }\ntimeout: 20s\nalert: { to: [mail] }\nsteps:\n  - http: GET ${url}\n    response:\n      body: { status: ok }\n`,
  });
}

/** The examples of every kind, each a step. It never runs. */
function everyKind(): Fleet {
  const { project, environment, canaries } = httpFleet('http://example.com/');
  const [first] = canaries;
  if (first === undefined) throw new Error('there is no canary');
  const [step] = first.steps;
  const kinds = Object.keys({ ...KINDS.verbs, ...KINDS.nouns });
  const steps = kinds.map((kind) => ({ ...step, kind }) as (typeof first.steps)[0]);
  return { project, environment, canaries: scheduledIn([{ ...first, steps }], environment) };
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000)} kB`;
}

await main();
const table = rows.map(
  ({ figure, ours, goal, met }) => `| ${figure} | ${ours} | ${goal} | ${met ? 'met' : '**missed**'} |`,
);
process.stdout.write(`| figure | ours | goal | |\n|---|--:|--:|---|\n${table.join('\n')}\n`);
writeFileSync(join(FOLDER, 'table.md'), table.join('\n'));
process.exit(0);
