import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countCron } from '../../../runner/core/schedule/slots.ts';
import { formatPlannedBy, parsePlannedBy } from '../../../runner/core/store/planned-by.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { planOf } from '../../../runner/engine/schedule/plan.ts';
import { isOfAnother, offsetChangeMs, scheduleKeyAt } from '../../../runner/engine/schedule/schedule-key.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { sampleSize } from '../../support/effort.ts';
import { canaryOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;

/** A zone of a fixed offset, in hours. */
const zoneOf = (hours: number): string => `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;

/** The local times that run, and the number of those that are recorded as missed, in a tick each quarter of an hour. */
function ranIn(
  cron: string,
  hours: number,
  from: { readonly atMs: number; readonly shiftMs: number },
  untilMs: number,
) {
  const schedule = { cron, timezone: zoneOf(hours), ...REST };
  const canary = { ...canaryOf({ name: 'x' }), schedule };
  const local: number[] = [];
  let omitted = 0;
  let [watermarkMs, shiftMs] = [from.atMs, from.shiftMs];
  for (let nowMs = from.atMs; nowMs <= untilMs; nowMs += 15 * MINUTE_MS) {
    const plan = planOf({ canary, nowMs, watermarkMs, shiftMs, running: false });
    if ('fault' in plan) throw new Error(plan.message);
    local.push(...plan.due.map(({ slotAtMs }) => slotAtMs + hours * HOUR_MS));
    omitted += plan.omitted.reduce((sum, { count }) => sum + count, 0);
    // As the tick writes it: a local clock that was set back is waited for.
    if (plan.watermarkMs > nowMs) continue;
    watermarkMs = Math.max(watermarkMs, plan.watermarkMs);
    shiftMs = 0;
  }
  return { local, omitted, watermarkMs };
}

describe('a change of an offset by newer time-zone data', () => {
  const crons = [
    '0 9 * * *',
    '30 8,17 * * MON-FRI',
    '0 0 * * *',
    '15 1,2,3,4 * * *',
    '0 22 L * *',
    '0 6 * * FRI#L',
  ];

  it('neither doubles nor skips a local time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.integer({ min: -8, max: 8 }).filter((hours) => hours !== 0),
        fc.constantFrom(-3, -2, -1, 1, 2, 3),
        fc.nat(60 * 24 * 12),
        (cron, before, change, minutes) => {
          const after = before + change === 0 ? before + 2 * change : before + change;
          const startMs = Date.UTC(2026, 0, 20);
          const changeMs = startMs + minutes * 5 * MINUTE_MS;
          const first = ranIn(cron, before, { atMs: startMs, shiftMs: 0 }, changeMs);
          const shiftMs = (after - before) * HOUR_MS;
          const untilMs = changeMs + 40 * 24 * HOUR_MS;
          const second = ranIn(cron, after, { atMs: first.watermarkMs, shiftMs }, untilMs);

          const local = [...first.local, ...second.local];
          const fromLocalMs = startMs + before * HOUR_MS;
          const expected = countCron(
            { cron, timezone: 'UTC' },
            fromLocalMs,
            second.watermarkMs + after * HOUR_MS,
          );
          expect(new Set(local).size).toBe(local.length);
          expect(local.length + first.omitted + second.omitted).toBe(expected);
        },
      ),
      { numRuns: sampleSize({ small: 10, full: 300 }) },
    );
  });

  it.each([
    { title: 'runs a slot at once that is past by the new data', was: 60, slots: 1, kept: 120 },
    { title: 'does not run again what ran by the old data', was: 180, slots: 0, kept: 180 },
    { title: 'changes nothing if the offset is the same', was: 120, slots: 0, kept: 120 },
  ])('$title', async ({ was, slots, kept }) => {
    const schedule = { cron: '30 0 * * *', timezone: zoneOf(2), ...REST };
    const fleet = new TestFleet(scheduled('orders', { schedule }));
    const { clock } = fleet.harness;
    // 2023-11-14 22:40 UTC is 00:40 in the zone.
    await clock.sleep(Date.UTC(2023, 10, 14, 22, 40) - clock.nowMs());
    const toMs = was === 180 ? Date.UTC(2023, 10, 14, 22, 20) : clock.nowMs();
    const text = `${schedule.cron} ${schedule.timezone} @${was}`;
    await fleet.store.runs.advance({ canary: 'orders', toMs, schedule: text });

    for (let n = 0; n < 5; n += 1) {
      await tick(fleet.monitor());
      for (const slot of fleet.queued.splice(0))
        await executeSlot(slot, fleet.monitor(), { signal: new AbortController().signal });
      await clock.sleep(MINUTE_MS);
    }

    expect(fleet.reported).toHaveLength(slots);
    const { watermarks } = await fleet.store.runs.planning();
    expect(watermarks.get('orders')?.schedule).toBe(`${schedule.cron} ${schedule.timezone} @${kept}`);
  });
});

describe('the key of a schedule at a watermark', () => {
  const berlin = { cron: '0 9 * * *', timezone: 'Europe/Berlin', ...REST };
  const [winterMs, summerMs] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];

  it.each([
    { schedule: berlin, atMs: winterMs, key: '0 9 * * * Europe/Berlin @60' },
    { schedule: berlin, atMs: summerMs, key: '0 9 * * * Europe/Berlin @120' },
    { schedule: { ...berlin, cron: '*/5 9 * * *' }, atMs: winterMs, key: '*/5 9 * * * Europe/Berlin' },
    { schedule: { ...berlin, timezone: 'UTC' }, atMs: winterMs, key: '0 9 * * * UTC' },
    { schedule: { everyMs: MINUTE_MS, ...REST }, atMs: winterMs, key: 'every 60000' },
  ])('is $key', ({ schedule, atMs, key }) => {
    expect(scheduleKeyAt(schedule, atMs)).toBe(key);
    expect(formatPlannedBy(parsePlannedBy(key))).toBe(key);
    expect(isOfAnother({ toMs: atMs, schedule: key }, schedule)).toBe(false);
    expect(offsetChangeMs({ toMs: atMs, schedule: key }, schedule)).toBe(0);
  });

  it('is no change where clocks are changed by the same data', () => {
    expect(offsetChangeMs({ toMs: summerMs, schedule: scheduleKeyAt(berlin, summerMs) }, berlin)).toBe(0);
    expect(offsetChangeMs({ toMs: summerMs, schedule: '0 9 * * * Europe/Berlin' }, berlin)).toBe(0);
  });
});
