import { describe, expect, it } from '@jest/globals';
import type { Schedule } from '../../../runner/core/model/canary.ts';
import { nextSlotMs } from '../../../runner/core/schedule/schedule.ts';
import type { RunStore } from '../../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { localQueue } from '../../../runner/engine/schedule/local-queue.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { EVERY_MINUTE, scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const ONWARD = { signal: new AbortController().signal };
const FIVE_MINUTES: Schedule = { ...EVERY_MINUTE, everyMs: 5 * MINUTE_MS };

/** A store that writes down which of its methods were called. */
function counted(runs: RunStore): { readonly runs: RunStore; readonly calls: string[] } {
  const calls: string[] = [];
  const methods = Object.entries(runs).map(([name, method]: [string, (...given: unknown[]) => unknown]) => [
    name,
    (...given: unknown[]) => {
      calls.push(name);
      return method(...given);
    },
  ]);
  return { runs: Object.fromEntries(methods) as RunStore, calls };
}

describe('a fleet', () => {
  it('is planned by one read and one write when it is new, and by one read alone after that', async () => {
    const names = Array.from({ length: 450 }, (_, n) => `canary-${n}`);
    const fleet = new TestFleet(...names.map((name) => scheduled(name, { schedule: FIVE_MINUTES })));
    const { runs, calls } = counted(fleet.store.runs);

    const { faults } = await tick(fleet.monitor({ runs }));
    const first = calls.splice(0);
    await tick(fleet.monitor({ runs }));

    expect(faults).toEqual([]);
    expect(first).toEqual(['expireLeases', 'unapplied', 'planning', 'settle']);
    expect(calls).toEqual(['expireLeases', 'unapplied', 'planning']);
  });

  it('begins at the moments of its slots, however close together it was planned', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `canary-${n}`);
    const fleet = new TestFleet(...names.map((name) => scheduled(name)));
    const { clock } = fleet.harness;
    const begun: (readonly [name: string, atMs: number])[] = [];
    const work = async ({ canary }: QueuedSlot): Promise<void> => void begun.push([canary, clock.nowMs()]);
    const queue = localQueue({ clock, concurrency: 50, work, failed: () => {} });
    const startMs = clock.nowMs();

    await tick(fleet.monitor({ queue }));
    expect(begun).toEqual([]);
    await clock.sleep(MINUTE_MS);

    expect(new Map(begun)).toEqual(
      new Map(names.map((name) => [name, nextSlotMs(EVERY_MINUTE, name, startMs)])),
    );
  });

  it('is not held up by a canary whose clock or store is at fault', async () => {
    const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
    const runs: RunStore = { ...fleet.store.runs, settle: async () => Promise.reject(new Error('away')) };
    const away: RunStore = { ...fleet.store.runs, planning: async () => Promise.reject(new Error('away')) };

    const unsettled = await tick(fleet.monitor({ runs }));
    const unread = await tick(fleet.monitor({ runs: away }));

    expect([unsettled.planned, unsettled.faults]).toEqual([[], [new Error('away')]]);
    expect([unread.planned, unread.faults]).toEqual([[], [new Error('away')]]);
  });
});

describe('a canary whose slot waits in the queue', () => {
  const HELD = { holds: () => true, send: async () => {} };
  const NEVER: Schedule = {
    cron: '0 0 30 2 *',
    timezone: 'UTC',
    jitterMs: 0,
    overlap: 'skip',
    catchUp: 'latest',
  };

  it('is planned again at the turn of the slot after it', async () => {
    const fleet = new TestFleet(scheduled('orders', { schedule: { ...EVERY_MINUTE, everyMs: 10_000 } }));
    const { clock } = fleet.harness;
    const nowMs = clock.nowMs();
    await fleet.store.runs.advance({ canary: 'orders', toMs: nowMs });

    const { nextWakeMs } = await tick(fleet.monitor({ queue: HELD }));

    const turnMs = (afterMs: number): number =>
      nextSlotMs({ ...EVERY_MINUTE, everyMs: 10_000 }, 'orders', afterMs) as number;
    expect(nextWakeMs).toBe(turnMs(turnMs(nowMs)));
  });

  it.each([
    { title: 'a clock at fault', schedule: EVERY_MINUTE, aheadMs: 60 * MINUTE_MS },
    { title: 'a schedule without another slot', schedule: NEVER, aheadMs: 0 },
  ])('leaves $title to the tick that plans it', async ({ schedule, aheadMs }) => {
    const fleet = new TestFleet(scheduled('orders', { schedule }));
    await fleet.store.runs.advance({ canary: 'orders', toMs: fleet.harness.clock.nowMs() + aheadMs });

    const { nextWakeMs, faults } = await tick(fleet.monitor({ queue: HELD }));

    expect({ nextWakeMs, faults }).toEqual({ nextWakeMs: Number.POSITIVE_INFINITY, faults: [] });
  });
});

/** A canary with a due slot, and the next one queued with it: its turn has come too. */
async function handedOutTogether() {
  const fleet = new TestFleet(scheduled('orders'));
  const { clock } = fleet.harness;
  await fleet.store.runs.advance({ canary: 'orders', toMs: clock.nowMs() - MINUTE_MS });
  await tick(fleet.monitor());
  const [came, next] = fleet.queued.splice(0) as [QueuedSlot, QueuedSlot];
  await clock.sleep(next.notBeforeMs - clock.nowMs());
  return { fleet, came, next };
}

describe('a canary', () => {
  it('whose schedule was changed begins anew: slots of the new one before now were not missed', async () => {
    const fleet = new TestFleet(
      scheduled('orders', { schedule: { ...EVERY_MINUTE, everyMs: 60 * MINUTE_MS } }),
    );
    await tick(fleet.monitor());
    await fleet.harness.clock.sleep(20 * MINUTE_MS);
    fleet.queued.length = 0;
    fleet.canaries = [scheduled('orders', { schedule: { cron: '* * * * *', timezone: 'UTC', ...REST } })];
    const changedAtMs = fleet.harness.clock.nowMs();

    const { omitted, planned } = await tick(fleet.monitor());

    expect(omitted).toBe(0);
    expect(planned.every(({ slotAtMs }) => slotAtMs > changedAtMs)).toBe(true);
    expect(await fleet.store.runs.watermark('orders')).toBe(changedAtMs);
  });

  it('whose watermark names no schedule is taken to have kept it', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const nowMs = fleet.harness.clock.nowMs();
    await fleet.store.runs.advance({ canary: 'orders', toMs: nowMs - 2 * MINUTE_MS });

    const { planned, missed } = await tick(fleet.monitor());

    expect(missed).toBe(1);
    expect(planned).toHaveLength(2);
    expect((await fleet.store.runs.planning()).watermarks.get('orders')?.schedule).toBe('every 60000');
  });

  it('is not passed over for a run that was listed and has ended meanwhile', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { runs } = fleet.store;
    const nowMs = fleet.harness.clock.nowMs();
    await runs.advance({ canary: 'orders', toMs: nowMs - MINUTE_MS });
    const claim = { canary: 'orders', slotAtMs: nowMs - 10 * MINUTE_MS, owner: 'x', nowMs };
    await runs.claim({ ...claim, leaseUntilMs: nowMs + MINUTE_MS });
    const { running } = await runs.planning();
    await runs.skip({ ...claim, fence: 1, reason: 'ended' });
    const lagging = async () => ({ ...(await runs.planning()), running });

    const { planned, omitted } = await tick(fleet.monitor({ runs: { ...runs, planning: lagging } }));

    expect(omitted).toBe(0);
    expect(planned[0]?.slotAtMs).toBeLessThanOrEqual(nowMs);
  });

  it('has the slot that came and the next one handed out together; the next one overtakes it', async () => {
    const { fleet, came, next } = await handedOutTogether();
    const { runs } = fleet.store;

    expect(await executeSlot(next, fleet.monitor(), ONWARD)).toBe('ran');
    expect(await executeSlot(came, fleet.monitor(), ONWARD)).toBe('taken');

    const history = await runs.history({ canary: 'orders', most: 9 });
    expect(history.map(({ what, reason }) => [what, reason])).toEqual([
      ['done', undefined],
      ['missed', 'a newer one is due'],
    ]);
    expect(await runs.watermark('orders')).toBe(next.slotAtMs);
  });

  it('has both run where the first began in time', async () => {
    const { fleet, came, next } = await handedOutTogether();

    expect(await executeSlot(came, fleet.monitor(), ONWARD)).toBe('ran');
    expect(await executeSlot(next, fleet.monitor(), ONWARD)).toBe('ran');
  });

  it('does not run a slot that was recorded as missed together with the one before it', async () => {
    const { fleet, came, next } = await handedOutTogether();
    const nowMs = fleet.harness.clock.nowMs();
    const row = { state: 'missed', reason: 'too late', count: 12, nowMs } as const;
    await fleet.store.runs.skipMissed({ canary: 'orders', slotAtMs: came.slotAtMs, ...row });

    expect(await executeSlot(next, fleet.monitor(), ONWARD)).toBe('taken');
  });

  it('whose runs queue is handed out one slot at a time', async () => {
    const fleet = new TestFleet(scheduled('orders', { schedule: { ...EVERY_MINUTE, overlap: 'queue' } }));
    await fleet.store.runs.advance({ canary: 'orders', toMs: fleet.harness.clock.nowMs() - MINUTE_MS });

    expect((await tick(fleet.monitor())).planned).toHaveLength(1);
  });

  it('is asked for its pause when its turn comes, not when it was handed out', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await tick(fleet.monitor());
    const [slot] = fleet.queued.splice(0) as [QueuedSlot];

    expect(await executeSlot(slot, fleet.monitor(), ONWARD)).toBe('early');
    expect(await fleet.store.runs.history({ canary: 'orders', most: 1 })).toEqual([]);
    await fleet.harness.clock.sleep(slot.notBeforeMs - fleet.harness.clock.nowMs());
    fleet.canaries = [];

    expect(await executeSlot(slot, fleet.monitor(), ONWARD)).toBe('skipped');
  });
});

const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
