import { describe, expect, it } from '@jest/globals';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import type { AlertStore } from '../../../runner/core/store/ports.ts';
import {
  adoptIncidents,
  endIncidents,
  openIncidentsOf,
} from '../../../runner/engine/schedule/former-environment.ts';
import { away, scheduled, TestFleet } from '../../support/run/fleet.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const ABOUT = { project: 'p', environment: 'old', owner: 'o', tags: [], source: 'a.yaml' };
const ADOPTING = { environment: 'new', writer: 'me' };

/** A fleet with an open incident of `orders`, which chat was notified of, and one of `stock` that no channel took. */
async function withIncidents(): Promise<TestFleet> {
  const policy = { after: { failures: 1, of: 1 } };
  const fleet = new TestFleet(
    scheduled('orders', { policy }),
    scheduled('stock', { policy: { ...policy, to: ['pager'] } }),
  );
  fleet.send = async (channel) => {
    if (channel === 'pager') throw away();
  };
  const context = fleet.monitor();
  for (const canary of ['orders', 'stock', 'quiet']) {
    const digest = {
      slotAtMs: 60_000,
      startedAtMs: 60_000,
      durationMs: 1,
      verdict: canary === 'quiet' ? ('passed' as const) : ('failed' as const),
      reason: 'why',
    };
    await context.alerting.apply(canary, [{ kind: 'result', digest, about: { ...ABOUT, canary } }]);
    await context.alerting.deliver([canary]);
  }
  fleet.send = async () => {};
  return fleet;
}

const incidentsOf = async (alerts: AlertStore) => openIncidentsOf(await alerts.all());

describe('the incidents of a former environment', () => {
  it('are ended, and their receivers are notified, though they were muted', async () => {
    const fleet = await withIncidents();
    await fleet
      .monitor()
      .alerting.apply('orders', [{ kind: 'silence', untilMs: 1e15, reason: 'r', by: 'ann' }]);
    fleet.canaries = [];

    const left = await endIncidents(fleet.monitor());

    expect(left).toEqual([]);
    expect(fleet.words).toContain('chat closed orders');
    expect(await incidentsOf(fleet.store.alerts)).toEqual([]);
  });

  it('are said to be left where a notice of theirs is not delivered yet', async () => {
    const fleet = await withIncidents();
    fleet.send = async () => Promise.reject(away());
    fleet.canaries = [];

    expect((await endIncidents(fleet.monitor())).map(({ canary }) => canary)).toContain('orders');
  });

  it('are adopted with their receivers, once, although the command dies in between', async () => {
    const fleet = await withIncidents();
    const former = fleet.store.alerts;
    const present = memoryStore({ clock: new ManualClock() }).alerts;
    const incidents = await incidentsOf(former);
    const dying = { ...former, save: async () => Promise.reject(new Error('killed')) };
    await expect(adoptIncidents(dying, present, ADOPTING)).rejects.toThrow('killed');

    expect(await adoptIncidents(former, present, ADOPTING)).toEqual({
      adopted: ['orders', 'stock'],
      left: [],
    });

    expect(await incidentsOf(former)).toEqual([]);
    expect(await incidentsOf(present)).toEqual(incidents);
    expect((await present.load('orders'))?.alert).toMatchObject({
      about: { environment: 'new' },
      receipts: { [incidents[0] as string]: [{ channel: 'chat' }] },
    });
    expect(await adoptIncidents(former, present, ADOPTING)).toEqual({ adopted: [], left: [] });
  });

  it('take the place of a state without incidents, and stay where the present environment has one of its own', async () => {
    const [fleet, now] = [await withIncidents(), await withIncidents()];
    const own = await now.store.alerts.load('stock');
    if (own !== undefined)
      await now.store.alerts.save(
        {
          ...own,
          alert: { ...own.alert, target: { ...own.alert.target, incidents: 9 } },
          version: own.version + 1,
        },
        own.version,
      );
    now.canaries = [];
    await now.monitor().alerting.apply('orders', [{ kind: 'delete' }]);
    await now.monitor().alerting.deliver(['orders']);
    await renamed(now.store.alerts, 'stock');

    expect(await adoptIncidents(fleet.store.alerts, now.store.alerts, ADOPTING)).toEqual({
      adopted: ['orders'],
      left: ['stock'],
    });
  });

  it('are adopted by no command that another process disturbs', async () => {
    const fleet = await withIncidents();
    const present = { ...memoryStore({ clock: new ManualClock() }).alerts, save: async () => false };

    await expect(adoptIncidents(fleet.store.alerts, present, ADOPTING)).rejects.toThrow(ObserverError);
  });
});

/** Gives the open incident of a canary another id, as in another life of it. */
async function renamed(alerts: AlertStore, canary: string): Promise<void> {
  const state = await alerts.load(canary);
  if (state === undefined) return;
  const text = JSON.stringify(state).replaceAll('#target1', '#target9');
  await alerts.save({ ...(JSON.parse(text) as typeof state), version: state.version + 1 }, state.version);
}
