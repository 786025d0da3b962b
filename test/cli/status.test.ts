import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { status } from '../../runner/cli/commands/runs/status.ts';
import { wrap } from '../../runner/cli/output/wrap.ts';
import type { AlertState } from '../../runner/core/alert/alert-state.ts';
import { newAlertState } from '../../runner/core/alert/reduce.ts';
import { STATE_ALERTS } from '../../runner/core/alert/runner-alerts.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { ABOUT } from '../support/alerts/alerts.ts';
import { localClients } from '../support/aws/local-clients.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const MINUTE = 60_000;
const NAMES = ['closed', 'fails', 'muted', 'on-demand', 'unseen', 'well'];

function folder(): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'coalmine.config.yaml'),
    'project: shop\nchannels: { team: { slack: "${secret:canary/slack#team}" } }\n',
  );
  for (const name of NAMES)
    writeFileSync(
      join(cwd, `canaries/${name}.canary.yaml`),
      `canary: ${name}\nowner: team-a\n${name === 'on-demand' ? '' : 'tags: [core]\nschedule: { every: 1d }\n'}alert: { to: [team] }\nsteps:\n  - http: GET https://example.com\n`,
    );
  return cwd;
}

const INCIDENT = {
  id: 'fails@1#target1',
  sinceMs: NOW_MS - 31 * MINUTE,
  openedAtMs: NOW_MS - 30 * MINUTE,
  severity: 'critical',
  flapping: false,
  neverPassed: false,
  runs: 3,
  lastAtMs: NOW_MS,
  because: { reason: 'nothing came' },
} as const;

const CHANGES = {
  fromMs: NOW_MS - 40 * MINUTE,
  toMs: NOW_MS - 30 * MINUTE,
  changes: [5, 6, 7, 8].map((minutes) => ({
    atMs: INCIDENT.sinceMs - minutes * MINUTE,
    resource: 'function store-order',
    what: 'was updated',
  })),
  unread: [{ resource: 'stack shop', why: 'You may not.' }],
};

/** A state in which each canary is in another condition. */
async function fill({ runs, alerts, close }: StateStore): Promise<void> {
  const ran = async (canary: string, minutes: number, verdict: Verdict, n: number): Promise<void> => {
    const slotAtMs = NOW_MS - minutes * MINUTE;
    const slot = { canary, slotAtMs, nowMs: slotAtMs, owner: 'me' };
    const steps = [stepResultOf({ name: 'It comes', verdict, reason: `nothing\ncame ${'x'.repeat(300)}` })];
    const result = resultOf({ canary, slotAtMs, startedAtMs: slotAtMs, runId: runIdOf(n), verdict, steps });
    await runs.claim({ ...slot, leaseUntilMs: slotAtMs + MINUTE });
    await runs.commit({ ...slot, fence: 1, result });
  };
  await ran('fails', 40, 'passed', 1);
  await ran('fails', 31, 'failed', 2);
  await ran('fails', 2, 'failed', 3);
  await ran('well', 60, 'passed', 4);
  await ran('muted', 60, 'degraded', 5);
  await ran('muted', 50, 'passed', 6);
  await runs.advance({ canary: 'unseen', toMs: NOW_MS - 3 * 24 * 60 * MINUTE });
  const save = async (canary: string, more: Partial<AlertState>): Promise<void> => {
    const alert = { ...newAlertState('1', { ...ABOUT, canary }), ...more };
    await alerts.save({ canary, version: 1, writer: 'w', outbox: [], alert }, 0);
  };
  const action = { by: 'anna@laptop', atMs: NOW_MS - 60 * MINUTE };
  const { target } = newAlertState('1', ABOUT);
  const notified = {
    incident: INCIDENT.id,
    severity: 'critical',
    atMs: NOW_MS - 29 * MINUTE,
    upgrades: 0,
    reminders: 0,
    remindedAtMs: 0,
  } as const;
  const accepted = [29, 9].map((minutes) => ({
    kind: minutes === 29 ? ('opened' as const) : ('reminder' as const),
    atMs: NOW_MS - minutes * MINUTE,
    answer: 'It answered 200.',
  }));
  await save('fails', {
    target: {
      ...target,
      incident: { ...INCIDENT, changes: CHANGES },
      lastNotified: { ...notified, atMs: NOW_MS - 30 * MINUTE },
    },
    receipts: {
      [INCIDENT.id]: [
        { channel: 'dead', accepted: [] },
        { channel: 'team', accepted },
      ],
    },
  });
  await save('closed', { life: 'paused', pause: { ...action, reason: 'moving' } });
  await save('muted', { silence: { ...action, reason: 'release', untilMs: NOW_MS + 60 * MINUTE } });
  await save('well', { silence: { ...action, reason: 'over', untilMs: NOW_MS - 1 } });
  await save('gone', {
    life: 'deleted',
    target: {
      ...target,
      incident: { ...INCIDENT, id: 'gone@1#target1', severity: 'info' },
      lastNotified: { ...notified, incident: 'gone@1#target1' }, // decided, and accepted by no channel
    },
  });
  await save('@runner/team', {
    observer: {
      ...target,
      incident: { ...INCIDENT, id: 'r', because: { reason: 'The channel refuses notices.' } },
    },
  });
  await close();
}

const SHOP = { project: 'shop', environment: 'default' };

async function filled(): Promise<string> {
  const cwd = folder();
  await fill(
    sqliteStore(
      { ...SHOP, path: join(cwd, '.coalmine/state.sqlite'), create: true },
      { clock: systemClock() },
    ),
  );
  return cwd;
}

async function shown(cwd: string, more: Partial<Parameters<typeof status>[1]> = {}) {
  let stdout = '';
  let stderr = '';
  const io = {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
    env: {},
    cwd,
    who: { user: 'anna', host: 'laptop', pid: 1 },
    onInterrupt: () => () => {},
  };
  const code = await status([], { tag: [], format: 'text', ...more }, io, NOW_MS);
  return { code, stdout, stderr };
}

const minute = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

describe('status', () => {
  it('shows each canary, what needs attention first, and what to type next, in 80 columns', async () => {
    const { code, stdout } = await shown(await filled());
    const lines = stdout.split('\n');

    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^shop in default at \S+ \S+ UTC: 2 failing, 2 without data, 1 paused,/);
    expect(
      lines
        .slice(
          lines.findIndex((line) => line.includes('CANARY')),
          lines.indexOf('Look next:') - 1,
        )
        .filter((line) => !line.startsWith('   '))
        .map((line) => line.slice(2).split('  ')[0]),
    ).toEqual([
      'CANARY',
      'fails',
      'gone',
      'channel team (Coalmine)',
      'unseen',
      'closed',
      'muted',
      'well',
      'on-demand',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/✗ fails +failed +\d\d-\d\d \d\d:\d\d +33.3 %/);
    expect(stdout.replace(/\n +/g, ' ')).toContain(
      `critical incident since ${minute(INCIDENT.sinceMs)} (31 min), notified ${minute(NOW_MS - 29 * MINUTE)}`,
    );
    expect(stdout.replace(/\n +/g, ' ')).toMatch(/info incident since [^,]*, no channel notified yet/);
    expect(stdout).toContain('    It comes: nothing\ufffdcame');
    expect(stdout).toMatch(
      / {4}no runner began its slot of .*: is 'coalmine watch', or\n {6}the stack, running, and are its workers free\?/,
    );
    expect(stdout).toContain('    The channel refuses notices.\n');
    expect(stdout).toContain('    its file is gone; the end of its incident is notified\n');
    expect(stdout).toMatch(/- closed +not begun +paused\n {4}paused by anna@laptop since .*: moving\n/);
    expect(stdout).toMatch(/✓ muted .*\n {4}muted by anna@laptop until .*: release\n/);
    expect(stdout).toMatch(
      /✓ well +passed +\d\d-\d\d \d\d:\d\d +100 % +in \d+ (?:h|min|s)\n {2}on-demand +never ran +on demand\n/,
    );
    expect(stdout.slice(stdout.indexOf('Look next:'))).toBe(
      `Look next:\n  coalmine show ${runIdOf(3).slice(0, 12)}\n  coalmine history --canary fails\n  coalmine explain fails --alert\n  coalmine ack fails\n`,
    );
  });

  it('lists the newest changes before an open incident, and those that are unknown', async () => {
    const { stdout } = await shown(await filled());
    const text = stdout.replace(/\n +/g, ' ');

    expect(text.match(/Changed at \S+ \S+ UTC: function store-order was updated\./g)).toHaveLength(3);
    expect(text).toContain('And 1 more change before these. Changes of stack shop are unknown: You may not.');
  });

  it('gives programs the same as JSON', async () => {
    const { stdout } = await shown(await filled(), { format: 'json' });
    const { canaries, ...rest } = JSON.parse(stdout) as { canaries: { name: string }[] };
    const iso = (atMs: number) => new Date(atMs).toISOString();

    expect(rest).toEqual({
      now: iso(NOW_MS),
      project: 'shop',
      environment: 'default',
      runner: [
        {
          about: 'team',
          incidents: [expect.objectContaining({ id: 'r', stream: 'observer' })],
          pendingNotices: 0,
        },
      ],
    });
    expect(canaries.map(({ name }) => name)).toEqual([
      'fails',
      'gone',
      'unseen',
      'closed',
      'muted',
      'well',
      'on-demand',
    ]);
    expect(canaries[0]).toEqual({
      damaged: null,
      name: 'fails',
      owner: 'team-a',
      tags: ['core'],
      file: 'canaries/fails.canary.yaml',
      schedule: { everyMs: 86_400_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' },
      attention: 'failing',
      outcome: 'failed',
      since: iso(NOW_MS - 31 * MINUTE),
      sinceAtLeast: false,
      lastRun: expect.objectContaining({
        runId: runIdOf(3),
        verdict: 'failed',
        startedAt: iso(NOW_MS - 2 * MINUTE),
      }),
      uptime24h: { share: 1 / 3, passed: 1, failed: 2, noData: 0 },
      incidents: [
        {
          id: INCIDENT.id,
          stream: 'target',
          severity: 'critical',
          since: iso(INCIDENT.sinceMs),
          openedAt: iso(INCIDENT.openedAtMs),
          changes: {
            from: iso(CHANGES.fromMs),
            to: iso(CHANGES.toMs),
            changes: CHANGES.changes.map(({ atMs, ...change }) => ({ at: iso(atMs), ...change })),
            unread: CHANGES.unread,
            omitted: { changes: 0, unread: 0 },
          },
          notifiedAt: iso(NOW_MS - 29 * MINUTE),
          acknowledged: null,
          reason: 'nothing came',
        },
      ],
      pendingNotices: 0,
      paused: null,
      muted: null,
      maintenanceUntil: null,
      next: expect.stringMatching(/Z$/),
      overdueSince: null,
      plannedTooFarTo: null,
    });
    expect(canaries[2]).toMatchObject({
      attention: 'noData',
      outcome: null,
      overdueSince: expect.stringMatching(/Z$/),
    });
    expect(canaries[3]).toMatchObject({
      attention: 'paused',
      next: null,
      paused: { by: 'anna@laptop', reason: 'moving' },
    });
    expect(canaries[4]).toMatchObject({
      attention: 'muted',
      muted: { reason: 'release', until: iso(NOW_MS + 60 * MINUTE) },
    });
    expect(canaries[5]).toMatchObject({ attention: 'passed', muted: null });
  });

  it('ends like run: with 3 where a canary has no data, and with 0 where all is well', async () => {
    const cwd = folder();
    const store = sqliteStore(
      { ...SHOP, path: join(cwd, 's.sqlite'), create: true },
      { clock: systemClock() },
    );
    const fresh = await shown(cwd, { state: 's.sqlite' });
    await store.runs.advance({ canary: 'well', toMs: NOW_MS + 24 * 60 * MINUTE });
    await store.close();
    const ahead = await shown(cwd, { state: 's.sqlite', tag: ['core'] });

    expect(fresh).toMatchObject({ code: 0, stderr: '' });
    expect(ahead.code).toBe(3);
    expect(ahead.stdout).toMatch(
      / {4}A clock that was ahead planned its slots up to [^]*'coalmine state\n? *reset-clock'\./,
    );
    expect(ahead.stdout).toContain('coalmine history --canary well --state s.sqlite');
    expect(ahead.stdout).toContain('  coalmine state reset-clock --state s.sqlite\n');
    expect(ahead.stdout).not.toContain('on-demand');
  });

  it('says once for several canaries that a clock ahead planned them or wrote their alerts', async () => {
    const cwd = folder();
    const store = sqliteStore(
      { ...SHOP, path: join(cwd, 's.sqlite'), create: true },
      { clock: systemClock() },
    );
    const aheadMs = NOW_MS + 24 * 60 * MINUTE;
    for (const name of ['well', 'muted']) await store.runs.advance({ canary: name, toMs: aheadMs });
    const alert = newAlertState('1', { ...ABOUT, canary: 'fails' });
    const state = { canary: 'fails', version: 1, writer: 'w', outbox: [] } as const;
    await store.alerts.save(
      { ...state, alert: { ...alert, pause: { by: 'a@b', reason: 'x', atMs: aheadMs } } },
      0,
    );
    await store.close();

    const { stdout } = await shown(cwd, { state: 's.sqlite' });

    const words = stdout.replaceAll(/\n */g, ' ');
    expect(words).toContain(
      "A clock that was ahead wrote records. It planned the slots of 2 canaries, which do not run before. It wrote the alerts of 1 canary, which do not change before. If this machine's clock is right, run 'coalmine state reset-clock'.",
    );
    expect(words.match(/clock that was ahead/g)).toHaveLength(1);
    expect(words).toContain(': 2 without data, 3 not begun, 1 never ran ');
  });

  it('does not call a canary well whose alerts cannot be read', async () => {
    const cwd = folder();
    const path = join(cwd, 's.sqlite');
    const store = sqliteStore({ ...SHOP, path, create: true }, { clock: systemClock() });
    const alert = newAlertState('1', { ...ABOUT, canary: 'well' });
    await store.alerts.save({ canary: 'well', version: 1, writer: 'w', outbox: [], alert }, 0);
    const cleanup = {
      ...newAlertState('1', { ...ABOUT, canary: STATE_ALERTS }),
      observer: { ...alert.observer, incident: { ...INCIDENT, id: 'x' } },
    };
    await store.alerts.save({ canary: STATE_ALERTS, version: 1, writer: 'w', outbox: [], alert: cleanup }, 0);
    await store.close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE alerts SET state = 'x' WHERE canary = 'well'");
    database.close();

    const text = await shown(cwd, { state: 's.sqlite' });
    const { stdout } = await shown(cwd, { state: 's.sqlite', format: 'json' });

    expect(text.code).toBe(3);
    expect(text.stdout.replace(/\n +/g, ' ')).toContain(
      'The record of the alerts of well in the state is damaged. Open incidents and mutes are not known.',
    );
    expect(text.stdout).toContain('? state (Coalmine)');
    expect(JSON.parse(stdout)).toMatchObject({
      canaries: expect.arrayContaining([
        expect.objectContaining({ name: 'well', attention: 'noData', damaged: expect.any(String) }),
      ]),
      runner: [{ about: 'state' }],
    });
  });

  it('says once that no runner plans the canaries, if that is so of all', async () => {
    const cwd = folder();
    const store = sqliteStore(
      { ...SHOP, path: join(cwd, 's.sqlite'), create: true },
      { clock: systemClock() },
    );
    for (const name of NAMES) await store.runs.advance({ canary: name, toMs: NOW_MS - 3 * 24 * 60 * MINUTE });
    await store.close();

    const { code, stdout } = await shown(cwd, { state: 's.sqlite' });

    expect(code).toBe(3);
    expect(stdout).toContain('\nNo runner begins slots of these canaries now. Start');
    expect(stdout).not.toContain('no runner began its slot');
  });

  it.each([
    { argv: ['status'], says: 'There is no state file' },
    { argv: ['status', '--env', 'x'], says: "no environment 'x'" },
    { argv: ['status', '--tag', 'cor'], says: "Did you mean 'core'?" },
    { argv: ['status', 'nowhere'], says: "There is no file or folder 'nowhere'" },
  ])('$argv is refused', async ({ argv, says }) => {
    const { code, stdout, stderr } = await coalmine(argv, { cwd: folder() });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  describe('of a state in a table', () => {
    const local = localClients();
    const clients = { ...local, close: () => {} };

    it('is the same', async () => {
      await createTable(clients, 'status', STATE_TABLE);
      await fill(dynamodbStore({ ...SHOP, table: 'status' }, { clients, clock: systemClock() }));
      const env = { AWS_REGION: local.aws.region, AWS_ENDPOINT_URL: local.aws.url };

      const { code, stdout } = await coalmine(['status', '--table', 'status', '--format', 'json'], {
        cwd: folder(),
        env,
      });

      expect(code).toBe(1);
      expect(
        (JSON.parse(stdout) as { canaries: { attention: string }[] }).canaries.map(
          ({ attention }) => attention,
        ),
      ).toEqual(['failing', 'failing', 'noData', 'paused', 'muted', 'passed', 'unknown']);
    });
  });
});

describe('list next to a state', () => {
  it('shows no next run of what is paused, and says who paused it and why', async () => {
    const cwd = await filled();

    const { code, stdout } = await coalmine(['list'], { cwd });
    const { stdout: json } = await coalmine(['list', '--format', 'json'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nclosed {2}\(core\)\n {2}runs {2}every 1d\n {2}now {3}paused in default by anna@laptop since .*: moving\n/,
    );
    expect(stdout.match(/next /g)).toHaveLength(4);
    const { canaries } = JSON.parse(json) as {
      canaries: { name: string; next: unknown[]; paused: unknown[] }[];
    };
    expect(canaries.find(({ name }) => name === 'closed')).toMatchObject({
      next: [],
      paused: [{ environment: 'default', by: 'anna@laptop', reason: 'moving' }],
    });
  });

  it('says that it does not know what is paused where the state cannot be read', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, '.coalmine'));
    writeFileSync(join(cwd, '.coalmine/state.sqlite'), 'not a database');

    const { code, stdout, stderr } = await coalmine(['list'], { cwd });

    expect(code).toBe(2);
    expect(stdout).toContain('6 canaries.');
    expect(stderr).toMatch(/^The pauses in default are not known\.\n.*is no SQLite database/);
  });
});

describe('the lines of a text', () => {
  it('are broken between words, under their indent, and a long word stays whole', () => {
    expect(wrap('short\n  a bc  def ghi', 10)).toBe('short\n  a bc\n    def\n    ghi');
    expect(wrap(`  see ${'x'.repeat(20)} now`, 10)).toBe(`  see\n    ${'x'.repeat(20)}\n    now`);
  });
});
