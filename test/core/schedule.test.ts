import { describe, expect, it } from '@jest/globals';
import type { Schedule } from '../../runner/core/canary.ts';
import { cronFault, nextSlotMs, shortestGapMs, timezoneFault } from '../../runner/core/schedule.ts';

const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;

describe('cronFault', () => {
  it.each([
    '*/15 6-22 * * MON-FRI',
    '0 0 1 1 *',
    '5,10 * * * 0',
    '0 12 * JAN-MAR *',
    '1-59/2 0 * * *',
    '0 0 29 2 *',
  ])('has nothing against %s', (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  it.each([
    { cron: '0 12 * * ? *', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '0 12 * * MON 2026', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '', hint: 'write five fields: minute hour day month weekday' },
    { cron: '* * * *', hint: 'write five fields: minute hour day month weekday' },
    { cron: '1 2 3 4 5 6', hint: 'write five fields: minute hour day month weekday' },
    { cron: '60 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '* 24 * * *', hint: 'a hour is 0-23, *, a range, a list, or a step such as */15' },
    { cron: '* * 0 * *', hint: 'a day is 1-31, *, a range, a list, or a step such as */2' },
    { cron: '* * * FOO *', hint: 'a month is 1-12 or JAN-DEC, *, a range, a list, or a step such as */2' },
    { cron: '* * * * 7', hint: 'a weekday is 0-6 or SUN-SAT, *, a range, a list, or a step such as */15' },
    { cron: '*/90 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '*/0 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '5-1 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '1-2-3 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '1-99 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '*/2/3 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '? * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '0 0 30 2 *', hint: 'no month has that day' },
  ])('refuses $cron', ({ cron, hint }) => {
    expect(cronFault(cron)?.hint).toBe(hint);
  });
});

describe('timezoneFault', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'])('knows %s', (zone) => {
    expect(timezoneFault(zone)).toBeUndefined();
  });

  it.each(['EST', '+01:00', 'Europe/Berlim', 'europe', ''])('refuses %j', (zone) => {
    expect(timezoneFault(zone)?.hint).toBe('write one such as Europe/Berlin, or UTC');
  });
});

describe('slots', () => {
  it.each<{ schedule: Schedule; gapMs: number }>([
    { schedule: { everyMs: 300_000, ...REST }, gapMs: 300_000 },
    { schedule: { cron: '*/15 6-22 * * *', timezone: 'UTC', ...REST }, gapMs: 900_000 },
    { schedule: { cron: '0 0,12 * * *', timezone: 'UTC', ...REST }, gapMs: 43_200_000 },
  ])('lie at least $gapMs ms apart', ({ schedule, gapMs }) => {
    expect([shortestGapMs(schedule), shortestGapMs(schedule)]).toEqual([gapMs, gapMs]);
  });

  it('of an interval follow each other at its length, at a place of the canary’s own', () => {
    const schedule: Schedule = { everyMs: 60_000, ...REST };

    const first = nextSlotMs(schedule, 'a-canary', 1_000_000);
    const second = nextSlotMs(schedule, 'a-canary', first);

    expect(first).toBeGreaterThan(1_000_000);
    expect(second - first).toBe(60_000);
    expect(nextSlotMs(schedule, 'another', 1_000_000)).not.toBe(first);
  });

  it('of a cron follow its timezone', () => {
    const schedule: Schedule = { cron: '0 6 * * *', timezone: 'Europe/Berlin', ...REST };

    expect(new Date(nextSlotMs(schedule, 'x', Date.parse('2026-07-01T00:00:00Z'))).toISOString()).toBe(
      '2026-07-01T04:00:00.000Z',
    );
  });
});
