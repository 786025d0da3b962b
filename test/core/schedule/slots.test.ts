import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../../runner/core/model/canary.ts';
import { cronFault } from '../../../runner/core/schedule/cron.ts';
import { countSlots, nextSlotMs, slotsBetween } from '../../../runner/core/schedule/schedule.ts';
import { nextCronMs } from '../../../runner/core/schedule/slots.ts';
import { sampleSize } from '../../support/effort.ts';
import { changesOf, SHAPES, scanAround, slotsByScan } from '../../support/minute-oracle.ts';

const REST = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
const cronOf = (cron: string, timezone: string): Schedule => ({ cron, timezone, ...REST });

describe('a cron where clocks are changed', () => {
  it.each([
    {
      title: 'a time that is skipped is due as soon as the clocks go on',
      cron: '30 2 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-03-28T12:00Z',
      until: '2026-03-30T12:00Z',
      slots: ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    },
    {
      title:
        'times that are skipped fall together with each other, and with the time at which the clocks go on',
      cron: '0,20,40 1-3 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-03-29T00:30Z',
      until: '2026-03-29T12:00Z',
      slots: ['2026-03-29T00:40Z', '2026-03-29T01:00Z', '2026-03-29T01:20Z', '2026-03-29T01:40Z'],
    },
    {
      title: 'a time that is repeated is due the first time',
      cron: '30 2 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-10-24T12:00Z',
      until: '2026-10-26T12:00Z',
      slots: ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    },
    {
      title: 'asked in the repeated hour, it is not due again',
      cron: '30 2 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-10-25T01:15Z',
      until: '2026-10-26T01:30Z',
      slots: ['2026-10-26T01:30Z'],
    },
    {
      title: 'a continuous one is due in both of the repeated hours',
      cron: '*/30 2 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-10-24T12:00Z',
      until: '2026-10-25T12:00Z',
      slots: ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-25T01:00Z', '2026-10-25T01:30Z'],
    },
    {
      title: 'a continuous one is not due in an hour that is skipped',
      cron: '*/30 2 * * *',
      timezone: 'Europe/Berlin',
      from: '2026-03-28T12:00Z',
      until: '2026-03-30T00:00Z',
      slots: ['2026-03-30T00:00Z'],
    },
    {
      title: 'half an hour is enough for both',
      cron: '*/30 1-2 * * *',
      timezone: 'Australia/Lord_Howe',
      from: '2026-04-04T12:00Z',
      until: '2026-04-05T00:00Z',
      slots: [
        '2026-04-04T14:00Z',
        '2026-04-04T14:30Z',
        '2026-04-04T15:00Z',
        '2026-04-04T15:30Z',
        '2026-04-04T16:00Z',
      ],
    },
    {
      title: 'midnight may be what is skipped',
      cron: '0 0 * * *',
      timezone: 'Africa/Cairo',
      from: '2026-04-22T23:00Z',
      until: '2026-04-24T23:00Z',
      slots: ['2026-04-23T22:00Z', '2026-04-24T21:00Z'],
    },
    {
      title: 'a whole day may be',
      cron: '0 6 * * *',
      timezone: 'Pacific/Apia',
      from: '2011-12-29T00:00Z',
      until: '2011-12-31T00:00Z',
      slots: ['2011-12-29T16:00Z', '2011-12-30T10:00Z', '2011-12-30T16:00Z'],
    },
  ])('$title ($cron, $timezone)', ({ cron, timezone, from, until, slots }) => {
    const found = slotsBetween(cronOf(cron, timezone), 'x', Date.parse(from), Date.parse(until));

    expect(found.map((slot) => new Date(slot).toISOString().replace(':00.000Z', 'Z'))).toEqual(slots);
  });

  it('is due when a scan of every minute says so, in any zone, and is counted so', () => {
    const zones = [
      'Australia/Lord_Howe',
      'Asia/Beirut',
      'Africa/Cairo',
      'Antarctica/Troll',
      ...Intl.supportedValuesOf('timeZone'),
    ];
    const places = fc.sample(
      fc.record({
        zone: fc.oneof(fc.constantFrom(...zones), fc.constantFrom(...zones.slice(0, 4))),
        year: fc.integer({ min: 2024, max: 2030 }),
      }),
      { seed: 20_241_124, numRuns: 12 },
    );
    const windows = places.flatMap(({ zone, year }) => {
      const changes = changesOf(zone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
      return (changes.length === 0 ? [Date.UTC(year, 5, 1)] : changes).map((atMs) => ({ zone, atMs }));
    });
    windows.push({ zone: 'Pacific/Apia', atMs: Date.parse('2011-12-30T10:00Z') });

    const faults = windows.flatMap(({ zone, atMs }) => {
      const scan = scanAround(zone, atMs);
      return SHAPES.filter((cron) => {
        const schedule = cronOf(cron, zone);
        const expected = slotsByScan(cron, scan);
        const planned = slotsBetween(schedule, 'x', scan.fromMs, scan.untilMs);
        const counted = countSlots(schedule, 'x', scan.fromMs, scan.untilMs);
        return String(planned) !== String(expected) || counted !== expected.length;
      }).map((cron) => `${cron} in ${zone} around ${new Date(atMs).toISOString()}`);
    });

    expect(faults).toEqual([]);
    expect(SHAPES).toHaveLength(45);
    expect(windows.length).toBeGreaterThan(15);
  });
});

describe('nextCronMs', () => {
  const next = (cron: string, timezone: string, after: string): string | undefined => {
    const found = nextCronMs({ cron, timezone }, Date.parse(after));
    return found === undefined ? undefined : new Date(found).toISOString();
  };

  it.each([
    { cron: '0 0 29 2 *', after: '2096-03-01T00:00Z', slot: '2104-02-29T00:00:00.000Z' },
    { cron: '0 0 29 2 */7', after: '2088-03-01T00:00Z', slot: '2128-02-29T00:00:00.000Z' },
    { cron: '* 0 29 2 */7', after: '2088-03-01T00:00Z', slot: '2128-02-29T00:00:00.000Z' },
    { cron: '0 0 31 12 *', after: '2026-12-31T00:00Z', slot: '2027-12-31T00:00:00.000Z' },
    { cron: '0 0 13 * FRI', after: '2026-11-09T00:00Z', slot: '2026-11-13T00:00:00.000Z' },
    { cron: '0 0 */12 * FRI', after: '2026-11-13T00:00Z', slot: '2026-12-25T00:00:00.000Z' },
    { cron: '59 23 * * *', after: '1969-12-30T23:59Z', slot: '1969-12-31T23:59:00.000Z' },
  ])('finds $slot for $cron, however far', ({ cron, after, slot }) => {
    expect(next(cron, 'UTC', after)).toBe(slot);
  });

  it.each(['0 0 30 2 *', '* 0 31 4,6 *'])('finds none for %s', (cron) => {
    expect(next(cron, 'Europe/Berlin', '2026-01-01T00:00Z')).toBeUndefined();
  });

  it('comes after the moment by a millisecond, or by a part of one', () => {
    const slotAtMs = Date.parse('2026-11-24T10:00Z');
    const cron = { cron: '0 * * * *', timezone: 'UTC' };

    expect(nextCronMs(cron, slotAtMs - 1)).toBe(slotAtMs);
    expect(nextCronMs(cron, slotAtMs - 0.25)).toBe(slotAtMs);
    expect(nextCronMs(cron, slotAtMs)).toBe(slotAtMs + 3_600_000);
    expect(nextCronMs(cron, slotAtMs + 0.25)).toBe(slotAtMs + 3_600_000);
  });

  // The second Sunday of March, when New York's clocks go from 2:00 to 3:00.
  const SKIPPED = '2 8-14 3 */7';

  it('knows a cron that the clocks always skip', () => {
    expect(next(`* ${SKIPPED}`, 'America/New_York', '2026-01-01T00:00Z')).toBeUndefined();
    expect(next(`* ${SKIPPED}`, 'Europe/Berlin', '2026-01-01T00:00Z')).toBe('2026-03-08T01:00:00.000Z');
    expect(next(`0 ${SKIPPED}`, 'America/New_York', '2026-01-01T00:00Z')).toBe('2026-03-08T07:00:00.000Z');
  });
});

describe('any cron, in any zone, from any moment', () => {
  const field = (low: number, high: number): fc.Arbitrary<string> => {
    const value = fc.integer({ min: low, max: high });
    return fc.oneof(
      { weight: 3, arbitrary: fc.constant('*') },
      value.map(String),
      fc.integer({ min: 1, max: Math.max(2, high >> 1) }).map((step) => `*/${step}`),
      fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.array(value, { minLength: 1, maxLength: 4 }).map((list) => list.join(',')),
    );
  };
  const crons = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  const zones = fc.constantFrom(
    'UTC',
    ...Intl.supportedValuesOf('timeZone').filter((_, index) => index % 9 === 0),
  );
  const moments = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });

  it('has its next slot after the moment, and none between', () => {
    fc.assert(
      fc.property(crons, zones, moments, (cron, timezone, afterMs) => {
        const schedule = cronOf(cron, timezone);

        const slot = nextSlotMs(schedule, 'x', afterMs) as number;

        expect(cronFault(cron)).toBeUndefined();
        expect(slot).toBeGreaterThan(afterMs);
        expect(slot % 60_000).toBe(0);
        expect(nextSlotMs(schedule, 'x', Math.floor((afterMs + slot) / 2))).toBe(slot);
        expect(countSlots(schedule, 'x', afterMs, slot)).toBe(1);
        expect(countSlots(schedule, 'x', afterMs, slot - 1)).toBe(0);
      }),
      { numRuns: sampleSize({ small: 75, full: 300 }) },
    );
  });

  it('has the same slots whole and in parts, as many as are counted', () => {
    const hours = fc.integer({ min: 0, max: 60 * 3_600_000 });
    fc.assert(
      fc.property(crons, zones, moments, fc.tuple(hours, hours), (cron, timezone, a, [first, second]) => {
        const schedule = cronOf(cron, timezone);
        const [b, c] = [a + first, a + first + second];

        const whole = slotsBetween(schedule, 'x', a, c);

        expect([...slotsBetween(schedule, 'x', a, b), ...slotsBetween(schedule, 'x', b, c)]).toEqual(whole);
        expect(countSlots(schedule, 'x', a, c)).toBe(whole.length);
        expect(countSlots(schedule, 'x', c, a)).toBe(0);
      }),
      { numRuns: sampleSize({ small: 20, full: 60 }) },
    );
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'])(
    'has as many slots in ten years of %s as there are',
    (timezone) => {
      for (const cron of ['0 */6 * * *', '30 2,3 * * SUN', '15 0,1,2 1,15 * *', '*/45 1-2 * 3,4,10,11 *']) {
        const ask = [cronOf(cron, timezone), 'x', Date.UTC(2020, 0, 1), Date.UTC(2030, 0, 1)] as const;

        expect(countSlots(...ask)).toBe(slotsBetween(...ask).length);
      }
    },
  );
});
