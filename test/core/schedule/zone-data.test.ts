import { describe, expect, it } from '@jest/globals';
import { isOldZoneData, zoneDataDays } from '../../../runner/core/schedule/zone-data.ts';

describe('time-zone data', () => {
  it.each([
    { version: '2026c', now: '2026-11-30', days: 151, isOld: true },
    { version: '2026f', now: '2026-11-30', days: 0, isOld: false },
    { version: '2026a', now: '2026-02-10', days: 4, isOld: false },
    { version: '2026b', now: '2026-08-20', days: 122, isOld: true },
    { version: '2025z', now: '2026-05-30', days: 149, isOld: true },
    { version: 'unknown', now: '2026-05-30', days: undefined, isOld: true },
  ])('of $version are $days days old on $now by their name', ({ version, now, days, isOld }) => {
    expect(zoneDataDays(version, Date.parse(now))).toBe(days);
    expect(isOldZoneData(version, Date.parse(now))).toBe(isOld);
  });
});
