import { describe, expect, it } from '@jest/globals';
import type { AlertState } from '../../../runner/core/alert/alert-state.ts';
import { newAlertState } from '../../../runner/core/alert/reduce.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { fleetReader } from '../../../runner/core/fleet/read-fleet.ts';
import { readHistory } from '../../../runner/core/fleet/read-history.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import type { PageAsk } from '../../../runner/core/store/ports.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';
import { canaryOf, resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { scheduled } from '../../support/run/fleet.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);
const MINUTE_MS = 60_000;

/** A state with runs, and a reader of it that counts the canaries whose history it reads. */
class FleetState {
  nowMs = NOW_MS;
  readonly store = memoryStore({ clock: { nowMs: () => this.nowMs } });
  reads: string[] = [];
  #runs = 0;
  damaged?: Error;

  reader(...canaries: readonly Canary[]) {
    const { runs, alerts } = this.store;
    return fleetReader({
      runs: {
        planning: async () => runs.planning(),
        history: async (ask: PageAsk) => {
          this.reads.push(ask.canary ?? '');
          return runs.history(ask);
        },
      },
      alerts: {
        all: async () => alerts.all(),
        load: async (name) => {
          if (this.damaged !== undefined) throw this.damaged;
          return alerts.load(name);
        },
      },
      project: { ...NO_PROJECT, name: 'shop' },
      environment: { name: 'prod' },
      canaries,
    });
  }

  /** Begins a run of a slot, so many minutes ago. */
  async claim(canary: string, minutesAgo: number): Promise<void> {
    const slotAtMs = NOW_MS - minutesAgo * MINUTE_MS;
    const ask = { canary, slotAtMs, owner: 'me', nowMs: slotAtMs, leaseUntilMs: slotAtMs + 3_600_000 };
    await this.store.runs.claim({ ...ask, schedule: 'each minute' });
  }

  async end(canary: string, minutesAgo: number, verdict: Verdict): Promise<void> {
    const slotAtMs = NOW_MS - minutesAgo * MINUTE_MS;
    this.#runs += 1;
    const reason = verdict === 'passed' ? '' : 'no event came';
    const result = resultOf({
      canary,
      slotAtMs,
      startedAtMs: slotAtMs,
      runId: runIdOf(this.#runs),
      verdict,
      steps: [stepResultOf({ name: 'event', verdict, reason, timeToEffectMs: 100 * this.#runs })],
    });
    await this.store.runs.commit({ canary, slotAtMs, owner: 'me', fence: 1, nowMs: slotAtMs, result });
  }

  async run(canary: string, minutesAgo: number, verdict: Verdict): Promise<void> {
    await this.claim(canary, minutesAgo);
    await this.end(canary, minutesAgo, verdict);
  }

  async alerts(canary: string, more: Partial<AlertState>, outbox: readonly never[] = []): Promise<void> {
    const alert = { ...newAlertState('1', { ...ABOUT, canary }), ...more };
    await this.store.alerts.save({ canary, version: 1, writer: 'w', outbox, alert }, 0);
  }
}

const { target } = newAlertState('1', ABOUT);
const INCIDENT = {
  id: 'orders@1#target1',
  sinceMs: NOW_MS - 31 * MINUTE_MS,
  openedAtMs: NOW_MS - 30 * MINUTE_MS,
  severity: 'critical',
  flapping: false,
  neverPassed: false,
  runs: 3,
  lastAtMs: NOW_MS,
  because: { reason: 'nothing came' },
} as const;
const NOTIFIED = {
  incident: INCIDENT.id,
  severity: 'critical',
  atMs: NOW_MS,
  upgrades: 0,
  reminders: 0,
  remindedAtMs: 0,
} as const;

describe('the view of a fleet', () => {
  it('has of each canary its outcomes, since when, its time to effect and its next run', async () => {
    const state = new FleetState();
    await state.run('orders', 3, 'failed');
    await state.run('orders', 2, 'passed');
    await state.run('orders', 1, 'passed');
    const view = await state.reader(scheduled('orders')).read({ nowMs: NOW_MS, lastTickMs: NOW_MS - 5 });

    expect(view).toMatchObject({
      project: 'shop',
      environment: 'prod',
      nowMs: NOW_MS,
      lastTickMs: NOW_MS - 5,
    });
    expect(view).not.toHaveProperty('overdueSinceMs');
    expect(view.rows).toHaveLength(1);
    expect(view.rows[0]).toMatchObject({
      name: 'orders',
      about: 'canary',
      attention: 'passed',
      severity: 'warning',
      outcome: 'passed',
      sinceMs: NOW_MS - 2 * MINUTE_MS,
      isSinceAtLeast: false,
      incidents: [],
      lastRun: { runId: runIdOf(3) },
      effect: { p50Ms: 200, p95Ms: 300 },
      nextMs: expect.any(Number),
    });
    expect(view.rows[0]).not.toHaveProperty('reason');
    expect(view.rows[0]?.cells.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'failed']);
  });

  it('puts first what needs attention most', async () => {
    const state = new FleetState();
    await state.run('fails', 1, 'failed');
    await state.run('well', 1, 'passed');
    await state.run('late', 1, 'degraded');
    await state.run('gone-blind', 1, 'error');
    await state.alerts('held', { life: 'paused', pause: { by: 'anna', reason: 'moving', atMs: 7 } });
    await state.alerts('muted', { silence: { by: 'bo', reason: 'release', atMs: 7, untilMs: NOW_MS + 1 } });
    await state.run('muted', 1, 'passed');
    const names = ['held', 'late', 'muted', 'new', 'well', 'fails', 'gone-blind'];
    const { rows } = await state.reader(...names.map((name) => scheduled(name))).read({ nowMs: NOW_MS });

    expect(rows.map(({ name, attention, reason, by }) => [name, attention, reason, by])).toEqual([
      ['fails', 'failing', expect.stringContaining('no event came'), undefined],
      ['gone-blind', 'noData', expect.stringContaining('no event came'), undefined],
      ['late', 'degraded', expect.stringContaining('no event came'), undefined],
      ['held', 'paused', 'moving', 'anna'],
      ['muted', 'muted', undefined, undefined],
      ['well', 'passed', undefined, undefined],
      ['new', 'unknown', undefined, undefined],
    ]);
    expect(rows.find(({ name }) => name === 'held')).toMatchObject({ sinceMs: 7 });
    expect(rows.find(({ name }) => name === 'new')).toMatchObject({ cells: [], isSinceAtLeast: false });
  });

  it('has open incidents, their reason and the person who acknowledged them', async () => {
    const state = new FleetState();
    const ack = { untilMs: NOW_MS + 1, severity: 'critical', by: 'anna' } as const;
    await state.run('orders', 1, 'passed');
    await state.alerts('orders', {
      target: { ...target, incident: INCIDENT, lastNotified: { ...NOTIFIED, ack } },
    });
    const { rows } = await state.reader(scheduled('orders')).read({ nowMs: NOW_MS });

    expect(rows[0]).toMatchObject({
      attention: 'failing',
      severity: 'critical',
      sinceMs: INCIDENT.sinceMs,
      reason: 'nothing came',
      by: 'anna',
      incidents: [{ id: INCIDENT.id, stream: 'target', severity: 'critical', sinceMs: INCIDENT.sinceMs }],
    });
  });

  it("has alerts without a canary: the runner's own, and those of a canary that is in no file", async () => {
    const state = new FleetState();
    const run = { runId: runIdOf(9), reason: 'it failed' } as never;
    await state.alerts('gone', { target: { ...target, incident: { ...INCIDENT, because: { run } } } });
    await state.alerts('@runner/slack', { observer: { ...target, incident: INCIDENT } });
    await state.alerts('ended', {});
    await state.alerts('pending', {}, [{} as never]);
    await state.alerts('queued', {}, [{} as never]);
    const { rows } = await state.reader().read({ nowMs: NOW_MS });

    expect(rows.map(({ name, about, attention, reason }) => ({ name, about, attention, reason }))).toEqual([
      { name: 'gone', about: 'gone', attention: 'failing', reason: 'it failed' },
      { name: '@runner/slack', about: 'runner', attention: 'noData', reason: 'nothing came' },
      { name: 'pending', about: 'gone', attention: 'unknown', reason: undefined },
      { name: 'queued', about: 'gone', attention: 'unknown', reason: undefined },
    ]);
  });

  it('has the earliest slot that no runner began', async () => {
    const state = new FleetState();
    await state.run('orders', 20, 'passed');
    await state.run('events', 10, 'passed');
    const view = await state.reader(scheduled('orders'), scheduled('events')).read({ nowMs: NOW_MS });

    expect(view.overdueSinceMs).toBeGreaterThan(NOW_MS - 20 * MINUTE_MS);
    expect(view.overdueSinceMs).toBeLessThanOrEqual(NOW_MS - 19 * MINUTE_MS);
    expect(view.rows.map(({ attention }) => attention)).toEqual(['noData', 'noData']);
  });

  it('says so if the alerts of a canary are damaged', async () => {
    const state = new FleetState();
    await state.run('orders', 1, 'passed');
    state.damaged = new DamagedRecordError('the alerts of orders');
    const { rows } = await state.reader(scheduled('orders')).read({ nowMs: NOW_MS });

    expect(rows[0]).toMatchObject({ attention: 'noData', reason: expect.stringContaining('is damaged') });
  });

  it('fails if the state cannot be read', async () => {
    const state = new FleetState();
    await state.run('orders', 1, 'passed');
    state.damaged = new Error('the table is unavailable');

    await expect(state.reader(scheduled('orders')).read({ nowMs: NOW_MS })).rejects.toThrow('unavailable');
  });

  it('knows of no earlier begin than its history goes back', async () => {
    const state = new FleetState();
    const many = Array.from({ length: 3_400 }, (_, index) => scheduled(`c${index}`));
    for (let minutes = 70; minutes > 0; minutes -= 1) await state.run('c0', minutes, 'passed');
    const { rows } = await state.reader(...many).read({ nowMs: NOW_MS });
    const row = rows.find(({ name }) => name === 'c0');

    expect(row?.cells).toHaveLength(60);
    expect(row).toMatchObject({ sinceMs: NOW_MS - 60 * MINUTE_MS, isSinceAtLeast: true });
  });
});

describe('the history of a canary', () => {
  it('has no reason if none was recorded', async () => {
    const entries = [{ canary: 'a', atMs: 5, what: 'lost', count: 1 }] as const;
    const slots = { watermarkMs: undefined, isRunning: false, nowMs: NOW_MS };
    const runs = { history: async () => entries };
    const history = await readHistory(scheduled('a'), undefined, { runs, most: 60, slots });

    expect(history).toMatchObject({ reason: '', cells: [{ outcome: 'lost' }] });
  });
});

describe('a later read', () => {
  it('reads the history of those canaries alone that ran since', async () => {
    const state = new FleetState();
    await state.run('orders', 20, 'passed');
    await state.run('events', 20, 'passed');
    const reader = state.reader(scheduled('orders'), scheduled('events'));
    await reader.read({ nowMs: NOW_MS });
    state.reads = [];
    await reader.read({ nowMs: NOW_MS + 3 * MINUTE_MS });
    expect(state.reads).toEqual([]);

    await state.run('events', 0, 'failed');
    const { rows } = await reader.read({ nowMs: NOW_MS + 4 * MINUTE_MS });

    expect(state.reads).toEqual(['events']);
    expect(rows.find(({ name }) => name === 'events')).toMatchObject({
      outcome: 'failed',
      sinceMs: NOW_MS,
      reason: expect.stringContaining('no event came'),
      cells: [{ outcome: 'failed' }, { outcome: 'passed' }],
    });
  });

  it('follows a run to its end, and sees a slot that a worker began late', async () => {
    const state = new FleetState();
    await state.run('orders', 30, 'passed');
    await state.claim('orders', 20);
    const reader = state.reader(scheduled('orders'));
    expect((await reader.read({ nowMs: NOW_MS })).rows[0]?.cells).toHaveLength(1);

    await state.end('orders', 20, 'failed');
    const { rows } = await reader.read({ nowMs: NOW_MS + MINUTE_MS });
    expect(rows[0]?.cells.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);

    await state.store.runs.skipMissed({
      canary: 'orders',
      slotAtMs: NOW_MS - 5 * MINUTE_MS,
      state: 'missed',
      reason: 'too late',
      count: 2,
      nowMs: NOW_MS,
    });
    await state.store.runs.advance({ canary: 'orders', toMs: NOW_MS });
    const later = await reader.read({ nowMs: NOW_MS + 2 * MINUTE_MS });
    expect(later.rows[0]).toMatchObject({ outcome: 'missed', reason: 'too late' });
    expect(later.rows[0]?.lastRun).toMatchObject({ verdict: 'failed' });
    expect(later.rows[0]?.cells).toHaveLength(3);
  });

  it('remembers reason and run while nothing new came', async () => {
    const state = new FleetState();
    await state.run('orders', 30, 'failed');
    const reader = state.reader(scheduled('orders'));
    const first = await reader.read({ nowMs: NOW_MS });
    const second = await reader.read({ nowMs: NOW_MS + MINUTE_MS });

    expect(second.rows[0]).toMatchObject({ reason: first.rows[0]?.reason, lastRun: { runId: runIdOf(1) } });
    expect(second.rows[0]?.cells).toEqual(first.rows[0]?.cells);
  });

  it('reads a canary without a schedule each time, since no watermark shows its runs', async () => {
    const state = new FleetState();
    const { runs } = state.store;
    const reader = state.reader(canaryOf({ name: 'by-hand' }));
    await reader.read({ nowMs: NOW_MS });
    await runs.keep(
      resultOf({ canary: 'by-hand', slotAtMs: NOW_MS, startedAtMs: NOW_MS, verdict: 'failed' }),
    );
    const { rows } = await reader.read({ nowMs: NOW_MS + 10 * MINUTE_MS });

    expect(rows[0]).toMatchObject({ outcome: 'failed', cells: [{ outcome: 'failed' }] });
  });

  it('lets other work of the process go on', async () => {
    const state = new FleetState();
    let pauses = 0;
    const { runs, alerts } = state.store;
    const source = {
      runs,
      alerts,
      project: NO_PROJECT,
      environment: { name: 'default' },
      canaries: Array.from({ length: 401 }, (_, index) => scheduled(`c${index}`)),
      pause: async () => {
        pauses += 1;
      },
    };
    await fleetReader(source).read({ nowMs: NOW_MS });

    expect(pauses).toBe(3);
  });
});
