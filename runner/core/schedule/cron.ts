import { type Cron, daysAYear, MONTH_LENGTHS, nextMatchMs } from './calendar.ts';
import {
  type DayTest,
  dayTest,
  FIELDS,
  fieldFault,
  membersOf,
  type ScheduleFault,
  weekdayTest,
} from './cron-fields.ts';

/** Macros of crontab. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * SUN'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

const ORDER = 'minute hour day month weekday';

/**
 * The fault of a five-field cron expression; undefined if it is valid. It is checked before cron-parser sees it. That one reads
 * four fields, six fields and an empty text as something else than was meant (measured on 5.10.5).
 */
export function cronFault(cron: string): ScheduleFault | undefined {
  const parts = partsOf(cron);
  if (parts.length === 6 && (cron.includes('?') || /^\d{4}$|^\*$/.test(parts[5] as string))) {
    return {
      message: `'${cron}' is not a 5-field cron`,
      hint: `this is AWS 6-field cron; write five fields: ${ORDER}`,
    };
  }
  if (parts.length !== FIELDS.length) {
    const macro = MACROS.get(cron.trim());
    return {
      message: `'${cron}' is not a 5-field cron: it has ${parts.length === 1 ? 'one field' : `${parts.length} fields`}`,
      hint: macro === undefined ? `write five fields: ${ORDER}` : `write "${macro}"`,
    };
  }
  for (const [index, field] of FIELDS.entries()) {
    const fault = fieldFault(parts[index] as string, field);
    if (fault !== undefined) return fault;
  }
  if (nextMatchMs(cronOf(cron), SEARCH_FROM_MS) !== undefined) return undefined;
  return { message: `'${cron}' is never due`, hint: 'no month has that day' };
}

/**
 * The doubt about a valid cron: day and weekday are both restricted, which is rarely due on the days that were meant. Undefined if there is
 * none.
 */
export function cronDoubt(cron: string): ScheduleFault | undefined {
  const [minute, hour, day, month, weekday] = partsOf(cron) as CronParts;
  if (day === '*' || weekday === '*') return undefined;
  const effect = needsBoth(day, weekday)
    ? `is due only on days that '${day}' and '${weekday}' both name`
    : `is due on each day that '${day}' or '${weekday}' names`;
  const week = WEEKS.get(day);
  const meant = week !== undefined && /^([0-6]|[a-z]{3})$/i.test(weekday);
  return {
    message: `'${cron}' ${effect}: about ${Math.round(daysAYear(cronOf(cron)))} days a year`,
    hint: meant
      ? `write '${minute} ${hour} * ${month} ${weekday}#${week}' for one ${weekday} a month, or * for the day or the weekday`
      : 'write * for the day or the weekday; FRI#2 is the second Friday of a month, FRI#L the last, L the last day',
  };
}

/** Ranges of days that hold each weekday once, and its number in the month. */
const WEEKS: ReadonlyMap<string, string> = new Map([
  ['1-7', '1'],
  ['8-14', '2'],
  ['15-21', '3'],
  ['22-28', '4'],
  ['24-30', 'L'],
  ['25-31', 'L'],
]);

const SEARCH_FROM_MS = Date.UTC(2024, 0, 1);

export function cronOf(text: string): Cron {
  const known = crons.get(text);
  if (known !== undefined) return known;
  const [minute, hour, day, month, weekday] = partsOf(text) as CronParts;
  const minutes = membersOf('minute', minute.split(','));
  const cron: Cron = {
    minutes: membersOf('hour', hour.split(',')).flatMap((one) => minutes.map((other) => one * 60 + other)),
    months: new Set(membersOf('month', month.split(','))),
    days: dueDaysOf(day, weekday),
    isContinuous: minute.startsWith('*') || hour.startsWith('*'),
  };
  crons.set(text, cron);
  return cron;
}

/** Cached by text: a fleet has few. */
const crons = new Map<string, Cron>();

/** The due days of a month, by its length and the weekday of its first day. */
function dueDaysOf(day: string, weekday: string): Cron['days'] {
  const [isDay, isWeekday] = [dayTest(day), weekdayTest(weekday)];
  const both = needsBoth(day, weekday);
  const isDue: DayTest = (one) => (both ? isDay(one) && isWeekday(one) : isDay(one) || isWeekday(one));
  return MONTH_LENGTHS.map((length) =>
    WEEKDAYS.map((first) =>
      bitsOf(
        ALL_DAYS.filter((index) => index < length && isDue({ index, length, weekday: (first + index) % 7 })),
      ),
    ),
  );
}

/** Both day fields must match if one of the two begins with `*`; otherwise one of them is enough. */
function needsBoth(day: string, weekday: string): boolean {
  return day.startsWith('*') || weekday.startsWith('*');
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const ALL_DAYS = Array.from({ length: 31 }, (_, index) => index);

function bitsOf(indices: readonly number[]): number {
  return indices.reduce((bits, index) => bits | (1 << index), 0);
}

type CronParts = readonly [string, string, string, string, string];

function partsOf(cron: string): readonly string[] {
  return cron.trim().split(/\s+/).filter(Boolean);
}
