import { describe, expect, it } from '@jest/globals';
import { TargetError } from '../../../runner/core/base/errors.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const AT = 1_700_000_040_000;
const SLOT: QueuedSlot = { canary: 'orders', slotAtMs: AT, notBeforeMs: AT - 40_000 };
const ONWARD = { signal: new AbortController().signal };

function failing(fleet: TestFleet, times = Number.POSITIVE_INFINITY): void {
  let acted = 0;
  fleet.harness.act = async () => {
    acted += 1;
    if (acted <= times) throw new TargetError('down');
    return {};
  };
}

async function recordOf(fleet: TestFleet) {
  const [newest] = await fleet.store.runs.history({ canary: 'orders', most: 1 });
  return newest;
}

describe('a slot', () => {
  it('is run, stored, applied to alerts and reported', async () => {
    const fleet = new TestFleet(scheduled('orders'));

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('ran');
    expect(await recordOf(fleet)).toMatchObject({ what: 'done', run: { verdict: 'passed' } });
    expect(await fleet.store.runs.unapplied()).toEqual([]);
    expect(fleet.reported.map(({ slotAtMs }) => slotAtMs)).toEqual([AT]);
  });

  it.each([
    { title: 'with its result, by a store that saves both at once', leavesOut: () => false },
    { title: 'after its result, by a store without transactions', leavesOut: () => true },
  ])('is applied to alerts $title, and its incident is reported and notified once', async ({ leavesOut }) => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    const { runs, alerts } = memoryStore({ clock: fleet.harness.clock, leavesOut });
    const context = fleet.monitor({ runs, alerts });
    await executeSlot({ ...SLOT, slotAtMs: AT - 60_000 }, context, ONWARD);
    failing(fleet);

    await executeSlot(SLOT, context, ONWARD);

    expect(await runs.unapplied()).toEqual([]);
    expect((await alerts.load('orders'))?.alert.target.incident).toBeDefined();
    expect(fleet.harness.reported.filter(({ event }) => event === 'onIncident')).toHaveLength(1);
    expect(fleet.words).toEqual(['chat opened orders']);
  });

  it('with notices that no channel is left for is counted before it is applied', async () => {
    const fleet = new TestFleet(
      scheduled('orders', { policy: { after: { failures: 1, of: 1 }, to: ['chat'] } }),
    );
    await executeSlot({ ...SLOT, slotAtMs: AT - 60_000 }, fleet.monitor(), ONWARD);
    fleet.channels = [];
    fleet.operators = [];
    failing(fleet);

    await executeSlot(SLOT, fleet.monitor(), ONWARD);

    expect(fleet.undelivered.map(({ kind }) => kind)).toEqual(['opened']);
    expect(await fleet.store.runs.unapplied()).toEqual([]);
  });

  it('is run once, even if other workers receive it', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const workers = ['a', 'b', 'c'].map((owner) => fleet.monitor({ owner }));

    const worked = await Promise.all(workers.map((context) => executeSlot(SLOT, context, ONWARD)));

    expect(worked.toSorted()).toEqual(['ran', 'taken', 'taken']);
    expect(fleet.harness.log.filter((line) => line.startsWith('act'))).toHaveLength(1);
  });

  it('is passed over when its canary is gone', async () => {
    const fleet = new TestFleet();

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('skipped');
    expect(await recordOf(fleet)).toMatchObject({ what: 'skipped', reason: 'the canary is gone' });
  });

  it('is passed over while the run before it lasts', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const earlier = { ...SLOT, slotAtMs: AT - 60_000, owner: 'x', nowMs: AT, leaseUntilMs: AT + 60_000 };
    await fleet.store.runs.claim(earlier);

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('skipped');
    expect(await recordOf(fleet)).toMatchObject({
      what: 'skipped',
      reason: expect.stringContaining('under way'),
    });
  });

  it('is passed over while its canary is paused', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await fleet.monitor().alerting.apply('orders', [{ kind: 'pause', reason: 'moving house', by: 'ann' }]);

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('skipped');
    expect(await recordOf(fleet)).toMatchObject({ reason: 'ann paused the canary: moving house' });
  });

  it('that cannot be recorded as passed over comes back to the queue', async () => {
    const fleet = new TestFleet();
    const { runs } = fleet.store;
    const settle: typeof runs.settle = async () => [{ kind: 'failed', thrown: new Error('away') }];
    const context = fleet.monitor({ runs: { ...runs, settle } });

    await expect(executeSlot(SLOT, context, ONWARD)).rejects.toThrow('away');
  });

  it('takes two reads and two writes of state, and its tick one read for all canaries', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await tick(fleet.monitor());
    fleet.queued.length = 0;
    await executeSlot({ ...SLOT, slotAtMs: 1 }, fleet.monitor(), ONWARD);
    await fleet.harness.clock.sleep(60_000);
    const calls: string[] = [];
    const { runs, alerts } = fleet.store;
    const counted = <Store extends object>(store: Store): Store =>
      Object.fromEntries(
        Object.entries(store).map(([name, method]) => [
          name,
          (...given: readonly unknown[]) => {
            calls.push(name);
            return (method as (...given: readonly unknown[]) => unknown)(...given);
          },
        ]),
      ) as Store;
    const counting = fleet.monitor({ runs: counted(runs), alerts: counted(alerts) });

    await tick(counting);
    const fixed = ['expireLeases', 'unapplied', 'withNotices'];
    await executeSlot(fleet.queued[0] as QueuedSlot, counting, ONWARD);

    const ofSlot = calls.filter((name) => !fixed.includes(name));
    const writes = ['claim', 'commit', 'save', 'markApplied', 'advance'];
    expect(ofSlot.filter((name) => writes.includes(name))).toEqual(['claim', 'commit']);
    expect(ofSlot.filter((name) => !writes.includes(name)).toSorted()).toEqual([
      'load',
      'planning',
      'running',
    ]);
  });

  it('waits while the run before it lasts, where the canary queues', async () => {
    const schedule = { everyMs: 60_000, jitterMs: 0, overlap: 'queue', catchUp: 'latest' } as const;
    const fleet = new TestFleet(scheduled('orders', { schedule }));
    const earlier = { ...SLOT, slotAtMs: AT - 60_000, owner: 'x', nowMs: AT, leaseUntilMs: AT + 60_000 };
    await fleet.store.runs.claim(earlier);

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('busy');
    expect(await recordOf(fleet)).toMatchObject({ what: 'running' });
  });

  it('gives way when the earlier slot was taken at the same moment', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const context = fleet.monitor();
    const { running, claim } = context.runs;
    const early = { ...SLOT, slotAtMs: AT - 60_000, owner: 'x', nowMs: AT, leaseUntilMs: AT + 60_000 };
    const runs = {
      ...context.runs,
      running: (canary: string) => running(canary),
      claim: async (ask: Parameters<typeof claim>[0]) => {
        await claim(early);
        return claim(ask);
      },
    };

    expect(await executeSlot(SLOT, { ...context, runs }, ONWARD)).toBe('skipped');
    expect(fleet.harness.log).not.toContain('act act');
  });

  it('is run once by a worker that is handed it twice, or again after it could not store the result', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    let minted = 0;
    const random = { bytes: (count: number) => new Uint8Array(count).fill((minted += 1)) };
    const context = fleet.monitor({ engine: { ...fleet.harness.engine, random } });
    const runs = { ...context.runs, commit: async () => Promise.reject(new Error('away')) };
    const failed = executeSlot(SLOT, { ...context, runs }, ONWARD);

    const worked = await Promise.all([executeSlot(SLOT, context, ONWARD), failed.catch(() => 'failed')]);

    expect(worked).toEqual(['taken', 'failed']);
    expect(await executeSlot(SLOT, context, ONWARD)).toBe('taken');
    expect(fleet.harness.log.filter((line) => line.startsWith('act'))).toHaveLength(1);
  });

  it('that comes late gives way to a later one that is under way', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const later = { ...SLOT, slotAtMs: AT + 60_000, owner: 'x', nowMs: AT, leaseUntilMs: AT + 120_000 };
    await fleet.store.runs.claim(later);

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('skipped');
    expect(fleet.harness.log).toEqual([]);
  });

  it('is not run by a worker that slept until its lease was all but over', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const context = fleet.monitor();
    const { claim } = context.runs;
    const runs = {
      ...context.runs,
      claim: async (ask: Parameters<typeof claim>[0]) => {
        const claimed = await claim(ask);
        await fleet.harness.clock.sleep(31_000);
        return claimed;
      },
    };

    expect(await executeSlot(SLOT, { ...context, runs }, ONWARD)).toBe('late');
    expect(fleet.harness.log).toEqual([]);
    expect(await recordOf(fleet)).toMatchObject({ what: 'running' });
  });

  it('is applied though its canary was planned only while it ran', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await fleet.monitor().alerting.apply('orders', [{ kind: 'delete' }]);
    const back = { kind: 'recreate', incarnation: 'b', about: ABOUT } as const;
    fleet.harness.act = async () => {
      await fleet.monitor().alerting.apply('orders', [back]);
      await fleet.harness.clock.sleep(1);
      return {};
    };

    await executeSlot({ ...SLOT, slotAtMs: AT + 60_000 }, fleet.monitor(), ONWARD);

    expect((await fleet.store.alerts.load('orders'))?.alert.samples.map(({ outcome }) => outcome)).toEqual([
      'passed',
    ]);
  });

  it('need not be handed out again once any process has recorded it, but of several slots it is the tick that passes', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { runs } = fleet.store;
    const passed = { canary: 'orders', state: 'missed', reason: '', nowMs: AT } as const;
    await runs.skipMissed({ ...passed, slotAtMs: AT, count: 1 });
    await runs.skipMissed({ ...passed, slotAtMs: AT + 60_000, count: 12 });

    await executeSlot(SLOT, fleet.monitor(), ONWARD);
    await executeSlot({ ...SLOT, slotAtMs: AT + 60_000 }, fleet.monitor(), ONWARD);

    expect(await runs.watermark('orders')).toBe(AT);
  });

  it('is run though it cannot be noted that it need not be handed out again', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const runs = { ...fleet.store.runs, advance: async () => Promise.reject(new Error('away')) };

    expect(await executeSlot(SLOT, fleet.monitor({ runs }), ONWARD)).toBe('ran');
  });

  it('counts for nothing when its runner was presumed dead meanwhile, and its result is kept', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    fleet.harness.act = async () => {
      await fleet.store.runs.expireLeases({ expiredBeforeMs: Number.MAX_SAFE_INTEGER, nowMs: AT });
      return {};
    };

    expect(await executeSlot(SLOT, fleet.monitor(), ONWARD)).toBe('late');
    const history = await fleet.store.runs.history({ canary: 'orders', most: 5 });
    expect(history.map(({ what }) => what).toSorted()).toEqual(['late', 'lost']);
    expect(fleet.reported).toEqual([]);
  });
});

describe('a run that failed, of a canary that confirms', () => {
  const confirming = (): TestFleet => new TestFleet(scheduled('orders', { policy: { confirmMs: 20_000 } }));

  it('is made again, and a pass is degraded and names the first', async () => {
    const fleet = confirming();
    failing(fleet, 1);

    await executeSlot(SLOT, fleet.monitor(), ONWARD);

    const [result] = fleet.reported;
    expect(result).toMatchObject({ verdict: 'degraded', blame: 'target', slotAtMs: AT });
    expect(result?.reason).toMatch(/run again; the first run \([0-9a-f]{32}\) failed/);
    expect(Object.isFrozen(result)).toBe(true);
    const history = await fleet.store.runs.history({ canary: 'orders', most: 5 });
    expect(history.map(({ what }) => what).toSorted()).toEqual(['done', 'extra']);
  });

  it('has failed when it fails again', async () => {
    const fleet = confirming();
    failing(fleet);

    await executeSlot(SLOT, fleet.monitor(), ONWARD);

    expect(fleet.reported.map(({ verdict }) => verdict)).toEqual(['failed']);
  });

  it('is not made again once the worker has to end', async () => {
    const fleet = confirming();
    const ending = new AbortController();
    fleet.harness.act = async () => {
      ending.abort(new Error('ending'));
      throw new TargetError('down');
    };

    await executeSlot(SLOT, fleet.monitor(), { signal: ending.signal });

    expect(fleet.reported).toHaveLength(1);
  });

  it('is not made again when the worker has to end while it waits', async () => {
    const fleet = confirming();
    const ending = new AbortController();
    failing(fleet);
    fleet.harness.after(5_000, () => ending.abort(new Error('ending')));

    await executeSlot(SLOT, fleet.monitor(), { signal: ending.signal });

    expect(fleet.reported).toMatchObject([{ verdict: 'failed' }]);
    expect(fleet.harness.log.filter((line) => line === 'act act')).toHaveLength(1);
  });
});
