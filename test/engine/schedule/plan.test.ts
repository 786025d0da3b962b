import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../../runner/core/model/canary.ts';
import { countSlots, nextSlotMs, notBeforeMs, slotsBetween } from '../../../runner/core/schedule/schedule.ts';
import {
  lastSlotMs,
  type Plan,
  type PlanAsk,
  planOf,
  type SlotPlan,
} from '../../../runner/engine/schedule/plan.ts';
import { sampleSize } from '../../support/effort.ts';
import { canaryOf } from '../../support/run/builders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.parse('2026-11-24T12:00Z');
const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
const QUARTERS: Schedule = { cron: '*/15 * * * *', timezone: 'UTC', ...REST };

type Ask = Partial<Omit<PlanAsk, 'canary'>> & { readonly schedule?: Schedule; readonly confirmMs?: number };

function asked({ schedule = QUARTERS, confirmMs, ...more }: Ask): PlanAsk {
  const canary = canaryOf({ timeoutMs: 50_000 });
  const alert = { ...canary.alert, ...(confirmMs === undefined ? {} : { confirmMs }) };
  return {
    canary: { ...canary, alert, schedule },
    nowMs: NOON_MS,
    watermarkMs: NOON_MS - MINUTE_MS,
    running: false,
    ...more,
  };
}

function planned(ask: Ask): SlotPlan {
  const plan = planOf(asked(ask));
  if ('fault' in plan) throw new Error(plan.message);
  return plan;
}

/** Minutes after noon, for plans that are easy to read. */
function minutesOf({ due, omitted, watermarkMs, nextWakeMs }: SlotPlan): Readonly<Record<string, unknown>> {
  const minute = (atMs: number): number => (atMs - NOON_MS) / MINUTE_MS;
  return {
    due: due.map(({ slotAtMs }) => minute(slotAtMs)),
    omitted: omitted.map(
      ({ slotAtMs, count, state, reason }) => `${minute(slotAtMs)} ×${count} ${state}: ${reason}`,
    ),
    watermark: minute(watermarkMs),
    nextWake: nextWakeMs === undefined ? undefined : minute(nextWakeMs),
  };
}

describe('planOf', () => {
  const at = (minutes: number): number => NOON_MS + minutes * MINUTE_MS;

  it.each<{ title: string; ask: Ask; plan: Readonly<Record<string, unknown>> }>([
    {
      title: 'a slot that has come is due, and planned with it',
      ask: {},
      plan: { due: [0], omitted: [], watermark: 0, nextWake: 15 },
    },
    {
      title: 'the newest may come at the very moment of the plan, as close to the one before as can be',
      ask: { watermarkMs: at(-2), schedule: { ...QUARTERS, cron: '* * * * *' } },
      plan: { due: [0], omitted: ['-1 ×1 missed: a newer one is due'], watermark: 0, nextWake: 1 },
    },
    {
      title: 'between two slots nothing is due',
      ask: { watermarkMs: NOON_MS, nowMs: at(14) },
      plan: { due: [], omitted: [], watermark: 14, nextWake: 15 },
    },
    {
      title: 'a canary never planned starts with its next slot',
      ask: { watermarkMs: undefined },
      plan: { due: [], omitted: [], watermark: 0, nextWake: 15 },
    },
    {
      title: 'of several slots the newest is due, the others were missed',
      ask: { watermarkMs: at(-31), nowMs: at(1) },
      plan: {
        due: [0],
        omitted: ['-30 ×1 missed: too late', '-15 ×1 missed: a newer one is due'],
        watermark: 1,
        nextWake: 15,
      },
    },
    {
      title: 'twice the time between two slots is too late, and not a moment before',
      ask: { watermarkMs: at(-1), nowMs: at(30) - 1, schedule: { ...QUARTERS, cron: '0,15 12 * * *' } },
      plan: {
        due: [15],
        omitted: ['0 ×1 missed: a newer one is due'],
        watermark: 30 - 1 / 60_000,
        nextWake: 1_440,
      },
    },
    {
      title: 'that is too late, then',
      ask: { watermarkMs: at(-1), nowMs: at(30), schedule: { ...QUARTERS, cron: '0,15 12 * * *' } },
      plan: { due: [15], omitted: ['0 ×1 missed: too late'], watermark: 30, nextWake: 1_440 },
    },
    {
      title: 'five minutes are allowed in any case',
      ask: { watermarkMs: at(-1), nowMs: at(5) - 1, schedule: { ...QUARTERS, cron: '0,1 12 * * *' } },
      plan: {
        due: [1],
        omitted: ['0 ×1 missed: a newer one is due'],
        watermark: 5 - 1 / 60_000,
        nextWake: 1_440,
      },
    },
    {
      title: 'who asks for less gets it',
      ask: { watermarkMs: at(-1), nowMs: at(2), startingDeadlineMs: 2 * MINUTE_MS },
      plan: { due: [], omitted: ['0 ×1 missed: too late'], watermark: 2, nextWake: 15 },
    },
    {
      title: 'ten slots are passed one by one',
      ask: { watermarkMs: at(-165), nowMs: at(0) },
      plan: {
        due: [0],
        omitted: [
          ...[150, 135, 120, 105, 90, 75, 60, 45, 30].map((ago) => `-${ago} ×1 missed: too late`),
          '-15 ×1 missed: a newer one is due',
        ],
        watermark: 0,
        nextWake: 15,
      },
    },
    {
      title: 'eleven for one reason are passed together, by the first of them',
      ask: { watermarkMs: at(-196), nowMs: at(0) },
      plan: {
        due: [0],
        omitted: ['-195 ×12 missed: too late', '-15 ×1 missed: a newer one is due'],
        watermark: 0,
        nextWake: 15,
      },
    },
    {
      title: 'ten for one reason are not',
      ask: { watermarkMs: at(-165) - 1, nowMs: at(0) },
      plan: {
        due: [0],
        omitted: [
          ...[165, 150, 135, 120, 105, 90, 75, 60, 45, 30].map((ago) => `-${ago} ×1 missed: too late`),
          '-15 ×1 missed: a newer one is due',
        ],
        watermark: 0,
        nextWake: 15,
      },
    },
    {
      title: 'without catching up, a slot of two minutes ago is too late',
      ask: { nowMs: at(2), schedule: { ...QUARTERS, catchUp: 'none' } },
      plan: { due: [], omitted: ['0 ×1 missed: too late'], watermark: 2, nextWake: 15 },
    },
    {
      title: 'without catching up, one of less is due',
      ask: { nowMs: at(2) - 1, schedule: { ...QUARTERS, catchUp: 'none' } },
      plan: { due: [0], omitted: [], watermark: 2 - 1 / 60_000, nextWake: 15 },
    },
    {
      title: 'without catching up, who asks for less still gets it',
      ask: { nowMs: at(1), startingDeadlineMs: MINUTE_MS, schedule: { ...QUARTERS, catchUp: 'none' } },
      plan: { due: [], omitted: ['0 ×1 missed: too late'], watermark: 1, nextWake: 15 },
    },
    {
      title: 'a slot is skipped while a run is under way',
      ask: { running: true },
      plan: { due: [], omitted: ['0 ×1 skipped: overlap'], watermark: 0, nextWake: 15 },
    },
    {
      title: 'so are all that came meanwhile, but those that are too late',
      ask: { running: true, watermarkMs: at(-31) },
      plan: {
        due: [],
        omitted: ['-30 ×1 missed: too late', '-15 ×1 skipped: overlap', '0 ×1 skipped: overlap'],
        watermark: 0,
        nextWake: 15,
      },
    },
    {
      title: 'a slot that may queue waits for the run that is under way',
      ask: { running: true, schedule: { ...QUARTERS, overlap: 'queue' } },
      plan: { due: [], omitted: [], watermark: -1 / 60_000, nextWake: 15 },
    },
    {
      title: 'a newer slot takes its place',
      ask: {
        running: true,
        watermarkMs: NOON_MS - 1,
        nowMs: at(15),
        schedule: { ...QUARTERS, overlap: 'queue' },
      },
      plan: { due: [], omitted: ['0 ×1 skipped: overlap'], watermark: 15 - 1 / 60_000, nextWake: 30 },
    },
    {
      title: 'a slot that waited is due once the run has ended',
      ask: { watermarkMs: NOON_MS - 1, nowMs: at(14), schedule: { ...QUARTERS, overlap: 'queue' } },
      plan: { due: [0], omitted: [], watermark: 14, nextWake: 15 },
    },
    {
      title: 'a run and its cleanup is not too long to wait, without catching up either',
      ask: {
        watermarkMs: NOON_MS - 1,
        nowMs: at(3) - 1,
        schedule: { ...QUARTERS, overlap: 'queue', catchUp: 'none' },
      },
      plan: { due: [0], omitted: [], watermark: 3 - 1 / 60_000, nextWake: 15 },
    },
    {
      title: 'more than that is',
      ask: {
        watermarkMs: NOON_MS - 1,
        nowMs: at(3),
        schedule: { ...QUARTERS, overlap: 'queue', catchUp: 'none' },
      },
      plan: { due: [], omitted: ['0 ×1 missed: too late'], watermark: 3, nextWake: 15 },
    },
    {
      title: 'a run that is confirmed by another may take twice as long, and the pause',
      ask: {
        watermarkMs: NOON_MS - 1,
        nowMs: at(4.5) - 1,
        confirmMs: 30_000,
        schedule: { ...QUARTERS, overlap: 'queue', catchUp: 'none' },
      },
      plan: { due: [0], omitted: [], watermark: 4.5 - 1 / 60_000, nextWake: 15 },
    },
    {
      title: 'but no more',
      ask: {
        watermarkMs: NOON_MS - 1,
        nowMs: at(4.5),
        confirmMs: 30_000,
        schedule: { ...QUARTERS, overlap: 'queue', catchUp: 'none' },
      },
      plan: { due: [], omitted: ['0 ×1 missed: too late'], watermark: 4.5, nextWake: 15 },
    },
    {
      title: 'a watermark a little ahead of the clock is waited for',
      ask: { watermarkMs: at(5), nowMs: at(0) },
      plan: { due: [], omitted: [], watermark: 5, nextWake: 15 },
    },
    {
      title: 'nor is one of its slots planned again, when the clock has gone back before it',
      ask: { watermarkMs: at(1), nowMs: at(-1) },
      plan: { due: [], omitted: [], watermark: 1, nextWake: 15 },
    },
    {
      title: 'a schedule that is changed has no past',
      ask: { watermarkMs: at(1), nowMs: at(2), schedule: { ...QUARTERS, cron: '*/2 * * * *' } },
      plan: { due: [2], omitted: [], watermark: 2, nextWake: 4 },
    },
    {
      title: 'a part of a millisecond is none',
      ask: { watermarkMs: at(1), nowMs: at(2) + 0.75, schedule: { ...QUARTERS, cron: '*/2 * * * *' } },
      plan: { due: [2], omitted: [], watermark: 2, nextWake: 4 },
    },
  ])('$title', ({ ask, plan }) => {
    expect(minutesOf(planned(ask))).toEqual(plan);
  });

  it('does nothing by a clock that is more than five minutes behind what was planned', () => {
    expect(planOf(asked({ watermarkMs: NOON_MS + 5 * MINUTE_MS + 1 }))).toEqual({
      fault: 'clock',
      message:
        "The clock says 2026-11-24 12:00:00 UTC, but the slots of 'test-canary' are planned up to " +
        "2026-11-24 12:05 UTC, so nothing is planned until it is past that. Set this machine's clock right. " +
        "If this machine's clock is right, run 'coalmine state reset-clock'.",
    });
  });

  it('gives a slot out when its jitter is over, and keeps it until then', () => {
    const schedule: Schedule = { ...QUARTERS, jitterMs: 10 * MINUTE_MS };
    const laterMs = notBeforeMs(schedule, 'test-canary', 0);
    const before = planned({ schedule, nowMs: NOON_MS + laterMs - 1 });

    const then = planned({ schedule, nowMs: NOON_MS + laterMs, watermarkMs: before.watermarkMs });

    expect(laterMs).toBeGreaterThan(1_000);
    expect(before).toEqual({
      due: [],
      omitted: [],
      watermarkMs: NOON_MS - 1,
      nextWakeMs: NOON_MS + laterMs,
    });
    expect(then).toEqual({
      due: [{ slotAtMs: NOON_MS, notBeforeMs: NOON_MS + laterMs }],
      omitted: [],
      watermarkMs: NOON_MS,
      nextWakeMs: NOON_MS + 15 * MINUTE_MS + laterMs,
    });
  });

  describe('ahead of time', () => {
    it.each<{ title: string; ask: Ask; due: readonly number[]; nextWake: number }>([
      { title: 'hands out a slot whose turn comes soon', ask: { nowMs: at(14) }, due: [0, 15], nextWake: 30 },
      { title: 'and no other', ask: { nowMs: at(13), watermarkMs: at(1) }, due: [], nextWake: 15 },
      {
        title: 'of a canary never planned too',
        ask: { nowMs: at(14), watermarkMs: undefined },
        due: [15],
        nextWake: 30,
      },
      {
        title: 'though a run is under way',
        ask: { nowMs: at(14), watermarkMs: at(1), running: true },
        due: [15],
        nextWake: 30,
      },
      {
        title: 'unless runs of it queue, and one is due or under way',
        ask: { nowMs: at(14), schedule: { ...QUARTERS, overlap: 'queue' } },
        due: [0],
        nextWake: 15,
      },
    ])('$title', ({ ask, due, nextWake }) => {
      const plan = minutesOf(planned({ aheadMs: MINUTE_MS, ...ask }));

      expect(plan).toMatchObject({ due, nextWake });
    });

    it('says which slot the next one overtakes, if that is still open at its turn', () => {
      const { due, watermarkMs } = planned({ aheadMs: MINUTE_MS, nowMs: at(14) });

      expect(due.map(({ overtakes }) => overtakes)).toEqual([undefined, NOON_MS]);
      expect(watermarkMs).toBe(at(14));
    });

    it('comes to an end with the schedule', () => {
      const last = (...[schedule, canary, afterMs]: Parameters<typeof nextSlotMs>): number | undefined => {
        const slotAtMs = nextSlotMs(schedule, canary, afterMs) as number;
        return slotAtMs > at(15) ? undefined : slotAtMs;
      };

      const plan = planOf(asked({ nowMs: at(14), watermarkMs: at(1), aheadMs: MINUTE_MS }), last);

      expect(plan).toMatchObject({ due: [{ slotAtMs: at(15) }], nextWakeMs: undefined });
    });
  });

  it('comes to an end with a schedule that ends', () => {
    const last = (...[schedule, canary, afterMs]: Parameters<typeof nextSlotMs>): number | undefined => {
      const slotAtMs = nextSlotMs(schedule, canary, afterMs) as number;
      return slotAtMs > NOON_MS ? undefined : slotAtMs;
    };

    const plan = planOf(asked({ nowMs: NOON_MS + MINUTE_MS }), last);

    expect(plan).toMatchObject({ due: [{ slotAtMs: NOON_MS }], nextWakeMs: undefined });
  });
});

describe('lastSlotMs', () => {
  it('gives the last of so many slots in a row, however far that is', () => {
    const schedules: readonly Schedule[] = [
      { everyMs: 90_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' },
      { cron: '0,7 */5 * * 1-5', timezone: 'Europe/Berlin', jitterMs: 0, overlap: 'skip', catchUp: 'latest' },
    ];
    for (const schedule of schedules) {
      const slots = slotsBetween(schedule, 'a', Date.UTC(2026, 2, 20), Date.UTC(2026, 3, 20)).slice(0, 400);
      for (const count of [1, 2, 3, 11, 150, slots.length])
        expect(lastSlotMs({ name: 'a', schedule }, { slotAtMs: slots[0] as number, count })).toBe(
          slots[count - 1],
        );
    }
  });
});

describe('what a plan costs', () => {
  it.each<{ title: string; ask: Ask; missed: number }>([
    { title: 'each minute', ask: { schedule: { everyMs: MINUTE_MS, ...REST } }, missed: 5_260_319 },
    {
      title: 'each minute, with an hour’s deadline',
      ask: { schedule: { everyMs: MINUTE_MS, ...REST }, startingDeadlineMs: HOUR_MS },
      missed: 5_260_319,
    },
    {
      title: 'each minute by cron',
      ask: { schedule: { ...QUARTERS, cron: '* * * * *' } },
      missed: 5_260_319,
    },
    {
      title: 'each minute of one hour a day, with a month’s deadline',
      ask: { schedule: { ...QUARTERS, cron: '0-59 3 * * *' }, startingDeadlineMs: 30 * DAY_MS },
      missed: 3_653 * 60 - 1,
    },
  ])('does not grow with ten years of sleep: $title', ({ ask, missed }) => {
    let calls = 0;
    const counting: typeof nextSlotMs = (...args) => {
      calls += 1;
      return nextSlotMs(...args);
    };

    const plan = planOf(asked({ watermarkMs: NOON_MS - 3_653 * DAY_MS, ...ask }), counting) as SlotPlan;

    expect(plan.due).toHaveLength(1);
    expect(plan.omitted.reduce((sum, { count }) => sum + count, 0)).toBe(missed);
    expect(calls).toBeLessThanOrEqual(61);
  });
});

const schedules = fc.record({
  every: fc.option(fc.integer({ min: 10_000, max: 3 * HOUR_MS })),
  cron: fc.constantFrom('*/5 * * * *', '0,20,40 1-3 * * *', '0 */6 * * *', '30 2 * * *', '* 3 * * *'),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo'),
  jitterMs: fc.constantFrom(0, 0, 30_000, HOUR_MS),
  overlap: fc.constantFrom('skip', 'queue'),
  catchUp: fc.constantFrom('latest', 'none'),
});

function scheduleOf({
  every,
  cron,
  timezone,
  ...rest
}: typeof schedules extends fc.Arbitrary<infer T> ? T : never) {
  return every === null ? { cron, timezone, ...rest } : { everyMs: every, ...rest };
}

const starts = fc.constantFrom('2026-03-28T12:00Z', '2026-10-24T12:00Z', '2026-04-04T10:00Z').map(Date.parse);
const steps = fc.array(
  fc.record({
    byMs: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE_MS }) },
      { weight: 2, arbitrary: fc.integer({ min: -HOUR_MS, max: HOUR_MS }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * DAY_MS }) },
      { weight: 1, arbitrary: fc.constant(-1) },
    ),
    running: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Walks along the slots of a plan; throws if one is left out, or does not exist. */
function follow(plan: SlotPlan, schedule: Schedule, afterMs: number): number {
  const counted = [...plan.omitted, ...plan.due.map(({ slotAtMs }) => ({ slotAtMs, count: 1 }))];
  let lastMs = afterMs;
  for (const [index, { slotAtMs, count }] of counted.entries()) {
    expect(slotAtMs).toBe(nextSlotMs(schedule, 'test-canary', lastMs));
    lastMs = count === 1 ? slotAtMs : (counted[index + 1]?.slotAtMs ?? plan.watermarkMs + 1) - 1;
    expect(countSlots(schedule, 'test-canary', slotAtMs - 1, lastMs)).toBe(count);
  }
  expect(countSlots(schedule, 'test-canary', lastMs, plan.watermarkMs)).toBe(0);
  return counted.reduce((sum, { count }) => sum + count, 0);
}

describe('over any walk of the clock', () => {
  it('every slot is recorded once, and the watermark never goes back', () => {
    fc.assert(
      fc.property(schedules, starts, steps, (shape, startMs, walk) => {
        const schedule = scheduleOf(shape) as Schedule;
        let nowMs = startMs;
        let watermarkMs = startMs;
        let counted = 0;
        for (const { byMs, running } of walk) {
          nowMs += byMs;
          const plan: Plan = planOf(asked({ schedule, nowMs, watermarkMs, running }));
          if ('fault' in plan) {
            expect(nowMs).toBeLessThan(watermarkMs - 5 * MINUTE_MS);
            continue;
          }
          expect(plan.watermarkMs).toBeGreaterThanOrEqual(watermarkMs);
          expect(plan.watermarkMs).toBeLessThanOrEqual(Math.max(watermarkMs, nowMs));
          counted += follow(plan, schedule, watermarkMs);
          for (const due of plan.due) {
            expect(due.notBeforeMs).toBe(notBeforeMs(schedule, 'test-canary', due.slotAtMs));
            expect(due.notBeforeMs).toBeLessThanOrEqual(nowMs);
            expect(running).toBe(false);
          }
          expect(plan.nextWakeMs).toBeGreaterThan(Math.min(nowMs, plan.watermarkMs));
          watermarkMs = plan.watermarkMs;
        }
        expect(counted).toBe(countSlots(schedule, 'test-canary', startMs, watermarkMs));
      }),
      { numRuns: sampleSize({ small: 60, full: 200 }) },
    );
  });

  it('a timer that sleeps until the next plan runs every slot, at its moment', () => {
    fc.assert(
      fc.property(schedules, starts, (shape, startMs) => {
        const schedule = scheduleOf(shape) as Schedule;
        const run: number[] = [];
        let plan = planned({ schedule, nowMs: startMs, watermarkMs: undefined });
        for (let woken = 0; woken < 30; woken += 1) {
          const nowMs = plan.nextWakeMs as number;
          plan = planned({ schedule, nowMs, watermarkMs: plan.watermarkMs });
          expect(plan.omitted).toEqual([]);
          expect(plan.due).toMatchObject([{ notBeforeMs: nowMs }]);
          run.push(...plan.due.map(({ slotAtMs }) => slotAtMs));
        }
        expect(run).toEqual(slotsBetween(schedule, 'test-canary', startMs, run.at(-1) as number));
      }),
      { numRuns: sampleSize({ small: 15, full: 50 }) },
    );
  });

  it('no two runs of a canary are under way at once, and one that may queue gets its turn', () => {
    const lasts = fc.array(fc.integer({ min: 1, max: 12 * MINUTE_MS }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(schedules, starts, lasts, (shape, startMs, durations) => {
        const schedule = scheduleOf({ ...shape, every: 5 * MINUTE_MS }) as Schedule;
        let [watermarkMs, endsMs, runs] = [startMs, startMs, 0];
        let waiting = false;
        for (let nowMs = startMs; runs < durations.length; nowMs += MINUTE_MS) {
          const running = nowMs < endsMs;
          const plan = planned({ schedule, nowMs, watermarkMs, running });
          expect(plan.due.length).toBeLessThanOrEqual(running ? 0 : 1);
          if (waiting && !running) expect(plan.due).toHaveLength(1);
          waiting = countSlots(schedule, 'test-canary', plan.watermarkMs, nowMs - jitterOf(schedule)) > 0;
          if (waiting) expect([schedule.overlap, running]).toEqual(['queue', true]);
          if (plan.due.length > 0) {
            endsMs = nowMs + Math.min(durations[runs] as number, waitedFor(schedule));
            runs += 1;
          }
          watermarkMs = plan.watermarkMs;
        }
      }),
      { numRuns: sampleSize({ small: 15, full: 50 }) },
    );
  });
});

function jitterOf(schedule: Schedule): number {
  return notBeforeMs(schedule, 'test-canary', 0);
}

/** A run ends with its time at the latest: its timeout and cleanup are a minute in these tests. */
function waitedFor({ overlap, catchUp }: Schedule): number {
  return overlap === 'queue' && catchUp === 'none' ? MINUTE_MS : Number.POSITIVE_INFINITY;
}
