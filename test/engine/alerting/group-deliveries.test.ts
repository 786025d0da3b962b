import { describe, expect, it } from '@jest/globals';
import { TargetError } from '../../../runner/core/base/errors.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import type { AlertStore } from '../../../runner/core/store/ports.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { away, scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const ONWARD = { signal: new AbortController().signal };

/** Canaries of one resource that have passed, and whose first failure opens an incident. */
async function fleetOf(names: readonly string[], policy: Partial<AlertPolicy> = {}): Promise<TestFleet> {
  const after = { failures: 1, of: 1 };
  const fleet = new TestFleet(...names.map((name) => scheduled(name, { policy: { after, ...policy } })));
  await tick(fleet.monitor());
  await runAll(fleet);
  return fleet;
}

/** Runs of all canaries at their next slot, each by a worker of its own. */
async function runAll(fleet: TestFleet, more: Parameters<TestFleet['monitor']>[0] = {}): Promise<void> {
  const { clock } = fleet.harness;
  await clock.sleep(MINUTE_MS);
  await tick(fleet.monitor());
  const slots = fleet.queued.splice(0);
  await clock.sleep(Math.max(0, ...slots.map(({ notBeforeMs }) => notBeforeMs - clock.nowMs())));
  await Promise.all(
    slots.map(async (slot) =>
      executeSlot(slot, fleet.monitor({ owner: `worker of ${slot.canary}`, ...more }), ONWARD),
    ),
  );
}

async function fail(fleet: TestFleet, more: Parameters<TestFleet['monitor']>[0] = {}): Promise<void> {
  fleet.harness.act = async () => {
    throw new TargetError('down');
  };
  await runAll(fleet, more);
}

/** The store's alerts, which cannot save the state of one canary while `isAway` says so. */
function withoutSave(fleet: TestFleet, name: string, isAway = () => true): AlertStore {
  const { alerts } = fleet.store;
  const save: AlertStore['save'] = async (next, basedOn) => {
    if (next.canary === name && isAway()) throw new Error(`no ${name}`);
    return alerts.save(next, basedOn);
  };
  return { ...alerts, save };
}

const NAMES = ['a', 'b', 'c'];

async function tickAfter(fleet: TestFleet, ms: number): Promise<void> {
  await fleet.harness.clock.sleep(ms);
  await tick(fleet.monitor());
}

/** The messages, with their canaries: `chat opened a, b`. */
function words({ sent }: TestFleet): readonly string[] {
  return sent
    .splice(0)
    .map(
      ({ channel, notice: { kind, group, about } }) =>
        `${channel} ${kind} ${(group?.members.map(({ canary }) => canary) ?? [about.canary]).toSorted().join(', ')}`,
    );
}

describe('incidents of several canaries with one cause', () => {
  it('are notified in one message by the tick after half a minute, and so are their ends', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await fail(fleet);
    expect(words(fleet)).toEqual([]);
    await tickAfter(fleet, MINUTE_MS / 2);
    expect(words(fleet)).toEqual(['chat opened a, b, c']);

    fleet.harness.act = async () => ({ kind: 'act', id: 'x', data: {}, takenAtMs: 0 });
    await runAll(fleet);
    await tickAfter(fleet, 0);

    expect(words(fleet)).toEqual(['chat closed a, b, c']);
  });

  it('are notified at once by the first of several workers if they are critical, and of the others a minute later', async () => {
    const fleet = await fleetOf(['a', 'b', 'c'], { severity: 'critical' });
    await fail(fleet);
    const [first, ...others] = words(fleet);
    expect(others).toEqual([]);
    expect(first).toMatch(/^chat opened [abc]$/);

    await tickAfter(fleet, MINUTE_MS);

    const rest = ['a', 'b', 'c'].filter((name) => !first?.endsWith(name)).join(', ');
    expect(words(fleet)).toEqual([`chat opened ${rest}`]);
  });

  it('are sent by one of two ticks', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);

    await Promise.all(['one', 'two'].map(async (owner) => tick(fleet.monitor({ owner }))));

    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });

  it('are not sent where nothing is open', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    const taken: string[] = [];
    const { leases } = fleet.store;
    const take: typeof leases.take = async (ask) => {
      taken.push(ask.name);
      return leases.take(ask);
    };

    await fleet.monitor({ leases: { ...leases, take } }).alerting.deliverGroups([]);

    expect(taken).toEqual([]);
  });

  it('are left to the next tick if the store fails', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const { alerts, leases } = fleet.store;
    const failing = { ...alerts, load: async () => Promise.reject(new Error('unavailable')) };

    await expect(fleet.monitor({ alerts: failing }).alerting.deliverGroups(['a'])).rejects.toThrow(
      'unavailable',
    );
    const failingTake = async () => Promise.reject(new Error('no leases'));
    await expect(
      fleet.monitor({ leases: { ...leases, take: failingTake } }).alerting.deliverGroups(['a']),
    ).rejects.toThrow('no leases');
    await tick(fleet.monitor());

    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });

  it('are notified though the attempt cannot be recorded, which is a fault of the tick', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const alerts = { ...fleet.store.alerts, addAttempts: async () => Promise.reject(new Error('no log')) };

    await expect(fleet.monitor({ alerts }).alerting.deliverGroups(['a', 'b', 'c'])).rejects.toThrow('no log');

    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });

  it('are notified without a canary whose state is damaged', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const { alerts } = fleet.store;
    const load = async (name: string) => {
      if (name === 'a') throw new DamagedRecordError(name, 1);
      return alerts.load(name);
    };

    await fleet.monitor({ alerts: { ...alerts, load } }).alerting.deliverGroups(['a', 'b', 'c']);

    expect(words(fleet)).toEqual(['chat opened b, c']);
  });

  it('go to the fallback together if their channel is gone, and the operators are notified of that', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    fleet.send = async (channel) => {
      if (channel === 'chat') throw away(true);
    };
    await fail(fleet);
    await tickAfter(fleet, MINUTE_MS / 2);
    await tickAfter(fleet, MINUTE_MS);

    expect(words(fleet)).toEqual(['pager opened @runner/chat', 'pager opened a, b, c']);
  });

  it('are left to the next tick if the incident that they would join ends meanwhile, or if they have changed', async () => {
    const fleet = await fleetOf(['a', 'b', 'c'], { severity: 'critical' });
    await fail(fleet);
    const first = words(fleet)[0]?.at(-1) as string;
    await fleet.harness.clock.sleep(MINUTE_MS);
    const names = ['a', 'b', 'c'];
    const { alerts } = fleet.store;
    const end = async (ended: readonly string[]) => {
      for (const name of ended) await fleet.monitor().alerting.apply(name, [{ kind: 'delete' }]);
    };
    const changing = (ended: readonly string[]) => {
      let loads = 0;
      const load = async (name: string) => {
        loads += 1;
        const state = await alerts.load(name);
        if (loads === names.length) await end(ended);
        return state;
      };
      return fleet.monitor({ alerts: { ...alerts, load } }).alerting.deliverGroups(names);
    };

    await changing([first]);
    expect(words(fleet)).toEqual([]);
    await changing(names);
    expect(words(fleet)).toEqual([]);
    await tickAfter(fleet, MINUTE_MS);

    expect(words(fleet).toSorted()).toEqual([
      `chat closed ${first}`,
      `chat combined ${names.filter((name) => name !== first).join(', ')}`,
    ]);
  });
});

describe('the right to send groups', () => {
  it('shows all members to a process that was frozen before it had it, so that no group ends while one fails', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await tickAfter(fleet, MINUTE_MS / 2);
    fleet.sent.length = 0;
    const { alerting } = fleet.monitor();
    for (const name of ['a', 'b']) await alerting.apply(name, [{ kind: 'delete' }]);

    await alerting.deliverGroups(['a', 'b']);

    expect(fleet.sent.map(({ notice: { kind, group } }) => [kind, group?.isOpen])).toEqual([
      ['closed', true],
    ]);
  });

  it('is over for a process that was frozen under it, which leaves the notices to the next tick', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const { alerts } = fleet.store;
    let loads = 0;
    const load: AlertStore['load'] = async (name) => {
      const state = await alerts.load(name);
      loads += 1;
      if (loads === NAMES.length) await fleet.harness.clock.sleep(MINUTE_MS);
      return state;
    };

    await fleet.monitor({ alerts: { ...alerts, load } }).alerting.deliverGroups(NAMES);
    expect(words(fleet)).toEqual([]);
    await tickAfter(fleet, 0);

    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });

  it('is left to the process that has it', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const nowMs = fleet.harness.clock.nowMs();
    await fleet.store.leases.take({ name: 'grouped notices', owner: 'other', nowMs, forMs: MINUTE_MS });

    await tick(fleet.monitor());

    expect(words(fleet)).toEqual([]);
  });

  it('is taken from a process whose clock was ahead', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    const nowMs = fleet.harness.clock.nowMs() + 24 * 60 * MINUTE_MS;
    await fleet.store.leases.take({ name: 'grouped notices', owner: 'dead', nowMs, forMs: MINUTE_MS });

    await tickAfter(fleet, MINUTE_MS / 2);

    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });
});

describe('a fault of the store', () => {
  it('leaves one notice of a group to the next tick, and the others are sent', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);

    const { alerting } = fleet.monitor({ alerts: withoutSave(fleet, 'b') });
    await expect(alerting.deliverGroups(NAMES)).rejects.toThrow('no b');
    expect(words(fleet)).toEqual(['chat opened a, c']);
    await tickAfter(fleet, 5 * MINUTE_MS);

    expect(words(fleet)).toEqual(['chat opened b']);
  });

  it('leaves one group to the next tick, and the others are sent', async () => {
    const policy = { after: { failures: 1, of: 1 } };
    const fleet = new TestFleet(
      scheduled('a', { policy: { ...policy, severity: 'critical' } }),
      ...['b', 'c', 'd'].map((name) => scheduled(name, { policy: { ...policy, to: ['chat', 'pager'] } })),
    );
    await tick(fleet.monitor());
    await runAll(fleet);
    await fail(fleet);
    expect(words(fleet)).toEqual(['chat opened a']);
    await fleet.harness.clock.sleep(MINUTE_MS);

    const { alerting } = fleet.monitor({ alerts: withoutSave(fleet, 'a') });
    await expect(alerting.deliverGroups(NAMES)).rejects.toThrow('no a');
    expect(words(fleet)).toEqual(['pager opened b, c, d']);
    await tickAfter(fleet, 0);

    expect(words(fleet)).toEqual(['chat opened b, c, d']);
  });

  it('leaves one notice unmarked that was sent, and the others are not sent again', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    let isSent = false;
    fleet.send = async () => {
      isSent = true;
    };

    const { alerting } = fleet.monitor({ alerts: withoutSave(fleet, 'b', () => isSent) });
    await expect(alerting.deliverGroups(NAMES)).rejects.toThrow('no b');
    const states = await fleet.store.alerts.all();

    expect(states.filter(({ outbox }) => outbox.length > 0).map(({ canary }) => canary)).toEqual(['b']);
    expect(words(fleet)).toEqual(['chat opened a, b, c']);
  });

  it('leaves one notice to the next tick that its channel refused, and the others go to the fallback', async () => {
    const fleet = await fleetOf(NAMES);
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    let isSent = false;
    fleet.send = async (channel) => {
      isSent = true;
      if (channel === 'chat') throw away();
    };

    const { alerting } = fleet.monitor({ alerts: withoutSave(fleet, 'b', () => isSent) });
    await expect(alerting.deliverGroups(NAMES)).rejects.toThrow('no b');
    const states = await fleet.store.alerts.all();

    const leased = states.filter(({ outbox }) => outbox.some(({ lease }) => lease !== undefined));
    expect(leased.map(({ canary }) => canary)).toEqual(['b']);
  });

  it('keeps the first notice of a cause from being sent alone, and no other notice from being sent', async () => {
    const policy: Partial<AlertPolicy> = { after: { failures: 1, of: 1 }, severity: 'critical' };
    const fleet = new TestFleet(
      scheduled('a', { policy: { ...policy, to: ['chat', 'team'] } }),
      ...['b', 'c'].map((name) => scheduled(name, { policy })),
    );
    fleet.channels = [
      ...fleet.channels,
      { name: 'team', kind: 'slack', options: {}, address: 'https://team' },
    ];
    await tick(fleet.monitor());
    await runAll(fleet);
    const { leases } = fleet.store;
    const names: string[] = [];
    const take: typeof leases.take = async (ask) => {
      names.push(ask.name);
      throw new Error('no leases');
    };
    await fail(fleet, { leases: { ...leases, take } }).catch(() => {});

    expect(words(fleet)).toEqual(['team opened a']);
    expect([...new Set(names)]).toEqual([expect.stringMatching(/^first notice of [0-9a-f]{32}$/)]);
    await tickAfter(fleet, 0);

    expect(words(fleet)).toContain('chat opened a');
  });
});

describe('the notices of a large fleet', () => {
  it('are leased and marked many at a time, so that a group commit serves many', async () => {
    const fleet = await fleetOf(Array.from({ length: 60 }, (_, index) => `canary-${index}`));
    await fail(fleet);
    await fleet.harness.clock.sleep(MINUTE_MS / 2);
    const { alerts } = fleet.store;
    let present = 0;
    const most = { leasing: 0, marking: 0 };
    const save: AlertStore['save'] = async (next, basedOn) => {
      present += 1;
      const part = fleet.sent.length === 0 ? 'leasing' : 'marking';
      most[part] = Math.max(most[part], present);
      await new Promise(setImmediate);
      present -= 1;
      return alerts.save(next, basedOn);
    };

    await fleet.monitor({ alerts: { ...alerts, save } }).alerting.deliverGroups(['canary-0']);

    expect(most).toEqual({ leasing: 50, marking: 50 });
    expect(words(fleet)).toHaveLength(1);
  });
});
