import { describe, expect, it } from '@jest/globals';
import type { MaintenanceWindow } from '../../../runner/core/model/project.ts';
import {
  inMaintenance,
  maintenanceUntilMs,
  selects,
  windowsAhead,
} from '../../../runner/core/schedule/maintenance-window.ts';
import { changesOf, SHAPES, scanAround, slotsByScan } from '../../support/minute-oracle.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ORDERS = { canary: 'order-is-placed', tags: ['checkout', 'tier-1'] };

function windowOf(more: Partial<MaintenanceWindow>): MaintenanceWindow {
  return {
    cron: '0 2 * * SUN',
    timezone: 'Europe/Berlin',
    forMs: HOUR_MS,
    reason: 'weekly release',
    ...more,
  };
}

describe('inMaintenance', () => {
  it.each([
    { at: '2026-11-22T00:59:59.999Z', open: false },
    { at: '2026-11-22T01:00:00.000Z', open: true },
    { at: '2026-11-22T01:59:59.999Z', open: true },
    { at: '2026-11-22T02:00:00.000Z', open: false },
    { at: '2026-11-23T01:30:00.000Z', open: false },
  ])('is $open at $at for a window from two to three', ({ at, open }) => {
    const window = windowOf({});

    expect(inMaintenance([window], ORDERS, Date.parse(at))).toBe(open ? window : undefined);
  });

  it.each([
    {
      title: 'begins as soon as the clocks have skipped its beginning, and lasts as long as ever',
      cron: '30 2 * * *',
      from: '2026-03-29T01:00Z',
      until: '2026-03-29T02:00Z',
    },
    {
      title: 'begins once where its beginning is repeated',
      cron: '30 2 * * *',
      from: '2026-10-25T00:30Z',
      until: '2026-10-25T01:30Z',
    },
    {
      title: 'lasts an hour while the clocks are set back',
      cron: '0 2 * * *',
      from: '2026-10-25T00:00Z',
      until: '2026-10-25T01:00Z',
    },
  ])('$title', ({ cron, from, until }) => {
    const open = (atMs: number): boolean => inMaintenance([windowOf({ cron })], ORDERS, atMs) !== undefined;
    const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];

    expect([open(fromMs - 1), open(fromMs), open(untilMs - 1), open(untilMs)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([open(fromMs - HOUR_MS), open(untilMs + HOUR_MS)]).toEqual([false, false]);
  });

  it.each(['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago'])(
    'is a matter of the moment alone, around every change of clocks in %s',
    (timezone) => {
      const scans = changesOf(timezone, Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)).map((atMs) =>
        scanAround(timezone, atMs),
      );
      const crons = SHAPES.filter((_, index) => index % 5 === 0);
      const cases = scans.flatMap((scan) => crons.map((cron) => ({ scan, cron })));

      for (const { scan, cron } of cases) {
        const window = windowOf({ cron, timezone, forMs: 50 * MINUTE_MS });
        const starts = slotsByScan(cron, scan);
        for (let lookMs = scan.fromMs + HOUR_MS; lookMs < scan.untilMs; lookMs += 17 * MINUTE_MS) {
          const expected = starts.some((startMs) => startMs <= lookMs && lookMs < startMs + window.forMs);
          expect(inMaintenance([window], ORDERS, lookMs) !== undefined).toBe(expected);
        }
      }

      expect(cases).toHaveLength(18);
    },
  );

  it('is never so for a window that never opens', () => {
    expect(inMaintenance([windowOf({ cron: '0 0 30 2 *' })], ORDERS, 0)).toBeUndefined();
  });

  it('is so for the canaries that a window names, by the first window that does', () => {
    const open = { cron: '* * * * *' };
    const others = windowOf({ ...open, canaries: ['stock-is-counted', 'tag:warehouse'], reason: 'others' });
    const some = windowOf({ ...open, canaries: ['stock-is-counted', 'tag:tier-1'], reason: 'some' });
    const all = windowOf({ ...open, reason: 'all' });
    const shut = windowOf({ cron: '0 0 1 1 *', reason: 'shut' });

    expect(inMaintenance([shut, others, some, all], ORDERS, Date.UTC(2026, 5, 1))).toBe(some);
    expect(inMaintenance([others, all], ORDERS, Date.UTC(2026, 5, 1))).toBe(all);
    expect(inMaintenance([others], ORDERS, Date.UTC(2026, 5, 1))).toBeUndefined();
    expect(
      inMaintenance([windowOf({ ...open, canaries: [] })], ORDERS, Date.UTC(2026, 5, 1)),
    ).toBeUndefined();
  });
});

describe('selects', () => {
  it.each([
    { selector: 'order-is-placed', selected: true },
    { selector: 'order-is', selected: false },
    { selector: 'tag:checkout', selected: true },
    { selector: 'tag:check', selected: false },
    { selector: 'checkout', selected: false },
    { selector: 'tag:order-is-placed', selected: false },
  ])('takes $selector for the canary: $selected', ({ selector, selected }) => {
    expect(selects(selector, ORDERS)).toBe(selected);
  });
});

describe('maintenanceUntilMs', () => {
  const AT_MS = Date.parse('2026-11-22T01:30:00Z'); // a Sunday, half past two in Berlin
  const weekly = windowOf({});
  const longer = windowOf({ forMs: 2 * HOUR_MS });

  it.each([
    { title: 'is the end of the window that is open', windows: [weekly], until: '2026-11-22T02:00Z' },
    {
      title: 'is the latest end of those that are open',
      windows: [weekly, longer],
      until: '2026-11-22T03:00Z',
    },
    {
      title: 'asks neither windows that are closed nor those of other canaries',
      windows: [
        windowOf({ cron: '0 5 * * *' }),
        windowOf({ forMs: 9 * HOUR_MS, canaries: ['other'] }),
        weekly,
      ],
      until: '2026-11-22T02:00Z',
    },
  ])('$title', ({ windows, until }) => {
    expect(maintenanceUntilMs(windows, ORDERS, AT_MS)).toBe(Date.parse(until));
  });

  it('is nothing outside of all windows', () => {
    expect(maintenanceUntilMs([weekly], ORDERS, AT_MS + HOUR_MS)).toBeUndefined();
  });
});

describe('windowsAhead', () => {
  const shown = (window: MaintenanceWindow, at: string): readonly string[] =>
    windowsAhead(window, Date.parse(at), 2).map(({ fromMs, untilMs }) =>
      [fromMs, untilMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' to '),
    );

  it('begins with the window that is open', () => {
    const weekly = ['2026-11-22T01:00 to 2026-11-22T02:00', '2026-11-29T01:00 to 2026-11-29T02:00'];

    expect(shown(windowOf({}), '2026-11-22T00:30Z')).toEqual(weekly);
    expect(shown(windowOf({}), '2026-11-22T01:59Z')).toEqual(weekly);
    expect(shown(windowOf({}), '2026-11-22T02:00Z')[0]).toBe(weekly[1]);
  });

  it('of the last Friday of a month are those of that day alone', () => {
    expect(shown(windowOf({ cron: '0 22 * * FRI#L', timezone: 'UTC' }), '2026-01-01T00:00Z')).toEqual([
      '2026-01-30T22:00 to 2026-01-30T23:00',
      '2026-02-27T22:00 to 2026-02-27T23:00',
    ]);
  });

  it('are none of a cron that is never due', () => {
    expect(shown(windowOf({ cron: '0 0 30 2 *' }), '2026-01-01T00:00Z')).toEqual([]);
  });
});
