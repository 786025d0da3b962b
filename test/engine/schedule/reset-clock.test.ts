import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeliveryError, TargetError } from '../../../runner/core/base/errors.ts';
import { explainAlerts, explainWatermark } from '../../../runner/core/store/clock-ahead.ts';
import type { FleetContext } from '../../../runner/engine/fleet-context.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { resetClock } from '../../../runner/engine/schedule/reset-clock.ts';
import { whileHeld } from '../../../runner/engine/schedule/state-lease.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { entryOf } from '../../adapters/cleanup-contract.ts';
import { sampleSize } from '../../support/effort.ts';
import { resultOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
const SIGNAL = new AbortController().signal;

/** One tick, the runs that it planned, and a minute. */
async function minute(fleet: TestFleet, context: FleetContext): Promise<void> {
  const { clock } = fleet.harness;
  const endMs = clock.nowMs() + MINUTE_MS;
  await tick(context);
  for (const slot of fleet.queued.splice(0)) {
    await clock.sleep(Math.max(0, slot.notBeforeMs - clock.nowMs()));
    await executeSlot(slot, context, { signal: SIGNAL });
  }
  await clock.sleep(Math.max(0, endMs - clock.nowMs()));
}

function down(fleet: TestFleet): void {
  fleet.harness.act = async () => {
    throw new TargetError('down');
  };
}

/** A state that a runner wrote for some minutes while its clock was ahead; and a fleet with the right clock over it. */
async function wroteAhead(aheadMs: number, minutes: number) {
  const ahead = new TestFleet(scheduled('orders'), scheduled('returns'));
  await ahead.harness.clock.sleep(aheadMs);
  down(ahead);
  ahead.send = async () => Promise.reject(new DeliveryError('away'));
  for (let n = 0; n < minutes; n += 1) await minute(ahead, ahead.monitor());
  const { store } = ahead;
  const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
  const nowMs = fleet.harness.clock.nowMs();
  const context = () => fleet.monitor({ runs: store.runs, alerts: store.alerts });
  return { store, fleet, nowMs, context };
}

describe('a state that was written by a clock ahead', () => {
  it('keeps every canary from running, and is explained', async () => {
    const { store, fleet, nowMs, context } = await wroteAhead(YEAR_MS, 4);

    const ticked = await tick(context());
    const [watermarkMs, state] = [await store.runs.watermark('orders'), await store.alerts.load('orders')];

    expect(fleet.queued).toEqual([]);
    expect(ticked.faults.map(String)).toContainEqual(expect.stringContaining("'coalmine state reset-clock'"));
    expect(explainWatermark(watermarkMs, nowMs)).toBe(
      'A clock that was ahead planned its slots up to 2024-11-13 22:16 UTC, and it does not run before. ' +
        "If this machine's clock is right, run 'coalmine state reset-clock'.",
    );
    expect(state === undefined ? '' : explainAlerts(state, nowMs)).toContain(
      'A clock that was ahead wrote its alerts, up to 2024-11-13 22:1',
    );
  });

  it('is listed by a dry run, which changes nothing', async () => {
    const { store, nowMs } = await wroteAhead(YEAR_MS, 3);
    const ask = { nowMs, writer: 'me', dryRun: true };

    const listed = await resetClock(store, ask);

    expect(new Set(listed.map(({ kind }) => kind))).toEqual(new Set(['watermark', 'slot', 'alerts']));
    expect(await resetClock(store, ask)).toEqual(listed);
  });

  it('runs, opens incidents and notifies again from the next minute on, whenever it is reset', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10 * MINUTE_MS, max: 10 * YEAR_MS }),
        fc.integer({ min: 1, max: 5 }),
        async (aheadMs, minutes) => {
          const { store, fleet, nowMs, context } = await wroteAhead(aheadMs, minutes);

          await resetClock(store, { nowMs, writer: 'me', dryRun: false });
          expect(await resetClock(store, { nowMs, writer: 'me', dryRun: true })).toEqual([]);

          down(fleet);
          for (let n = 0; n < 4; n += 1) await minute(fleet, context());
          expect(fleet.reported.filter(({ canary }) => canary === 'orders').length).toBeGreaterThanOrEqual(3);
          expect(fleet.words.some((words) => /^(chat|pager) \w+ orders$/.test(words))).toBe(true);
          fleet.harness.act = async () => ({});
          for (let n = 0; n < 3; n += 1) await minute(fleet, context());
          expect((await store.alerts.load('orders'))?.alert.target.incident).toBeUndefined();
        },
      ),
      { numRuns: sampleSize({ small: 8, full: 30 }) },
    );
  });

  it('gives back the leases of its runs and the moments of its cleanups', async () => {
    const { store, fleet, nowMs } = await wroteAhead(YEAR_MS, 0);
    const thenMs = nowMs + YEAR_MS;
    const claim = { owner: 'x', nowMs: thenMs, leaseUntilMs: thenMs + MINUTE_MS };
    await store.runs.claim({ canary: 'orders', slotAtMs: nowMs - MINUTE_MS, ...claim });
    await store.runs.claim({ canary: 'orders', slotAtMs: thenMs, ...claim });
    await store.runs.keep(resultOf({ canary: 'orders', slotAtMs: thenMs, startedAtMs: thenMs }));
    await store.cleanups.save(entryOf({ startedAtMs: thenMs, dueAtMs: thenMs, heldUntilMs: thenMs }), 0);
    await store.runs.advance({ canary: 'orders', toMs: nowMs });

    const reset = await resetClock(store, { nowMs, writer: 'me', dryRun: false });

    expect(reset.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'slot orders',
      'slot orders',
      'slot orders',
      `cleanup ${entryOf().runId}`,
    ]);
    expect(await store.runs.running('orders')).toEqual([]);
    expect(await store.runs.unapplied()).toMatchObject([
      { state: 'lost', reason: 'the clock of its runner was ahead', slotAtMs: nowMs - MINUTE_MS },
    ]);
    const [entry] = await store.cleanups.due({ byMs: nowMs, most: 1 });
    expect(entry).toMatchObject({ startedAtMs: nowMs, dueAtMs: nowMs, writer: 'me' });
    expect(entry).not.toHaveProperty('heldUntilMs');
    expect(fleet.harness.clock.nowMs()).toBe(nowMs);
  });

  it('whose watermark is no moment is planned from now on, and the tick names the canary', async () => {
    const { store, fleet, context } = await wroteAhead(0, 1);
    await store.repairs.rewind('orders', { toMs: Number.POSITIVE_INFINITY, schedule: 'every 60000' });

    const { faults } = await tick(context());

    expect(faults.map(String)).toEqual([
      expect.stringContaining("The watermark of 'orders' in the state was damaged"),
    ]);
    expect(fleet.queued.map(({ canary }) => canary)).toContain('orders');
    expect((await tick(context())).faults).toEqual([]);
  });

  it('is left alone where nothing lies ahead', async () => {
    const { store, nowMs } = await wroteAhead(0, 3);

    expect(await resetClock(store, { nowMs: nowMs + 3 * MINUTE_MS, writer: 'me', dryRun: false })).toEqual(
      [],
    );
    expect(explainWatermark(undefined, nowMs)).toBeUndefined();
    expect(explainWatermark(await store.runs.watermark('orders'), nowMs)).toBeUndefined();
    const state = await store.alerts.load('orders');
    expect(state === undefined ? '' : explainAlerts(state, nowMs)).toBeUndefined();
  });
});

describe('the lease of a state that a clock ahead reserved', () => {
  const held = async (renews: boolean) => {
    const { store, harness } = new TestFleet(scheduled('orders'));
    const { clock } = harness;
    const waits: string[] = [];
    const take = async () =>
      store.leases.take({ name: 'runner', owner: 'dead', nowMs: clock.nowMs() + YEAR_MS, forMs: 20_000 });
    await take();
    const renewals = renews ? [5, 10, 15, 20, 25, 30] : [];
    for (const second of renewals) clock.at(clock.nowMs() + second * 1_000, () => void take());
    const ending = new AbortController();
    const options = {
      leases: store.leases,
      clock,
      owner: 'me',
      signal: ending.signal,
      waiting: (by: string) => void waits.push(by),
    };
    return { store, clock, waits, options };
  };

  it('is named as such, with the remedy', async () => {
    const { options } = await held(false);

    await expect(whileHeld(options, async () => {})).rejects.toThrow(
      'A clock that was ahead reserved this state for dead until 2024-11-13 22:13 UTC. End that process if it still runs. ' +
        "If this machine's clock is right, run 'coalmine state reset-clock'.",
    );
  });

  it('is taken from a process that died', async () => {
    const { store, clock, options, waits } = await held(false);

    const isLost = await whileHeld(options, async ({ aborted }) => aborted, { evenAhead: true });
    const nowMs = clock.nowMs();

    expect(isLost).toBe(false);
    expect(waits).toEqual(['dead']);
    expect(await store.leases.take({ name: 'runner', owner: 'other', nowMs, forMs: 1 })).toEqual({
      held: true,
    });
  });

  it('is not taken from one that keeps it', async () => {
    const { options } = await held(true);

    await expect(whileHeld(options, async () => {}, { evenAhead: true })).rejects.toThrow(
      'End that process if it still runs',
    );
  });
});
