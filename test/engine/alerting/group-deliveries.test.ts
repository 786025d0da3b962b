import { describe, expect, it } from '@jest/globals';
import { TargetError } from '../../../runner/core/base/errors.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
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
async function runAll(fleet: TestFleet): Promise<void> {
  const { clock } = fleet.harness;
  await clock.sleep(MINUTE_MS);
  await tick(fleet.monitor());
  const slots = fleet.queued.splice(0);
  await clock.sleep(Math.max(0, ...slots.map(({ notBeforeMs }) => notBeforeMs - clock.nowMs())));
  await Promise.all(
    slots.map(async (slot) =>
      executeSlot(slot, fleet.monitor({ owner: `worker of ${slot.canary}` }), ONWARD),
    ),
  );
}

async function fail(fleet: TestFleet): Promise<void> {
  fleet.harness.act = async () => {
    throw new TargetError('down');
  };
  await runAll(fleet);
}

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
