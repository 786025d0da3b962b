import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { newAlertState } from '../../runner/core/alert/reduce.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { ABOUT } from '../support/alerts/alerts.ts';
import { localClients } from '../support/aws/local-clients.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const INCIDENT = 'orders@1a2b3c4d#target1';
const SHOP = { project: 'shop', environment: 'default' };

function folder(): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: shop\n');
  for (const name of ['orders', 'events', 'new'])
    writeFileSync(
      join(cwd, `canaries/${name}.canary.yaml`),
      `canary: ${name}\nowner: team-a\nschedule: { every: 1d }\nsteps:\n  - http: GET https://example.com\n`,
    );
  return cwd;
}

async function fill({ runs, alerts, close }: StateStore): Promise<void> {
  const ran = async (canary: string, number: number, verdict: 'passed' | 'failed'): Promise<void> => {
    const slotAtMs = NOW_MS - 60_000 * (100 - number);
    const slot = { canary, slotAtMs, nowMs: slotAtMs, owner: 'me' };
    const steps = [
      stepResultOf({ name: 'It comes', verdict, reason: verdict === 'failed' ? 'nothing came' : '' }),
    ];
    const result = resultOf({
      canary,
      slotAtMs,
      startedAtMs: slotAtMs,
      runId: runIdOf(number),
      verdict,
      steps,
    });
    await runs.claim({ ...slot, leaseUntilMs: slotAtMs + 60_000 });
    await runs.commit({ ...slot, fence: 1, result });
  };
  for (const number of [1, 2, 3, 4]) await ran('orders', number, 'passed');
  await ran('orders', 5, 'failed');
  await ran('events', 6, 'passed');
  const { target, ...alert } = newAlertState('1', { ...ABOUT, canary: 'orders' });
  const incident = {
    id: INCIDENT,
    sinceMs: NOW_MS - 95 * 60_000,
    openedAtMs: NOW_MS,
    severity: 'critical',
    flapping: false,
    neverPassed: false,
    runs: 1,
    lastAtMs: NOW_MS,
    because: { reason: 'nothing came' },
  } as const;
  const state = { canary: 'orders', version: 1, writer: 'w', outbox: [] };
  await alerts.save({ ...state, alert: { ...alert, target: { ...target, incident } } }, 0);
  await alerts.save(
    { ...state, canary: '@runner/slack', alert: { ...alert, target: { ...target, incident } } },
    0,
  );
  await close();
}

/** A project with a state, and the folder of its pages. */
async function filled(): Promise<{ readonly cwd: string; readonly out: string }> {
  const cwd = folder();
  const path = join(cwd, '.coalmine/state.sqlite');
  await fill(sqliteStore({ ...SHOP, path, create: true }, { clock: systemClock() }));
  return { cwd, out: join(cwd, 'pages') };
}

function filesIn(out: string): readonly string[] {
  return readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1))
    .toSorted();
}

describe('coalmine site', () => {
  let cwd: string;
  let out: string;
  beforeAll(async () => {
    ({ cwd, out } = await filled());
  });

  it('writes the fleet, a badge, each canary, and each run whose result is kept', async () => {
    const { code, stdout } = await coalmine(['site', '--out', 'pages'], { cwd });

    expect(stdout).toBe('pages: 13 of 13 pages written.\n');
    expect(code).toBe(0);
    expect(filesIn(out)).toEqual([
      'badge.svg',
      'canaries/events.html',
      'canaries/new.html',
      'canaries/orders.html',
      'days.html',
      'hours.html',
      'incidents/orders@1a2b3c4d.target1.html',
      'index.html',
      ...[2, 3, 4, 5, 6].map((number) => `runs/${runIdOf(number)}.html`).toSorted(),
    ]);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain(`runs/${runIdOf(5)}.html`);
    expect(page).toContain('incidents/orders@1a2b3c4d.target1.html');
    for (const name of [
      'canaries/orders.html',
      'canaries/new.html',
      'incidents/orders@1a2b3c4d.target1.html',
    ])
      expect(readFileSync(join(out, name), 'utf8')).toContain('data-fresh-until=');
    expect(readFileSync(join(out, 'badge.svg'), 'utf8')).toMatch(
      /<title>canaries: 1 failing as of 20[-\d]+ \d\d:00 UTC<\/title>/,
    );
    const dead = filesIn(out)
      .filter((name) => name.endsWith('.html'))
      .flatMap((name) =>
        [...readFileSync(join(out, name), 'utf8').matchAll(/href="([^":#]+)"/g)]
          .map(([, link = '']) => join(dirname(name), link))
          .filter((link) => !existsSync(join(out, link))),
      );
    expect(dead).toEqual([]);
    expect(readFileSync(join(out, `runs/${runIdOf(5)}.html`), 'utf8')).toContain(
      'href="../canaries/orders.html"',
    );
  });

  it('leaves the pages of runs as they are', async () => {
    const run = join(out, `runs/${runIdOf(5)}.html`);
    const before = statSync(run).mtimeMs;
    const { stdout } = await coalmine(['site', '--out', 'pages'], { cwd });

    expect(stdout).toMatch(/^pages: \d of 8 pages written; the other \d are as they were\.\n$/);
    expect(statSync(run).mtimeMs).toBe(before);
    expect(filesIn(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes for the public a page and a badge without internals', async () => {
    await coalmine(['site', '--out', 'public', '--public', '--fresh-for', '2h'], { cwd });
    const page = readFileSync(join(cwd, 'public/index.html'), 'utf8');

    expect(filesIn(join(cwd, 'public'))).toEqual(['badge.svg', 'index.html']);
    expect(page).toContain('Out of date after 2 h.');
    expect(page).not.toMatch(/nothing came|team-a|[0-9a-f]{32}/);
    expect(readFileSync(join(cwd, 'public/badge.svg'), 'utf8')).toContain('1 failing');
  });

  it('writes nothing for the public into a folder that has internal pages', async () => {
    const before = readFileSync(join(out, 'index.html'), 'utf8');
    const { code, stdout, stderr } = await coalmine(['site', '--out', 'pages', '--public'], { cwd });

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      "--out 'pages' holds canaries, incidents, runs, hours.html, days.html, which would be public too. Choose another folder with --out.",
    );
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe(before);
  });

  it.each(['canaries', 'incidents', 'runs', 'hours.html', 'days.html'])(
    'writes nothing for the public next to %s',
    async (name) => {
      const [page = ''] = filesIn(out).filter((path) => path.startsWith(name));
      const place = join(cwd, `left-${name}`);
      mkdirSync(dirname(join(place, page)), { recursive: true });
      copyFileSync(join(out, page), join(place, page));
      const { code, stderr } = await coalmine(['site', '--out', `left-${name}`, '--public'], { cwd });

      expect(code).toBe(2);
      expect(stderr).toContain(`holds ${name}, which would be public too.`);
      expect(filesIn(place)).toEqual([page]);
    },
  );

  describe('of a state in a table', () => {
    const local = localClients();
    const clients = { ...local, close: () => {} };

    it('writes the same pages', async () => {
      await createTable(clients, 'site', STATE_TABLE);
      await fill(dynamodbStore({ table: 'site', ...SHOP }, { clients, clock: systemClock() }));
      const env = { AWS_REGION: local.aws.region, AWS_ENDPOINT_URL: local.aws.url };
      const argv = ['site', '--out', 'table', '--table', 'site'];
      expect((await coalmine(argv, { cwd, env })).code).toBe(0);
      expect(filesIn(join(cwd, 'table'))).toEqual(filesIn(out));
    });

    it('finds the table of the own stack, if there is no state file', async () => {
      const elsewhere = folder();
      const env = { AWS_REGION: local.aws.region, AWS_ENDPOINT_URL: local.aws.url };
      const argv = ['site', '--out', 'pages'];
      const before = await coalmine(argv, { cwd: elsewhere, env });
      local.aws.stacks.register('coalmine-shop-default', { StateTable: 'site', Project: 'other' });
      const ofOthers = await coalmine(argv, { cwd: elsewhere, env });
      local.aws.stacks.register('coalmine-shop-default', { StateTable: 'site', Project: 'shop' });
      const { code, stderr } = await coalmine(argv, { cwd: elsewhere, env });

      expect(before).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no state file') });
      expect(before.stderr).toContain('There is no stack coalmine-shop-default whose table could be read.');
      expect(ofOthers).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/runs the canaries of project other.* Name the state: --state FILE/s),
      });
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(
          /\nThere is no state file here: reading the table site of the stack coalmine-shop-default\.\n$/,
        ),
      });
      expect(filesIn(join(elsewhere, 'pages'))).toEqual(filesIn(out));
    });

    it('says why it could not look for a stack', async () => {
      const env = { AWS_REGION: local.aws.region, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
      const { code, stderr } = await coalmine(['site', '--out', 'pages'], { cwd: folder(), env });

      expect(code).toBe(2);
      expect(stderr).toMatch(
        /\nThe stack coalmine-shop-default could not be looked for\. .*\nThere is no state file/,
      );
    });
  });

  it('refuses a time that is none', async () => {
    const { code, stderr } = await coalmine(['site', '--out', 'pages', '--fresh-for', 'soon'], { cwd });

    expect(code).toBe(2);
    expect(stderr).toContain("--fresh-for 'soon' is no time");
  });

  it('refuses faulty canaries', async () => {
    const faulty = folder();
    writeFileSync(join(faulty, 'canaries/x.canary.yaml'), 'canary: [\n');

    expect((await coalmine(['site', '--out', 'pages'], { cwd: faulty })).code).toBe(2);
  });

  it('names a folder that cannot be written', async () => {
    writeFileSync(join(cwd, 'file'), '');
    const { code, stderr } = await coalmine(['site', '--out', 'file'], { cwd });

    expect(code).not.toBe(0);
    expect(stderr).toContain('could not be written');
  });
});
