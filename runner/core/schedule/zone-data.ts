/** An age of time-zone data at which newer data probably exist, in days. */
const OLD_DAYS = 120;
const DAY_MS = 86_400_000;
/** IANA publishes about five versions a year: 2024 had 2, 2022 had 7 (data.iana.org/time-zones/releases). */
const VERSIONS_A_YEAR = 5;

/**
 * Days since time-zone data were published, by the name of their version, such as `2026c`. The third version of a year counts as one of
 * July. Undefined for another name.
 */
export function zoneDataDays(version: string, nowMs: number): number | undefined {
  const [, year, letter] = /^(\d{4})([a-z])$/.exec(version) ?? [];
  if (year === undefined || letter === undefined) return undefined;
  const number = letter.charCodeAt(0) - 'a'.charCodeAt(0) + 0.5;
  const part = Math.min(1, number / VERSIONS_A_YEAR);
  return Math.max(0, Math.round((nowMs - Date.UTC(Number(year), 0, 1)) / DAY_MS - part * 365));
}

/** True if newer time-zone data probably exist; unknown data count as old. */
export function isOldZoneData(version: string, nowMs: number): boolean {
  const days = zoneDataDays(version, nowMs);
  return days === undefined || days > OLD_DAYS;
}
