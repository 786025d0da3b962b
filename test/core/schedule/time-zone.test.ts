import { describe, expect, it } from '@jest/globals';
import { stretchesOf, timezoneFault } from '../../../runner/core/schedule/time-zone.ts';

describe('timezoneFault', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'])('knows %s', (zone) => {
    expect(timezoneFault(zone)).toBeUndefined();
  });

  it.each(['EST', '+01:00', 'Europe/Berlim', 'europe', ''])('refuses %j', (zone) => {
    expect(timezoneFault(zone)?.hint).toBe('write one such as Europe/Berlin, or UTC');
  });
});

describe('stretchesOf', () => {
  const hours = (timezone: string, from: string, until: string): readonly unknown[] =>
    stretchesOf(timezone, Date.parse(from), Date.parse(until)).map(({ startMs, endMs, offsetMs }) => [
      new Date(startMs).toISOString().slice(0, 19),
      new Date(endMs).toISOString().slice(0, 19),
      offsetMs / 3_600_000,
    ]);

  it('finds every change of clocks to the second', () => {
    expect(hours('Europe/Berlin', '2026-01-01T00:00Z', '2027-01-01T00:00Z')).toEqual([
      ['2026-01-01T00:00:00', '2026-03-29T01:00:00', 1],
      ['2026-03-29T01:00:00', '2026-10-25T01:00:00', 2],
      ['2026-10-25T01:00:00', '2027-01-01T00:00:00', 1],
    ]);
  });

  it('begins with the stretch in which a moment lies, though it begins there', () => {
    expect(hours('Europe/Berlin', '2026-03-29T01:00Z', '2026-03-29T02:00Z')).toEqual([
      ['2026-03-29T01:00:00', '2026-03-29T02:00:00', 2],
    ]);
    expect(hours('Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T01:00Z')).toEqual([
      ['2026-03-29T00:00:00', '2026-03-29T01:00:00', 1],
    ]);
  });

  it.each([
    { timezone: 'UTC', at: '2026-07-01T12:34:56.789Z', offset: 0 },
    { timezone: 'Asia/Kathmandu', at: '2026-07-01T12:34:56.789Z', offset: 5.75 },
    { timezone: 'America/St_Johns', at: '2026-07-01T12:34:56.789Z', offset: -2.5 },
    { timezone: 'Pacific/Kiritimati', at: '1969-07-01T00:00Z', offset: -(10 + 40 / 60) },
  ])('knows that $timezone was $offset h from UTC at $at', ({ timezone, at, offset }) => {
    const atMs = Date.parse(at);

    expect(stretchesOf(timezone, atMs, atMs + 1)).toEqual([
      { startMs: atMs, endMs: atMs + 1, offsetMs: offset * 3_600_000 },
    ]);
  });
});
