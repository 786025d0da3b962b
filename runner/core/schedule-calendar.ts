/** The local times that a cron expression names. */
export interface Cron {
  /** Minutes of the day, ascending. */
  readonly minutes: readonly number[];
  /** Days of the month, from 1. */
  readonly days: ReadonlySet<number>;
  /** Months, from 1. */
  readonly months: ReadonlySet<number>;
  /** Days of the week, from 0 for Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Whether a date must be right by day and by weekday; otherwise one of the two is enough. */
  readonly needsBoth: boolean;
  /** Whether it goes by elapsed time, so that a repeated hour counts twice and a skipped one not at all. */
  readonly isContinuous: boolean;
}

/** What a clock on the wall shows, as if it were UTC: epoch milliseconds of that reading. */
export type LocalMs = number;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const DAY_MS = DAY_MINUTES * MINUTE_MS;
const LONGEST_SEARCH_MONTHS = 50 * 12; // no date that exists is rarer than 40 years

/** The first local time of a cron at or after another, or undefined where there is none within fifty years. */
export function nextMatchMs(cron: Cron, fromMs: LocalMs): LocalMs | undefined {
  const minute = Math.ceil(fromMs / MINUTE_MS);
  const today = Math.floor(minute / DAY_MINUTES);
  const left = firstAtOrAfter(cron.minutes, minute - today * DAY_MINUTES);
  const day = nextDay(cron, left === cron.minutes.length ? today + 1 : today);
  if (day === undefined) return undefined;
  return day * DAY_MS + (cron.minutes[day === today ? left : 0] as number) * MINUTE_MS;
}

/** How many local times of a cron lie from one to before another. */
export function matchesIn(cron: Cron, fromMs: LocalMs, untilMs: LocalMs): number {
  let count = 0;
  const { minutes } = cron;
  for (
    let day = nextDay(cron, Math.floor(fromMs / DAY_MS));
    day !== undefined && day * DAY_MS < untilMs;
    day = nextDay(cron, day + 1)
  ) {
    const from = firstAtOrAfter(minutes, Math.ceil((fromMs - day * DAY_MS) / MINUTE_MS));
    count += firstAtOrAfter(minutes, Math.ceil((untilMs - day * DAY_MS) / MINUTE_MS)) - from;
  }
  return count;
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

const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY_MS;
const LAST_DAY = Date.UTC(2052, 0, 1) / DAY_MS;

/** The first day on which a cron is due, at or after another; days are counted from 1970. */
function nextDay(cron: Cron, fromDay: number): number | undefined {
  const from = new Date(fromDay * DAY_MS);
  const firstMonth = from.getUTCFullYear() * 12 + from.getUTCMonth();
  for (let month = firstMonth; month <= firstMonth + LONGEST_SEARCH_MONTHS; month += 1) {
    if (!cron.months.has((month % 12) + 1)) continue;
    const start = firstDayOf(month);
    const end = firstDayOf(month + 1);
    for (let day = Math.max(start, fromDay); day < end; day += 1) {
      if (isDue(cron, day, day - start + 1)) return day;
    }
  }
  return undefined;
}

/** 1 January 1970 was a Thursday. */
function isDue({ days, weekdays, needsBoth }: Cron, day: number, dayOfMonth: number): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return needsBoth
    ? days.has(dayOfMonth) && weekdays.has(weekday)
    : days.has(dayOfMonth) || weekdays.has(weekday);
}

/** Months are counted from the year 0. */
function firstDayOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS;
}

/** How many of some ascending numbers are less than a bound. */
function firstAtOrAfter(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
