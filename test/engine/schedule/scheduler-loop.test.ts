import { describe, expect, it } from '@jest/globals';
import { countSlots } from '../../../runner/core/schedule/schedule.ts';
import { scheduledIn } from '../../../runner/engine/fleet-context.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { localQueue } from '../../../runner/engine/schedule/local-queue.ts';
import { schedulerLoop } from '../../../runner/engine/schedule/scheduler-loop.ts';
import { type TickResult, tick } from '../../../runner/engine/schedule/tick.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const MINUTE_MS = 60_000;

describe('a queue in this process', () => {
  function queueOf(work: (canary: string) => Promise<void>, concurrency = 10) {
    const clock = new ManualClock();
    const failed: string[] = [];
    const startMs = clock.nowMs();
    const queue = localQueue({
      clock,
      concurrency,
      work: ({ canary }) => work(canary),
      failed: ({ canary }, thrown) => void failed.push(`${canary}: ${String(thrown)}`),
    });
    const slot = (canary: string, n = 0, afterMs = 0) => ({
      canary,
      slotAtMs: startMs + n,
      notBeforeMs: startMs + afterMs,
    });
    return { clock, queue, failed, slot, startMs };
  }

  it('hands out a slot at its moment, once', async () => {
    const worked: number[] = [];
    const { clock, queue, slot, startMs } = queueOf(async () => void worked.push(clock.nowMs() - startMs));

    await queue.send([slot('a', 0, 500), slot('a', 0, 500)]);
    expect(queue.holds('a')).toBe(true);
    await clock.sleep(1_000);

    expect(worked).toEqual([500]);
    expect(queue.holds('a')).toBe(false);
    expect(queue.size).toBe(0);
  });

  it('lets canaries take turns, so that none with many slots keeps the others waiting', async () => {
    const log: string[] = [];
    const { clock, queue, slot } = queueOf(async (canary) => {
      log.push(canary);
      await clock.sleep(100);
    }, 1);

    await queue.send([slot('a', 0), slot('a', 1, 10), slot('a', 2, 20), slot('b', 0, 30), slot('c', 0, 40)]);
    await clock.sleep(1_000);

    expect(log).toEqual(['a', 'b', 'c', 'a', 'a']);
    expect(queue.size).toBe(0);
  });

  it('works on one slot of a canary at a time, and on no more than it may in all', async () => {
    let now = 0;
    let most = 0;
    const log: string[] = [];
    const { clock, queue, slot } = queueOf(async (canary) => {
      now += 1;
      most = Math.max(most, now);
      log.push(`${canary} begins`);
      await clock.sleep(100);
      log.push(`${canary} ends`);
      now -= 1;
    }, 2);

    await queue.send([slot('a', 0), slot('a', 1), slot('b'), slot('c')]);
    await clock.sleep(1_000);

    expect(most).toBe(2);
    expect(log.filter((line) => line.startsWith('a'))).toEqual(['a begins', 'a ends', 'a begins', 'a ends']);
    expect(log).toHaveLength(8);
  });

  it('goes on when one slot could not be worked on, and says so', async () => {
    const { clock, queue, failed, slot } = queueOf(async (canary) => {
      if (canary === 'a') throw new Error('no');
    });

    await queue.send([slot('a'), slot('b')]);
    await clock.sleep(10);

    expect(failed).toEqual(['a: Error: no']);
    expect(queue.size).toBe(0);
  });

  it('ends with what is worked on, and forgets what waits', async () => {
    const log: string[] = [];
    const { clock, queue, slot } = queueOf(async (canary) => {
      await clock.sleep(100);
      log.push(canary);
    });
    await queue.send([slot('a'), slot('b', 0, 5_000)]);
    await clock.sleep(10);

    await queue.drain();
    await queue.send([slot('c')]);
    await clock.sleep(10_000);

    expect(log).toEqual(['a']);
  });
});

describe('watching over a fleet', () => {
  function watching(fleet: TestFleet, more: Partial<Parameters<typeof schedulerLoop>[0]> = {}) {
    const ending = new AbortController();
    const ticks: TickResult[] = [];
    const waits: string[] = [];
    let alive = 0;
    const watched = schedulerLoop({
      leases: fleet.store.leases,
      signal: ending.signal,
      context: async () => fleet.monitor(),
      alive: async () => void (alive += 1),
      waiting: (by) => void waits.push(by),
      ticked: (ticked) => void ticks.push(ticked),
      ...more,
    });
    return { ending, ticks, waits, watched, alive: () => alive };
  }

  it('ticks each minute and when something is due, and says that it lives', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { ending, ticks, watched, alive } = watching(fleet);

    await fleet.harness.clock.sleep(3 * MINUTE_MS);
    ending.abort();
    await watched;

    expect(fleet.queued.length).toBeGreaterThanOrEqual(1);
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    expect(alive()).toBe(ticks.length);
    expect(fleet.harness.clock.open).toBe(0);
  });

  it.each([10, 15, 20, 30, 45])(
    'runs each slot of every %d s at its turn, whenever it starts',
    async (seconds) => {
      for (let startS = 0; startS < 60; startS += 7) {
        const schedule = {
          everyMs: seconds * 1_000,
          jitterMs: 0,
          overlap: 'skip',
          catchUp: 'latest',
        } as const;
        const fleet = new TestFleet(
          ...['a', 'b'].map((name) => scheduled(name, { schedule, timeoutMs: 5_000 })),
        );
        const { clock } = fleet.harness;
        await clock.sleep(startS * 1_000);
        const startedAtMs = clock.nowMs();
        const ran: { readonly canary: string; readonly lateMs: number }[] = [];
        const signal = new AbortController().signal;
        const queue = localQueue({
          clock,
          concurrency: 10,
          work: async (slot) => {
            ran.push({ canary: slot.canary, lateMs: clock.nowMs() - slot.notBeforeMs });
            await executeSlot(slot, fleet.monitor({ queue }), { signal });
          },
          failed: () => {},
        });
        const { ending, watched } = watching(fleet, { context: async () => fleet.monitor({ queue }) });

        await clock.sleep(5 * MINUTE_MS);
        ending.abort();
        await watched;
        await queue.drain();

        for (const { name, schedule: own } of scheduledIn(fleet.canaries, { name: 'default' })) {
          const due = countSlots(own, name, startedAtMs, clock.nowMs());
          expect(ran.filter(({ canary }) => canary === name)).toHaveLength(due);
        }
        expect(Math.max(...ran.map(({ lateMs }) => lateMs))).toBe(0);
      }
    },
  );

  it('does not say that it lives when a tick could not do all', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const runs = { ...fleet.store.runs, expireLeases: async () => Promise.reject(new Error('away')) };
    const { ending, watched, alive } = watching(fleet, { context: async () => fleet.monitor({ runs }) });

    await fleet.harness.clock.sleep(2 * MINUTE_MS);
    ending.abort();
    await watched;

    expect(alive()).toBe(0);
  });

  it('takes the state of one that died, once its lease is over', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { nowMs } = { nowMs: fleet.harness.clock.nowMs() };
    await fleet.store.leases.take({ name: 'runner', owner: 'dead', nowMs, forMs: 15_000 });
    const { ending, ticks, waits, watched } = watching(fleet);

    await fleet.harness.clock.sleep(MINUTE_MS);
    ending.abort();
    await watched;

    expect(ticks.length).toBeGreaterThan(0);
    expect(waits).toEqual(['dead']);
  });

  it('refuses a state that another watches over, and names it', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const other = watching(fleet, { context: async () => fleet.monitor({ owner: 'anna@laptop' }) });
    await fleet.harness.clock.sleep(1_000);

    await expect(watching(fleet).watched).rejects.toThrow('watched over by anna@laptop already');
    other.ending.abort();
    await other.watched;
  });

  it('ends while it waits for the state', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const nowMs = fleet.harness.clock.nowMs();
    await fleet.store.leases.take({ name: 'runner', owner: 'dead', nowMs, forMs: MINUTE_MS });
    const { ending, watched, ticks } = watching(fleet);
    await fleet.harness.clock.sleep(1_000);

    ending.abort();

    await expect(watched).rejects.toThrow('watched over by dead');
    expect(ticks).toEqual([]);
  });

  it('ends if the state is taken from it, and keeps it while the store is unavailable for a while', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    let mode: 'ours' | 'away' | 'theirs' = 'ours';
    const leases = {
      ...fleet.store.leases,
      take: async (ask: Parameters<typeof fleet.store.leases.take>[0]) => {
        if (mode === 'away') throw new Error('away');
        return mode === 'theirs' ? ({ held: false, by: 'bob' } as const) : fleet.store.leases.take(ask);
      },
    };
    const { watched, ticks } = watching(fleet, { leases });
    const ended = watched.then(
      () => 'well',
      (thrown: unknown) => String(thrown),
    );
    await fleet.harness.clock.sleep(MINUTE_MS);
    mode = 'away';
    await fleet.harness.clock.sleep(MINUTE_MS);
    const before = ticks.length;
    mode = 'theirs';
    await fleet.harness.clock.sleep(MINUTE_MS);
    expect(await ended).toContain('watched over by bob');

    expect(before).toBeGreaterThan(1);
    expect((await tick(fleet.monitor())).faults).toEqual([]);
  });

  it('gives the state back after a renewal that was in flight at its end, and does not take it again', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { clock } = fleet.harness;
    const log: string[] = [];
    const leases = {
      take: async () => {
        if (log.length > 0) await clock.sleep(1_000);
        log.push('taken');
        return { held: true as const };
      },
      drop: async () => void log.push('given back'),
    };
    const { watched, ending } = watching(fleet, { leases });
    await clock.sleep(5_500);

    ending.abort();
    await watched;
    await clock.sleep(MINUTE_MS);

    expect(log).toEqual(['taken', 'taken', 'given back']);
  });
});
