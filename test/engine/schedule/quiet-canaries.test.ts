import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../../runner/core/model/canary.ts';
import { type ScheduledCanary, scheduledIn } from '../../../runner/engine/fleet-context.ts';
import { planFleet } from '../../../runner/engine/schedule/plan-fleet.ts';
import { keepQuiet, quietUntil } from '../../../runner/engine/schedule/quiet-canaries.ts';
import { sampleSize } from '../../support/effort.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const FROM = { toMs: 1_000, schedule: 'every 60000' };
const NEXT_MS = 9_000;

function aCanary(): ScheduledCanary {
  return scheduled('orders') as ScheduledCanary;
}

describe('a canary that was quiet', () => {
  it.each([
    { title: 'is quiet until its slot is near', from: FROM, nowMs: 2_000, wakesAtMs: NEXT_MS },
    { title: 'is quiet in the last moment before', from: FROM, nowMs: 4_999, wakesAtMs: NEXT_MS },
    { title: 'is planned when its slot is near', from: FROM, nowMs: 5_000, wakesAtMs: undefined },
    { title: 'is planned by a clock that went back', from: FROM, nowMs: 1_999, wakesAtMs: undefined },
    {
      title: 'is planned after its watermark was moved',
      from: { ...FROM, toMs: 1_001 },
      nowMs: 2_000,
      wakesAtMs: undefined,
    },
    {
      title: 'is planned by another schedule',
      from: { ...FROM, schedule: 'every 5' },
      nowMs: 2_000,
      wakesAtMs: undefined,
    },
    { title: 'is planned without a watermark', from: undefined, nowMs: 2_000, wakesAtMs: undefined },
  ])('$title', ({ from, nowMs, wakesAtMs }) => {
    const canary = aCanary();
    keepQuiet(canary, { from: FROM, sinceMs: 2_000, untilMs: 5_000, nextWakeMs: NEXT_MS });

    expect(quietUntil(canary, from, nowMs)).toBe(wakesAtMs);
  });

  it('is planned once it was loaded again', () => {
    keepQuiet(aCanary(), { from: FROM, sinceMs: 0, untilMs: 5_000, nextWakeMs: NEXT_MS });

    expect(quietUntil(aCanary(), FROM, 2_000)).toBeUndefined();
  });
});

const BASIS = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
const SCHEDULES: readonly Schedule[] = [
  { everyMs: MINUTE_MS, ...BASIS },
  { everyMs: 7 * MINUTE_MS, ...BASIS, jitterMs: 2 * MINUTE_MS },
  { everyMs: 10_000, ...BASIS, overlap: 'queue' },
  { cron: '*/15 * * * *', timezone: 'UTC', ...BASIS },
  { cron: '30 2 * * *', timezone: 'Europe/Berlin', ...BASIS },
];

/** The plans of a fleet over a walk of the clock; with or without what was planned before. */
async function plansOver(walk: readonly number[], remembers: boolean): Promise<readonly unknown[]> {
  const fleet = new TestFleet(
    ...SCHEDULES.map((schedule, index) => scheduled(`canary-${index}`, { schedule })),
  );
  const environment = { name: 'default', vars: {} };
  const context = fleet.monitor({ queue: { holds: () => false, send: async () => {} } });
  const plans: unknown[] = [];
  for (const byMs of walk) {
    await fleet.harness.clock.sleep(byMs);
    const copies = scheduledIn(fleet.canaries, environment).map((canary) => ({ ...canary }));
    const canaries = remembers ? context.fleet.canaries : copies;
    const planned = await planFleet({ ...context, fleet: { ...context.fleet, canaries } }, (work) => work());
    const due = planned.flatMap((one) => one.due).toSorted((a, b) => (a.canary < b.canary ? -1 : 1));
    const omitted = planned.reduce((sum, one) => sum + one.omitted, 0);
    plans.push({ due, omitted, wakesAtMs: Math.min(...planned.map(({ nextWakeMs }) => nextWakeMs)) });
  }
  return plans;
}

describe('over any walk of the clock', () => {
  it('a fleet is planned as if nothing was known of the plans before', async () => {
    const step = fc.oneof(
      fc.integer({ min: 1_000, max: 90_000 }),
      fc.integer({ min: 1, max: 30 * MINUTE_MS }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), async (walk) => {
        expect(await plansOver(walk, true)).toEqual(await plansOver(walk, false));
      }),
      { numRuns: sampleSize({ small: 10, full: 200 }) },
    );
  });
});
