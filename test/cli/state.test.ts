import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import type { Incident } from '../../runner/core/alert/alert-state.ts';
import { newCanaryState } from '../../runner/core/alert/outbox/apply-events.ts';
import { correlationIdOf, type RunId, xrayIdOf } from '../../runner/core/base/run-id.ts';
import type { ChangesBefore } from '../../runner/core/model/change.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { attemptOf } from '../adapters/attempts-contract.ts';
import { ABOUT } from '../support/alerts/alerts.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';

let server: Server;
let site: string;
beforeAll(async () => {
  server = createServer((_, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A folder with one canary, and a project file if one is given. */
function folderOf(project = 'project: shop\n', name = 'good'): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'canaries', `${name}.canary.yaml`),
    `canary: ${name}\nowner: test\nsteps:\n  - http: GET ${site}/\n`,
  );
  if (project !== '') writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  return cwd;
}

const SHOP = { project: 'shop', environment: 'default' };
const STATE = '.coalmine/state.sqlite';

/** Something to remember: at the full minute now, and in the minutes before. */
const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
const failed = resultOf({
  canary: 'orders',
  runId: runIdOf(2),
  verdict: 'failed',
  startedAtMs: nowMs,
  durationMs: 35_600,
  slotAtMs: nowMs,
  steps: [stepResultOf({ name: 'The order is stored', verdict: 'failed', reason: 'nothing\u001b came' })],
});

async function remember({ runs, close }: StateStore): Promise<void> {
  const slot = { canary: 'orders', nowMs, owner: 'me' };
  await runs.advance({ canary: 'orders', toMs: nowMs });
  await runs.skipMissed({
    ...slot,
    slotAtMs: nowMs - 120_000,
    state: 'missed',
    reason: 'nobody was there',
    count: 12,
  });
  await runs.claim({ ...slot, slotAtMs: nowMs, leaseUntilMs: nowMs + 60_000 });
  await runs.commit({ ...slot, slotAtMs: nowMs, fence: 1, result: failed });
  await runs.claim({ ...slot, slotAtMs: nowMs + 60_000, leaseUntilMs: nowMs + 60_000 });
  await runs.keep(
    resultOf({ canary: 'good', runId: runIdOf(3), startedAtMs: nowMs, slotAtMs: nowMs - 60_000 }),
  );
  await close();
}

async function rememberingFolder(): Promise<string> {
  const cwd = folderOf();
  await remember(sqliteStore({ ...SHOP, path: join(cwd, STATE), create: true }, { clock: systemClock() }));
  return cwd;
}

describe('run keeps results', () => {
  it('in a new file next to the project file, where there is none', async () => {
    const cwd = folderOf();

    expect((await coalmine(['run', '--dry-run'], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, '.coalmine'))).toBe(false);
    const { stdout } = await coalmine(['run'], { cwd });
    const [, first = ''] = /run ([0-9a-f]{12})/.exec(stdout) ?? [];

    expect((await coalmine(['show', first], { cwd })).stdout).toContain('✓ good  passed after');
  });

  it('in the file that is named, and shows them again', async () => {
    const cwd = folderOf();

    const ran = await coalmine(['run', '--state', 'kept.sqlite'], { cwd });
    const [, runId = ''] = /run ([0-9a-f]{32})/.exec(ran.stdout) ?? [];
    const listed = await coalmine(['history', '--state', 'kept.sqlite'], { cwd });
    const shown = await coalmine(['show', runId, '--state', 'kept.sqlite'], { cwd });

    expect([ran.code, listed.code, shown.code]).toEqual([0, 0, 0]);
    expect(listed.stdout).toMatch(new RegExp(`Z {2}good {4}passed \\(not counted\\) {2}\\d.* ${runId}\n$`));
    expect(ran.stdout.startsWith(shown.stdout.trimEnd())).toBe(true);
  });

  it('is kept in the file that an earlier run made, each environment in its own', async () => {
    const cwd = folderOf('project: shop\nenvironments:\n  default: {}\n  prod: {}\n');
    mkdirSync(join(cwd, '.coalmine'));
    for (const name of ['state.sqlite', 'state-prod.sqlite']) writeFileSync(join(cwd, '.coalmine', name), '');

    await coalmine(['run', '--env', 'default'], { cwd });
    await coalmine(['run', '--env', 'prod'], { cwd });
    await coalmine(['run', '--env', 'prod'], { cwd });

    const linesOf = async (env: string) =>
      (await coalmine(['history', '--env', env], { cwd })).stdout.trimEnd().split('\n').length - 1;
    expect([await linesOf('default'), await linesOf('prod')]).toEqual([1, 2]);
  });

  it('and refuses the file that was named, when it cannot be used', async () => {
    const cwd = folderOf('project: bank\n');
    await remember(
      sqliteStore({ ...SHOP, path: join(cwd, 'a.sqlite'), create: true }, { clock: systemClock() }),
    );

    expect(await coalmine(['run', '--state', 'a.sqlite'], { cwd })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        "belongs to project 'shop', environment 'default', not to project 'bank'",
      ),
    });
    expect(await coalmine(['run', '--state', 'a', '--table', 'b'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'State is kept in one place: give --state or --table, not both.\n',
    });
  });

  it('and runs without the file that it found, when it cannot be used', async () => {
    const cwd = folderOf();
    mkdirSync(join(cwd, '.coalmine'));
    writeFileSync(join(cwd, STATE), 'not a database');

    expect(await coalmine(['run'], { cwd })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Results are not kept\. .*is no SQLite database/),
    });
    expect(readFileSync(join(cwd, STATE), 'utf8')).toBe('not a database');
  });

  it('of a table only while it is there, and says so', async () => {
    const cwd = folderOf();
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1' };

    expect(await coalmine(['run', '--table', 'gone'], { cwd, env })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Not all results were kept\./),
    });
  });
});

describe('history', () => {
  it('prints the outcome of each slot, newest first', async () => {
    const cwd = await rememberingFolder();
    const at = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

    const { code, stdout } = await coalmine(['history'], { cwd });

    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'WHEN                  CANARY  OUTCOME               TOOK    RUN                               WHY',
      `${at(nowMs + 60_000)}  orders  running               -       -`,
      `${at(nowMs)}  orders  failed                35.6 s  ${runIdOf(2)}  The order is stored: nothing\ufffd came`,
      `${at(nowMs - 60_000)}  good    passed (not counted)  1.23 s  ${runIdOf(3)}`,
      `${at(nowMs - 120_000)}  orders  missed ×12            -       -                                 nobody was there`,
      '',
    ]);
  });

  it('can be of one canary, shorter, and for machines', async () => {
    const cwd = await rememberingFolder();

    const { stdout } = await coalmine(['history', '--canary', 'orders', '--limit', '2', '--format', 'json'], {
      cwd,
    });

    expect(JSON.parse(stdout)).toMatchObject({
      history: [
        { canary: 'orders', what: 'running' },
        { canary: 'orders', what: 'done', run: { runId: runIdOf(2), verdict: 'failed' } },
      ],
    });
  });

  it('lists attempts to send notices, too, page by page', async () => {
    const cwd = folderOf();
    const { alerts, close } = sqliteStore(
      { ...SHOP, path: join(cwd, STATE), create: true },
      { clock: systemClock() },
    );
    const at = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
    const sent = attemptOf({
      canary: 'good',
      atMs: nowMs,
      number: 2,
      result: 'accepted',
      reason: 'answered 202',
    });
    const runners = attemptOf({
      canary: '@runner/pager',
      atMs: nowMs - 60_000,
      channel: 'chat',
      reason: 'no\u001b',
    });
    await alerts.addAttempts([sent, runners, attemptOf({ canary: 'good', atMs: nowMs - 120_000 })]);
    await close();
    const notices = async (...more: readonly string[]) =>
      coalmine(['history', '--notices', ...more], { cwd });

    expect((await notices('--limit', '2')).stdout.split('\n')).toEqual([
      'WHEN                  CANARY         CHANNEL  NOTICE  INCIDENT        TRY  RESULT    WHY',
      `${at(nowMs)}  good           pager    opened  a@k3v9#target1  2    accepted  answered 202`,
      `${at(nowMs - 60_000)}  @runner/pager  chat     opened  a@k3v9#target1  1    refused   no\ufffd`,
      '',
    ]);
    const first = JSON.parse((await notices('--limit', '2', '--format', 'json')).stdout) as { next: string };
    expect(first).toMatchObject({ notices: [sent, runners] });
    expect(JSON.parse((await notices('--before', first.next, '--format', 'json')).stdout)).toMatchObject({
      notices: [{ canary: 'good', atMs: nowMs - 120_000, result: 'refused' }],
      next: null,
    });
    expect((await notices('--before', '2020-01-01', '--canary', 'good')).stdout).toBe(
      "No attempt to send a notice of 'good' before 2020-01-01 is known.\n",
    );
    expect((await notices('--before', `${at(nowMs)}/%`)).stderr).toMatch(/^'.*%' is no moment:/);
    expect((await notices('--canary', 'nothing')).code).toBe(2);
  });

  it('names an attempt whose record is damaged', async () => {
    const cwd = folderOf();
    const path = join(cwd, STATE);
    const { alerts, close } = sqliteStore({ ...SHOP, path, create: true }, { clock: systemClock() });
    await alerts.addAttempts([attemptOf({ canary: 'good', atMs: nowMs })]);
    await close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE attempts SET attempt = '{}'");
    database.close();

    const { stdout } = await coalmine(['history', '--notices'], { cwd });
    const { stdout: json } = await coalmine(['history', '--notices', '--format', 'json'], { cwd });

    expect(stdout).toMatch(/Z {2}good {4}- .* its record in the state was damaged\n$/);
    expect(JSON.parse(json)).toEqual({
      notices: [{ canary: 'good', atMs: nowMs, damaged: true }],
      next: null,
    });
  });

  it('comes page by page, each from where the one before ended, with nothing left out', async () => {
    const cwd = await rememberingFolder();
    const seen: string[] = [];
    let before: readonly string[] = [];
    for (let page = 0; page < 5; page += 1) {
      const { stdout } = await coalmine(['history', '--limit', '1', ...before, '--format', 'json'], { cwd });
      const { history, next } = JSON.parse(stdout) as { history: { atMs: number }[]; next: string | null };
      seen.push(...history.map(({ atMs }) => String((atMs - nowMs) / 60_000)));
      if (next === null) break;
      before = ['--before', next];
    }
    const { stderr } = await coalmine(['history', '--limit', '3'], { cwd });
    const day = await coalmine(['history', '--before', '2001-02-03'], { cwd });
    const minute = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ');
    const older = await coalmine(['history', '--before', `${minute} UTC`], { cwd });

    expect(seen).toEqual(['1', '0', '-1', '-2']);
    expect(stderr).toBe(
      `There is more: add --before ${new Date(nowMs - 60_000).toISOString()}/good/extra/${runIdOf(3)}\n`,
    );
    expect(day).toMatchObject({ code: 0, stdout: 'Nothing has run before 2001-02-03.\n' });
    expect(older.stdout.match(/good|missed/g)).toEqual(['good', 'missed']);
  });

  it('needs no sound canary, nor any', async () => {
    const cwd = await rememberingFolder();
    writeFileSync(join(cwd, 'canaries', 'good.canary.yaml'), 'canary: [');
    expect((await coalmine(['history'], { cwd })).code).toBe(0);

    expect(
      (await coalmine(['history', '--state', join(cwd, STATE)], { cwd: join(cwd, '.coalmine') })).code,
    ).toBe(0);
  });

  it.each<{ title: string; argv: readonly string[]; project?: string; code: number; says: string }>([
    {
      title: 'a state that was never begun',
      argv: ['history'],
      code: 2,
      says: "'coalmine run' and 'coalmine watch' make it",
    },
    {
      title: 'a canary that never ran',
      argv: ['history', '--canary', 'good', '--state', 'x.sqlite'],
      code: 0,
      says: "No run of 'good'",
    },
    {
      title: 'a canary that is not there',
      argv: ['history', '--canary', 'god', '--state', 'x.sqlite'],
      code: 2,
      says: "There is no canary 'god', and no run of it. Did you mean 'good'?",
    },
    {
      title: 'a moment that is none',
      argv: ['history', '--before', 'yesterday', '--state', 'x.sqlite'],
      code: 2,
      says: "'yesterday' is no moment: write 2026-11-25",
    },
    {
      title: 'a time without its zone',
      argv: ['history', '--before', '2026-11-25T12:01', '--state', 'x.sqlite'],
      code: 2,
      says: 'is no moment',
    },
    {
      title: 'more than a page may have',
      argv: ['history', '--limit', '10001', '--state', 'x.sqlite'],
      code: 2,
      says: 'write a whole number from 1 to 10000',
    },
    {
      title: 'the first digits of no run',
      argv: ['show', '12ab', '--state', 'x.sqlite'],
      code: 2,
      says: 'No run 12ab… is known',
    },
    {
      title: 'a state in which nothing is',
      argv: ['history', '--state', 'x.sqlite'],
      code: 0,
      says: 'Nothing has run yet',
    },
    {
      title: 'a folder in place of a file',
      argv: ['history', '--state', 'canaries'],
      code: 2,
      says: 'is a folder',
    },
    {
      title: 'a path that leads nowhere',
      argv: ['history', 'nowhere'],
      code: 2,
      says: "There is no file or folder 'nowhere'",
    },
    {
      title: 'an environment that is not there',
      argv: ['history', '--env', 'x'],
      code: 2,
      says: "no environment 'x'",
    },
    {
      title: 'a faulty project file',
      argv: ['history'],
      project: 'project: 5\n',
      code: 2,
      says: 'coalmine.config.yaml:1',
    },
    { title: 'no limit at all', argv: ['history', '--limit', '0'], code: 2, says: 'whole number' },
    {
      title: 'no run of that id',
      argv: ['show', runIdOf(9), '--state', 'x.sqlite'],
      code: 2,
      says: `No run ${runIdOf(9)} is known`,
    },
    { title: 'what is no run id', argv: ['show', 'yesterday'], code: 2, says: "'yesterday' is not a run id" },
  ])('reports $title', async ({ argv, project, code, says }) => {
    const cwd = folderOf(project);
    const store = sqliteStore(
      { ...SHOP, path: join(cwd, 'x.sqlite'), create: true },
      { clock: systemClock() },
    );
    await store.close();

    const printed = await coalmine(argv, { cwd });

    expect(printed.stdout + printed.stderr).toContain(says);
    expect(printed.code).toBe(code);
    expect(readdirSync(cwd)).not.toContain('.coalmine');
  });

  it('is of one project at a time', async () => {
    const cwd = emptyFolder();
    for (const name of ['a', 'b']) {
      mkdirSync(join(cwd, 'canaries', name), { recursive: true });
      writeFileSync(join(cwd, 'canaries', name, 'coalmine.config.yaml'), `project: ${name}\n`);
      writeFileSync(join(cwd, 'canaries', name, `${name}.canary.yaml`), `canary: ${name}\n`);
    }

    expect(await coalmine(['history'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'There are several projects here. Name the canaries of one: canaries/a or canaries/b.\n',
    });
    expect((await coalmine(['history', 'canaries/a'], { cwd })).stderr).toContain(
      'canaries/a/.coalmine/state.sqlite',
    );
  });
});

describe('show', () => {
  it.each([
    { title: 'as it is', spelled: (id: RunId): string => id },
    { title: 'as X-Ray spells it', spelled: xrayIdOf },
    { title: 'as systems pass it on', spelled: correlationIdOf },
  ])('prints the report of a run, by its id $title', async ({ spelled }) => {
    const cwd = await rememberingFolder();

    const { code, stdout } = await coalmine(['show', spelled(failed.runId)], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain(`✗ orders  failed after 35.6 s   run ${failed.runId}   default`);
    expect(stdout).toContain('✗ The order is stored   nothing\ufffd came');
  });

  it('adds the differences from the last pass to a run that failed, for machines too', async () => {
    const cwd = folderOf();
    const store = sqliteStore({ ...SHOP, path: join(cwd, STATE), create: true }, { clock: systemClock() });
    const seen = [{ kind: 'item', id: 'e', takenAtMs: nowMs, data: {} }];
    const steps = [stepResultOf({ name: 'The order is stored', evidence: seen })];
    const pass = {
      canary: 'orders',
      runId: runIdOf(4),
      startedAtMs: nowMs - 60_000,
      slotAtMs: nowMs - 60_000,
    };
    await store.runs.keep(failed);
    const alone = await coalmine(['show', failed.runId], { cwd });
    await store.runs.keep(resultOf({ ...pass, steps }));
    await store.close();

    const text = await coalmine(['show', failed.runId], { cwd });
    const json = await coalmine(['show', failed.runId, '--format', 'json'], { cwd });
    const good = await coalmine(['show', pass.runId, '--format', 'json'], { cwd });

    expect(alone.stdout).toContain('  no pass of this canary is kept to compare with\n');
    expect(text.stdout).toMatch(
      /\n {2}compared with the pass of .* UTC \(run 000000000000\)\n {8}missing: the thing\n/,
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      runs: [{ runId: failed.runId }],
      comparison: { pass: { runId: pass.runId }, hops: [{ hop: 'the thing', is: 'missing' }] },
    });
    expect(JSON.parse(good.stdout)).not.toHaveProperty('comparison');
  });

  it('adds the changes before the incident of a run, and those that are unknown', async () => {
    const cwd = folderOf();
    const store = sqliteStore({ ...SHOP, path: join(cwd, STATE), create: true }, { clock: systemClock() });
    await store.runs.keep(failed);
    const { alert, ...state } = newCanaryState({ ...ABOUT, canary: 'orders' }, '1a2b3c4d');
    const changes: ChangesBefore = {
      fromMs: nowMs - 60_000,
      toMs: nowMs,
      changes: [{ atMs: nowMs - 30_000, resource: 'function store-order', what: 'was updated' }],
      unread: [{ resource: 'stack shop', why: 'You may not.' }],
    };
    const incident: Incident = {
      id: 'orders@1a2b3c4d#target1',
      sinceMs: nowMs,
      openedAtMs: nowMs,
      severity: 'critical',
      flapping: false,
      neverPassed: false,
      runs: 1,
      lastAtMs: nowMs,
      because: {},
      changes,
    };
    const failing = { ...alert, target: { ...alert.target, incident } };
    await store.alerts.save({ ...state, alert: failing, version: 1, writer: 'w' }, 0);
    await store.close();

    const [text, json, dossier, page] = await Promise.all(
      [[], ['--format', 'json'], ['--dossier'], ['--html']].map(async (more) =>
        coalmine(['show', failed.runId, ...more], { cwd }),
      ),
    );

    expect(text?.stdout).toMatch(/ {8}Changed at .* UTC: function store-order was updated\.\n/);
    expect(text?.stdout).toContain('        Changes of stack shop are unknown: You may not.\n');
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({ changes });
    expect(dossier?.stdout).toContain('- `Changes of stack shop are unknown: You may not.`\n');
    expect(page?.stdout).toContain('changes of <b>stack shop</b>: You may not.');
    expect(page?.stdout).toMatch(/coalmine show [0-9a-f]{12} --dossier/);
  });

  it('makes a dossier of a run: Markdown that names the resource in its first line', async () => {
    const cwd = await rememberingFolder();
    writeFileSync(join(cwd, 'test.canary.yaml'), '  - expect: thing\n    within: 5s\n  - expect: other\n');

    const { code, stdout, stderr } = await coalmine(['show', failed.runId, '--dossier'], { cwd });

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^# `orders` failed at `the thing`\n/);
    expect(stdout).toContain('```yaml\n  - expect: thing\n    within: 5s\n```');
    expect(await coalmine(['show', failed.runId, '--dossier', '--html'], { cwd })).toMatchObject({ code: 2 });
  });

  it('finds it by its first digits, and lists the runs that begin with them if there are several', async () => {
    const cwd = folderOf();
    const store = sqliteStore({ ...SHOP, path: join(cwd, STATE), create: true }, { clock: systemClock() });
    const second = Math.floor(nowMs / 1_000).toString(16);
    const ids = ['0', '1'].map((digit) => `${second}${digit.repeat(24)}` as RunId);
    for (const runId of ids)
      await store.runs.keep(resultOf({ canary: 'good', runId, startedAtMs: nowMs, slotAtMs: nowMs }));
    await store.close();

    const one = await coalmine(['show', `${second}1`], { cwd });
    const xray = await coalmine(['show', `1-${second}-0`], { cwd });
    const both = await coalmine(['show', second.slice(0, 6).toUpperCase()], { cwd });

    expect(one.stdout).toContain(`run ${ids[1]}`);
    expect(xray.stdout).toContain(`run ${ids[0]}`);
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toMatch(/^Several runs begin with \w{6}\. Write more digits of one:\n/);
    for (const id of ids) expect(both.stderr).toMatch(new RegExp(`  ${id}  \\d{4}-\\S+Z  good  passed\n`));
  });

  it('prints it for machines, too, and says where something was left out', async () => {
    const cwd = await rememberingFolder();
    const evidence = [{ kind: 'thing', id: 'e', takenAtMs: nowMs, data: 'x'.repeat(400_000) }];
    const large = resultOf({
      canary: 'good',
      startedAtMs: nowMs,
      slotAtMs: nowMs,
      runId: runIdOf(5),
      steps: [stepResultOf({ evidence })],
    });
    const { runs, close } = sqliteStore(
      { ...SHOP, path: join(cwd, STATE), create: false },
      { clock: systemClock() },
    );
    await runs.keep(large);
    await close();

    const { stdout, stderr } = await coalmine(['show', large.runId, '--format', 'json'], { cwd });

    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'passed',
      runs: [{ runId: large.runId, truncated: true }],
    });
    expect(stderr).toContain('was left out');
  });
});

describe('a state in a table', () => {
  const env = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: '' };
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const before = names.map((name) => process.env[name]);
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws();
    env.AWS_ENDPOINT_URL = aws.url;
    for (const name of names) process.env[name] = 'local'; // the path that the SDK reads
    const clients = awsClients({ region: aws.region, endpoint: aws.url });
    await createTable(clients, 'state', STATE_TABLE);
    await remember(dynamodbStore({ ...SHOP, table: 'state' }, { clients, clock: systemClock() }));
    clients.close();
  });
  afterAll(async () => {
    for (const [n, name] of names.entries()) {
      if (before[n] === undefined) delete process.env[name];
      else process.env[name] = before[n];
    }
    await aws.close();
  });

  it('is read and added to as one in a file', async () => {
    const cwd = folderOf();

    expect((await coalmine(['run', '--table', 'state'], { cwd, env })).stderr).toBe('');
    const { stdout } = await coalmine(['history', '--table', 'state', '--format', 'json'], { cwd, env });
    const shown = await coalmine(['show', failed.runId, '--table', 'state'], { cwd, env });

    const { history } = JSON.parse(stdout) as { history: { what: string }[] };
    expect(history.map(({ what }) => what).toSorted()).toEqual([
      'done',
      'extra',
      'extra',
      'missed',
      'running',
    ]);
    expect(shown.stdout).toContain('✗ orders  failed after 35.6 s');
    expect(existsSync(join(cwd, '.coalmine'))).toBe(false);
  });

  it('is no target of a canary, by its name or its ARN', async () => {
    const cwd = folderOf();
    const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/state';
    const steps = [
      `putItem: state\n    item: { pk: x, sk: x }`,
      `expect: item\n    table: ${arn}\n    key: { pk: x, sk: x }\n    within: 1s`,
    ];
    const path = join(cwd, 'canaries', 'good.canary.yaml');
    for (const step of steps) {
      writeFileSync(path, `canary: good\nowner: test\nsteps:\n  - ${step}\n`);

      const { code, stdout } = await coalmine(['run', '--table', 'state'], { cwd, env });

      expect(code).toBe(3);
      expect(stdout).toContain("'state' belongs to the state of Coalmine itself, so no canary may touch it");
    }
  });

  it('is reported if it does not exist', async () => {
    expect(await coalmine(['history', '--table', 'gone'], { cwd: folderOf(), env })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no table gone, where Coalmine keeps its state.'),
    });
  });
});

describe('state reset-clock', () => {
  const STORE = { ...SHOP, create: true };

  async function aheadFolder(): Promise<{ readonly cwd: string; readonly path: string }> {
    const cwd = folderOf();
    const path = join(cwd, STATE);
    const { runs, close } = sqliteStore({ ...STORE, path }, { clock: systemClock() });
    await runs.advance({ canary: 'good', toMs: Date.UTC(2099, 0, 1), schedule: 'every 60000' });
    await close();
    return { cwd, path };
  }

  it('lists what a clock ahead has planned, and resets it', async () => {
    const { cwd, path } = await aheadFolder();

    const dry = await coalmine(['state', 'reset-clock', '--dry-run'], { cwd });
    const reset = await coalmine(['state', 'reset-clock'], { cwd });
    const again = await coalmine(['state', 'reset-clock'], { cwd });

    expect(dry.stdout).toContain(
      '  good: slots planned up to 2099-01-01 00:00 UTC\n1 record would be reset; nothing was changed.',
    );
    expect(reset.stdout).toContain('1 record was reset to now.');
    expect(again.stdout).toMatch(
      /^It is .* UTC by this machine's clock. No record of the state lies ahead of that.\n$/,
    );
    const { runs, close } = sqliteStore({ ...STORE, path }, { clock: systemClock() });
    expect(await runs.watermark('good')).toBeLessThanOrEqual(Date.now());
    await close();
  });

  it('refuses a state that does not exist', async () => {
    expect(await coalmine(['state', 'reset-clock'], { cwd: folderOf() })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no state file'),
    });
  });
});

describe('state backup and restore', () => {
  it('copy the state, and put it back', async () => {
    const cwd = await rememberingFolder();
    const before = await coalmine(['history'], { cwd });

    const backup = await coalmine(['state', 'backup', 'copy.sqlite'], { cwd });
    await coalmine(['run'], { cwd });
    const restored = await coalmine(['state', 'restore', 'copy.sqlite'], { cwd });

    expect(backup).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is backed up in .*copy.sqlite\.\n$/),
    });
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /is restored from .*copy.sqlite\.\nThe state that was there is kept in .*\.before-restore\.\n$/,
      ),
    });
    expect((await coalmine(['history'], { cwd })).stdout).toBe(before.stdout);
  });

  it('refuse a table, and a backup that is not there', async () => {
    const cwd = folderOf();

    expect(await coalmine(['state', 'backup', 'x', '--table', 't'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('point-in-time recovery'),
    });
    expect(await coalmine(['state', 'restore', 'x'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file'),
    });
  });
});
