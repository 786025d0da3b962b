import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BREAKS } from '../../examples/shop/breaks.ts';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbJournal } from '../../runner/adapters/dynamodb/journal.ts';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { xrayIdOf } from '../../runner/core/base/run-id.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { JournalEntry } from '../../runner/core/taps/ports.ts';
import type { Trace } from '../../runner/core/trace/trace.ts';
import { coalmine, emptyFolder, folderWith } from '../support/command.ts';

const CANARY = 'canaries/shop/order-reaches-warehouse.canary.yaml';
const GROUP = '/aws/lambda/store-order';
const IN_MEMORY = 'not read: the journal of taps: It is in the memory of the process that ran, and not kept.';

let aws: LocalAws;
let env: Record<string, string | undefined>;
let state: string;
let run: RunResult;
let orderId: string;

beforeAll(async () => {
  aws = await startLocalAws();
  const shop = await deployShop(aws, BREAKS['lose-id']);
  env = { ...process.env, ...shop.variables };
  state = join(emptyFolder(), 'state.sqlite');
  await coalmine(['tap', CANARY], { env });
  const { stdout } = await coalmine(['run', CANARY, '--state', state, '--reporter', 'json'], { env });
  run = (JSON.parse(stdout) as { runs: RunResult[] }).runs[0] as RunResult;
  orderId = String(Object.values(run.steps[0]?.saved ?? {})[0]);
});
afterAll(async () => aws.close());

async function traced(asked: string, ...more: readonly string[]) {
  return coalmine(['trace', asked, CANARY, '--state', state, ...more], { env });
}

async function jsonOf(asked: string, ...more: readonly string[]): Promise<Trace> {
  return JSON.parse((await traced(asked, '--format', 'json', ...more)).stdout) as Trace;
}

describe('the trace of a run whose id was lost', () => {
  it('is a timeline that names the gap, and the sources that were not read', async () => {
    const { code, stdout } = await traced(run.runId);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /sent to POST .*\/orders, seen at bus shop, table shop-orders; not seen at topic shop-shipments\n/,
    );
    expect(stdout).toContain('lost between bus shop · OrderPlaced from shop.orders and table shop-orders');
    expect(stdout).toMatch(/0 ms {2}sent {6}POST .* {2}The orders API takes an order \(/);
    expect(stdout).toMatch(/ {2}seen {6}table shop-orders .*\(without the id\)\n/);
    expect(stdout).toMatch(/ {2}not seen {2}topic shop-shipments /);
    expect(stdout).toMatch(/read: the history of runs \(\d entries\), X-Ray \(0 entries\)\n/);
    expect(stdout).toContain(IN_MEMORY);
  });

  it.each([
    { name: 'its first digits', spell: (id: string) => id.slice(0, 12) },
    { name: 'its trace id', spell: (id: string) => `Root=${xrayIdOf(id as RunResult['runId'])}` },
    { name: 'its correlation id', spell: (id: string) => `canary-${id}` },
  ])('is found by $name', async ({ spell }) => {
    const { runs } = await jsonOf(spell(run.runId));

    expect(runs.map(({ runId }) => runId)).toEqual([run.runId]);
  });

  it('has lines without the id, if it is asked for by a value of the system', async () => {
    const { entries, runs } = await jsonOf(orderId, '--log-group', GROUP);

    expect(runs.map(({ runId }) => runId)).toEqual([run.runId]);
    const lines = entries.filter(({ source }) => source === 'logs');
    expect(lines.map(({ place }) => place)).toEqual([`log ${GROUP}`, `log ${GROUP}`]);
    expect(entries.map(({ atMs }) => atMs)).toEqual(
      entries.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    );
  });

  it('has the segments of X-Ray', async () => {
    const trace_id = xrayIdOf(run.runId);
    const segment = { trace_id, id: '00f067aa0ba902b7', name: 'orders-api', start_time: 5, end_time: 6 };
    const region = { region: 'us-east-1', endpoint: aws.url };
    const client = new XRayClient(region);
    await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
    client.destroy();

    const { entries } = await jsonOf(run.runId);

    expect(entries.filter(({ source }) => source === 'x-ray').map(({ place }) => place)).toEqual([
      'service orders-api',
    ]);
  });

  it('is a page for a browser, in a file', async () => {
    const file = join(emptyFolder(), 'trace.html');

    const { code, stdout } = await traced(run.runId, '--html', file);

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const page = readFileSync(file, 'utf8');
    const { stdout: own } = await coalmine(['show', run.runId, CANARY, '--state', state, '--html'], { env });
    const article = /<header class="run">.*(?=<\/main>)/s.exec(own)?.[0] as string;
    expect(article).toContain('Expected');
    expect(page).toContain(article);
    expect(page).toContain('All sources in the order of time');
  });

  it('is refused for a file that cannot be written', async () => {
    const { code, stderr } = await traced(run.runId, '--html', join(state, 'trace.html'));

    expect(code).toBe(2);
    expect(stderr).toMatch(/^The report file .* cannot be written/);
  });

  it('says of each source that cannot be read why, and names no right that is not missing', async () => {
    const { stdout, code } = await traced(run.runId, '--log-group', '/none');

    expect(code).toBe(0);
    expect(stdout).toMatch(/not read: log group \/none: .* does not exist.*\n/);
    expect(stdout).not.toContain('logs:FilterLogEvents');
  });
});

describe('the trace with the journal of a deployed stack', () => {
  const table = 'state';
  const eventOf = (id: string, keys: readonly string[], receivedAtMs: number): JournalEntry => ({
    feed: 'bus shop',
    id,
    keys,
    receivedAtMs,
    happenedAtMs: receivedAtMs,
    data: { 'detail-type': 'OrderShipped', source: 'shop.shipping', detail: {} },
  });

  beforeAll(async () => {
    const clients = awsClients({ region: 'us-east-1', endpoint: aws.url });
    await createTable(clients, table, STATE_TABLE);
    const journal = dynamodbJournal({ clients, table, namespace: 'shop/local', clock: systemClock() });
    const nowMs = Date.now();
    await journal.append([
      eventOf('e1', [run.runId], nowMs),
      eventOf('e2', ['ord_9'], nowMs),
      eventOf('e3', ['ord_9'], nowMs - 3 * 3_600_000),
    ]);
    clients.close();
  });

  const ofTable = async (asked: string, ...more: readonly string[]) => {
    const argv = ['trace', asked, CANARY, '--table', table, '--format', 'json', ...more];
    return JSON.parse((await coalmine(argv, { env })).stdout) as Trace;
  };

  it('has what the tap readers received, by an id', async () => {
    const { entries } = await ofTable(run.runId);

    const journal = entries.filter(({ source }) => source === 'journal');
    expect(journal.map(({ place, what }) => [place, what])).toEqual([
      ['bus shop', 'OrderShipped from shop.shipping'],
    ]);
  });

  it('has it by a value of the system, and says that older entries are not kept', async () => {
    const recent = await ofTable('ord_9');
    const older = await ofTable('ord_9', '--since', '2h');

    expect([recent.entries.length, older.entries.length]).toEqual([1, 1]);
    const journals = ({ sources }: Trace) => sources.filter(({ source }) => source === 'journal');
    expect(journals(recent).map(({ about, unread }) => [about, unread])).toEqual([
      ['the journal of bus shop', undefined],
      ['the journal of topic shop-shipments', undefined],
      ['the journal of queue shop-orders-dlq', undefined],
    ]);
    expect(journals(older)[0]?.unread).toBe('Entries older than an hour are not kept.');
  });
});

describe('the trace of something unknown', () => {
  const unknown = '5'.repeat(32);

  it('is an error while a source could not be read', async () => {
    const { code, stdout } = await traced(unknown);

    expect(code).toBe(3);
    expect(stdout).toContain(`Nothing is known of ${unknown} here.`);
  });

  it('says so of a state that cannot be read, too', async () => {
    const broken = join(folderWith({ 'state.sqlite': 'no database' }), 'state.sqlite');

    const { code, stdout } = await coalmine(['trace', unknown, CANARY, '--state', broken], { env });

    expect(code).toBe(3);
    expect(stdout).toMatch(/not read: the history of runs: /);
  });

  it('says which values are not masked, and which names are not known', async () => {
    const { stdout, stderr } = await coalmine(['trace', unknown, CANARY, '--state', state], {
      env: { ...env, SHOP_SHIPMENTS_TOPIC: undefined },
    });

    expect(stderr).toContain('its value is not masked in what follows');
    expect(stdout).toContain('not read: the journal of ${env:SHOP_SHIPMENTS_TOPIC}');
  });

  it('needs canaries that load, and a duration', async () => {
    const folder = folderWith({ 'canaries/a.canary.yaml': 'canary: 7\n' });
    const faulty = await coalmine(['trace', unknown], { env, cwd: folder });
    const since = await traced(unknown, '--since', 'yesterday');

    expect(faulty.code).toBe(2);
    expect(since).toMatchObject({ code: 2, stderr: "'yesterday' is not a duration. Write --since 2h.\n" });
  });

  it('asks which project, with a command for each', async () => {
    const { code, stderr } = await coalmine(['trace', "ord 'x"], { env });

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^The canaries belong to several projects\. Name one: coalmine trace 'ord '\\''x' \S+, coalmine trace/,
    );
  });

  it('masks secrets in all that it prints', async () => {
    const secret = 'correct-horse-battery';
    aws.logs.write(GROUP, `ord_masked paid with ${secret}`);
    aws.logs.write(GROUP, `ord_masked ${'-'.repeat(180)} ${secret}`);
    const folder = folderWith({
      'canaries/coalmine.config.yaml': 'project: shop\nsecrets: [PAYMENT_KEY]\n',
      'canaries/a.canary.yaml':
        'canary: a\nowner: b\nsteps:\n  - http: GET https://example.com\n    headers:\n      key: ${env:PAYMENT_KEY}\n',
    });

    const { stdout, code } = await coalmine(['trace', 'ord_masked', '--log-group', GROUP], {
      env: { ...env, PAYMENT_KEY: secret },
      cwd: folder,
    });

    expect(code).toBe(0);
    expect(stdout).toContain('ord_masked paid with');
    expect(stdout).not.toContain(secret.slice(0, 7));
  });
});
