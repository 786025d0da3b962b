/** The local times of a cron expression. */
export interface Cron {
  /** Minutes of the day, ascending. */
  readonly minutes: readonly number[];
  /** Months, from 1. */
  readonly months: ReadonlySet<number>;
  /** The due days of a month, by its length (`MONTH_LENGTHS`) and the weekday of its first day, from Sunday: bit 0 for the 1st. */
  readonly days: readonly (readonly number[])[];
  /** True if it counts elapsed time: a repeated hour counts twice and a skipped one not at all. */
  readonly isContinuous: boolean;
}

/** In days. */
export const MONTH_LENGTHS: readonly number[] = [28, 29, 30, 31];
const SHORTEST_MONTH = 28;

/** The reading of a local clock, as if it were UTC, in epoch milliseconds. */
export type LocalMs = number;

/** A month: its first day, counted from 1 January 1970, and its due days, bit 0 for the 1st. */
interface Month {
  readonly start: number;
  readonly due: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const DAY_MS = DAY_MINUTES * MINUTE_MS;
const LONGEST_SEARCH_MONTHS = 50 * 12; // no date that exists is rarer than 40 years
const THURSDAY = 4; // 1 January 1970

/** The first local time of a cron at or after another, or undefined if there is none within fifty years. */
export function nextMatchMs(cron: Cron, fromMs: LocalMs): LocalMs | undefined {
  const minute = Math.ceil(fromMs / MINUTE_MS);
  const today = Math.floor(minute / DAY_MINUTES);
  const left = howManyBefore(cron.minutes, minute - today * DAY_MINUTES);
  const day = nextDay(cron, left === cron.minutes.length ? today + 1 : today);
  if (day === undefined) return undefined;
  return day * DAY_MS + (cron.minutes[day === today ? left : 0] as number) * MINUTE_MS;
}

/** Number of local times of a cron from one to before a later one. Months are counted, not days. */
export function matchesIn(cron: Cron, fromMs: LocalMs, untilMs: LocalMs): number {
  const [fromDay, untilDay] = [Math.floor(fromMs / DAY_MS), Math.floor(untilMs / DAY_MS)];
  const lastMonth = monthOf(untilDay);
  let days = 0;
  for (let month = monthOf(fromDay); month <= lastMonth; month += 1) {
    const { start, due } = monthAt(cron, month);
    days += howManyBits(due & daysFrom(fromDay - start) & ~daysFrom(untilDay - start));
  }
  return days * cron.minutes.length + matchesOfDay(cron, untilMs) - matchesOfDay(cron, fromMs);
}

/** The shortest time between two local times of a cron that is ever due. */
export function shortestMatchGapMs(cron: Cron): number {
  const { minutes } = cron;
  let shortest = Number.POSITIVE_INFINITY;
  for (const [index, minute] of minutes.entries()) {
    shortest = Math.min(shortest, (minutes[index + 1] ?? Number.POSITIVE_INFINITY) - minute);
  }
  const overnight = (minutes[0] as number) - (minutes.at(-1) as number);
  return Math.min(shortest, shortestDayGap(cron) * DAY_MINUTES + overnight) * MINUTE_MS;
}

/** The number of due days of a cron in a year, as a mean of all years. */
export function daysAYear(cron: Cron): number {
  const days = matchesIn({ ...cron, minutes: [0] }, FIRST_DAY * DAY_MS, LAST_DAY * DAY_MS);
  return days / YEARS;
}

/** In days. The calendar repeats itself every 28 years until 2100. */
function shortestDayGap(cron: Cron): number {
  let shortest = Number.POSITIVE_INFINITY;
  let last = nextDay(cron, FIRST_DAY) as number;
  while (last < LAST_DAY && shortest > 1) {
    const next = nextDay(cron, last + 1) as number;
    shortest = Math.min(shortest, next - last);
    last = next;
  }
  return shortest;
}

const YEARS = 28;
const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY_MS;
const LAST_DAY = Date.UTC(2024 + YEARS, 0, 1) / DAY_MS;

/** The number of local times of that day before `untilMs`. */
function matchesOfDay(cron: Cron, untilMs: LocalMs): number {
  const day = Math.floor(untilMs / DAY_MS);
  if (nextDay(cron, day) !== day) return 0;
  return howManyBefore(cron.minutes, Math.ceil(untilMs / MINUTE_MS) - day * DAY_MINUTES);
}

/** The first due day at or after another; days are counted from 1970. */
function nextDay(cron: Cron, fromDay: number): number | undefined {
  const firstMonth = monthOf(fromDay);
  for (let month = firstMonth; month <= firstMonth + LONGEST_SEARCH_MONTHS; month += 1) {
    const { start, due } = monthAt(cron, month);
    const left = due & daysFrom(fromDay - start);
    if (left !== 0) return start + (31 - Math.clz32(left & -left));
  }
  return undefined;
}

/** Months are counted from the year 0. */
function monthAt({ months, days }: Cron, month: number): Month {
  const start = firstDayOf(month);
  if (!months.has((month % 12) + 1)) return { start, due: 0 };
  const weekday = (((start + THURSDAY) % 7) + 7) % 7;
  const length = firstDayOf(month + 1) - start;
  return { start, due: (days[length - SHORTEST_MONTH] as readonly number[])[weekday] as number };
}

function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function firstDayOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS;
}

/** The days of a month from one on, as bits; all if it lies before the month, none if after. */
function daysFrom(index: number): number {
  return index > 30 ? 0 : -1 << Math.max(0, index);
}

function howManyBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

/** The number of elements below a bound. */
function howManyBefore(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
