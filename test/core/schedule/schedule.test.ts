import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../../runner/core/model/canary.ts';
import {
  countSlots,
  later,
  nextSlotMs,
  notBeforeMs,
  shortestGapMs,
  slotsBetween,
} from '../../../runner/core/schedule/schedule.ts';

const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const NOON_MS = Date.parse('2026-07-01T12:00Z');

describe('slots', () => {
  it('of an interval follow each other at its length, at a place of the canary’s own', () => {
    const schedule: Schedule = { everyMs: 60_000, ...REST };

    const [first, second] = slotsBetween(schedule, 'a-canary', 1_000_000, 1_120_000) as [number, number];

    expect(first).toBeGreaterThan(1_000_000);
    expect(second - first).toBe(60_000);
    expect(nextSlotMs(schedule, 'another', 1_000_000)).not.toBe(first);
  });

  it('of an interval are the same on every machine, for ever', () => {
    // Fixed by example: a change of the hash moves every slot of every fleet.
    expect(nextSlotMs({ everyMs: 300_000, ...REST }, 'order-is-placed-once', NOON_MS)).toBe(
      NOON_MS + 156_525,
    );
  });

  it('of a cron follow its timezone', () => {
    const schedule: Schedule = { cron: '0 6 * * *', timezone: 'Europe/Berlin', ...REST };

    expect(nextSlotMs(schedule, 'x', Date.parse('2026-07-01T00:00Z'))).toBe(Date.parse('2026-07-01T04:00Z'));
  });

  it('after a moment, and up to another, are those of any two parts', () => {
    const moment = fc.integer({ min: -DAY_MS, max: 100_000 * DAY_MS });
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 400 * DAY_MS }),
        fc.string(),
        moment,
        fc.tuple(fc.nat(20), fc.nat(20)),
        (everyMs, canary, a, [first, second]) => {
          const schedule: Schedule = { everyMs, ...REST };
          const [b, c] = [
            a + Math.floor((first * everyMs) / 3),
            a + Math.floor(((first + second) * everyMs) / 3),
          ];

          const whole = slotsBetween(schedule, canary, a, c);

          expect([...slotsBetween(schedule, canary, a, b), ...slotsBetween(schedule, canary, b, c)]).toEqual(
            whole,
          );
          expect(whole.every((slot) => slot > a && slot <= c)).toBe(true);
          expect(countSlots(schedule, canary, a, c)).toBe(whole.length);
          expect(countSlots(schedule, canary, c, a)).toBe(0);
        },
      ),
    );
  });

  it('include one at the end and leave out one at the beginning', () => {
    const schedule: Schedule = { cron: '0 12 * * *', timezone: 'UTC', ...REST };

    expect(slotsBetween(schedule, 'x', NOON_MS, NOON_MS + DAY_MS)).toEqual([NOON_MS + DAY_MS]);
    expect(slotsBetween(schedule, 'x', NOON_MS - 1, NOON_MS + DAY_MS - 1)).toEqual([NOON_MS]);
  });

  it('of ten years are counted, not gone through', () => {
    const schedule: Schedule = { cron: '* * * * *', timezone: 'Europe/Berlin', ...REST };

    expect(countSlots(schedule, 'x', Date.UTC(2016, 0, 1), Date.UTC(2026, 0, 1))).toBe(3_653 * 1_440);
    expect(countSlots({ everyMs: MINUTE_MS, ...REST }, 'x', 0, 3_653 * DAY_MS)).toBe(3_653 * 1_440);
  });
});

describe('later', () => {
  it('lets pass what lies later, and what never comes', () => {
    expect([later(2, 1), later(undefined, 1)]).toEqual([2, undefined]);
  });

  it.each([1, 0, Number.NaN])('throws for %d after 1', (slotAtMs) => {
    expect(() => later(slotAtMs, 1)).toThrow('which would repeat it for ever');
  });
});

describe('shortestGapMs', () => {
  const cron = (text: string): Schedule => ({ cron: text, timezone: 'UTC', ...REST });

  it.each<{ schedule: Schedule; gapMs: number }>([
    { schedule: { everyMs: 300_000, ...REST }, gapMs: 300_000 },
    { schedule: cron('* * * * *'), gapMs: MINUTE_MS },
    { schedule: cron('*/15 6-22 * * *'), gapMs: 15 * MINUTE_MS },
    { schedule: cron('*/7 * * * *'), gapMs: 4 * MINUTE_MS },
    { schedule: cron('0 0,12 * * *'), gapMs: 720 * MINUTE_MS },
    { schedule: cron('5,50 0,23 * * *'), gapMs: 15 * MINUTE_MS },
    { schedule: cron('5,50 0,23 * * 1,3'), gapMs: 45 * MINUTE_MS },
    { schedule: cron('0 12 * * *'), gapMs: DAY_MS },
    { schedule: cron('0 12 * * 1,4'), gapMs: 3 * DAY_MS },
    { schedule: cron('0 12 1,31 * *'), gapMs: DAY_MS },
    { schedule: cron('0 12 31 * *'), gapMs: 31 * DAY_MS },
    { schedule: cron('0 12 1 * *'), gapMs: 28 * DAY_MS },
    { schedule: cron('0 12 29 2 *'), gapMs: 1_461 * DAY_MS },
    { schedule: cron('0 12 29 2 */7'), gapMs: 28 * 365.25 * DAY_MS },
  ])('of %j is formatted exactly', ({ schedule, gapMs }) => {
    expect([shortestGapMs(schedule), shortestGapMs(schedule)]).toEqual([gapMs, gapMs]);
  });

  it('is never longer than the planner’s own, but where the clocks are changed', () => {
    const fields = fc.constantFrom('0', '*/15', '5,50', '0-3', '7-59/13');
    const hours = fc.constantFrom('*', '0', '0,23', '*/5', '2,3');
    const days = fc.constantFrom('* * *', '1,31 * *', '* * 1,2', '15 * 3', '1 */2 *');
    fc.assert(
      fc.property(fields, hours, days, fc.integer({ min: 0, max: 3_650 }), (minute, hour, day, start) => {
        const schedule = cron(`${minute} ${hour} ${day}`);
        const fromMs = Date.UTC(2024, 0, 1) + start * DAY_MS;

        const slots = slotsBetween(schedule, 'x', fromMs, fromMs + 40 * DAY_MS);
        const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] as number));

        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(shortestGapMs(schedule));
      }),
    );
  });
});

describe('notBeforeMs', () => {
  const jittered = (jitterMs: number): Schedule => ({
    cron: '0 * * * *',
    timezone: 'UTC',
    ...REST,
    jitterMs,
  });
  const names = Array.from({ length: 10_000 }, (_, index) => `canary-${index}`);

  it('is the slot itself without jitter', () => {
    expect(notBeforeMs(jittered(0), 'x', NOON_MS)).toBe(NOON_MS);
  });

  it('lies later by what is the canary’s own, at every slot', () => {
    const schedule = jittered(30_000);
    const laterByMs = notBeforeMs(schedule, 'a-canary', NOON_MS) - NOON_MS;

    expect(laterByMs).toBeGreaterThan(0);
    expect(notBeforeMs(schedule, 'a-canary', NOON_MS + DAY_MS)).toBe(NOON_MS + DAY_MS + laterByMs);
    expect(notBeforeMs(schedule, 'another', NOON_MS) - NOON_MS).not.toBe(laterByMs);
    // Written down once, as for the slots.
    expect(notBeforeMs(schedule, 'order-is-placed-once', 0)).toBe(18_311);
  });

  it('never reaches the next slot', () => {
    const most = Math.max(...names.map((name) => notBeforeMs(jittered(5 * 3_600_000), name, 0)));

    expect(most).toBeLessThan(3_600_000);
    expect(most).toBeGreaterThan(3_590_000);
  });

  it.each<{ title: string; placeOf: (name: string) => number; spanMs: number }>([
    { title: 'jitter', placeOf: (name) => notBeforeMs(jittered(30_000), name, 0), spanMs: 30_000 },
    {
      title: 'the place of its interval',
      placeOf: (name) => nextSlotMs({ everyMs: 300_000, ...REST }, name, -1) as number,
      spanMs: 300_000,
    },
    {
      title: 'both',
      placeOf: (name) => {
        const schedule: Schedule = { everyMs: 60_000, ...REST, jitterMs: 60_000 };
        return notBeforeMs(schedule, name, nextSlotMs(schedule, name, -1) as number) % 60_000;
      },
      spanMs: 60_000,
    },
  ])('spreads ten thousand canaries evenly by $title', ({ placeOf, spanMs }) => {
    const buckets = Array.from({ length: 60 }, () => 0);
    for (const name of names) {
      const index = Math.floor((placeOf(name) / spanMs) * buckets.length);
      buckets[index] = (buckets[index] as number) + 1;
    }

    expect(Math.max(...buckets)).toBeLessThanOrEqual((1.3 * names.length) / buckets.length);
    expect(Math.min(...buckets)).toBeGreaterThan((0.7 * names.length) / buckets.length);
  });
});
