/**
 * The slots of a cron near a clock change, found the slow way: every minute is read on the zone's own clock. It shares nothing with the
 * planner, not even the parser of the fields.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const AROUND_MS = 24 * HOUR_MS; // compared, on either side of a moment
const MARGIN_MS = 12 * HOUR_MS; // margin of the scan, so that the compared part is whole

/** A piece of time, minute by minute. */
export interface Scan {
  readonly zone: string;
  /** The slots after this moment and up to the next one are to be compared. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly firstMs: number;
  /** For each minute from `firstMs`, the local time, as minutes since 1970 if it were UTC. */
  readonly shown: Int32Array;
  /** For each time that the clocks show, the first minute that shows it. */
  readonly first: ReadonlyMap<number, number>;
}

/** Shapes of schedules that meet a change of clocks in their own ways. */
export const SHAPES: readonly string[] = [
  ...['* * * * *', '*/2 * * * *', '*/7 * * * *', '*/15 * * * *', '*/30 * * * *', '0 * * * *', '30 * * * *'],
  ...[
    '15,45 * * * *',
    '59 * * * *',
    '0 */2 * * *',
    '30 */3 * * *',
    '5 */5 * * *',
    '*/15 2 * * *',
    '* 3 * * *',
  ],
  ...['*/20 1-3 * * *', '*/10 0 * * *', '* 23 * * *', '0 0 * * *', '30 0 * * *', '45 0 * * *', '30 1 * * *'],
  ...[
    '0 2 * * *',
    '1 2 * * *',
    '15 2 * * *',
    '30 2 * * *',
    '59 2 * * *',
    '0 3 * * *',
    '30 3 * * *',
    '59 23 * * *',
  ],
  ...['0,30 1-4 * * *', '0-59/5 2,3 * * *', '0 0,1,2,3 * * *', '10-50/20 0-5 * * *', '0-59 0-23 * * *'],
  ...[
    '30 2 * * SUN',
    '30 2 * * 1-5/2',
    '0 2 1 * SUN',
    '30 1 */2 * SUN',
    '15 0 1-31/3 MAR-NOV *',
    '0 6 * * *',
  ],
  ...['30 2 L * *', '30 2 * * SUN#L', '0 2 * * 0L,MON#1', '15 2 1,L * SUN#4', '*/30 2 * * SUN#2'],
];

/** Scans the day before and the day after a moment. */
export function scanAround(zone: string, atMs: number): Scan {
  const middleMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  const [fromMs, untilMs] = [middleMs - AROUND_MS, middleMs + AROUND_MS];
  const firstMs = fromMs - MARGIN_MS;
  const shown = new Int32Array((untilMs + MARGIN_MS - firstMs) / MINUTE_MS);
  for (const index of shown.keys()) shown[index] = shownAt(zone, firstMs + index * MINUTE_MS);
  const first = new Map<number, number>();
  for (const [index, label] of shown.entries()) if (!first.has(label)) first.set(label, index);
  return { zone, fromMs, untilMs, firstMs, shown, first };
}

/** The slots of a cron that are to be compared. */
export function slotsByScan(cron: string, scan: Scan): readonly number[] {
  const { fromMs, untilMs, firstMs, shown, first } = scan;
  const isDue = readCron(cron);
  const [minute, hour] = cron.split(' ') as [string, string];
  const found = new Set<number>();
  if (minute.startsWith('*') || hour.startsWith('*')) {
    for (const [index, label] of shown.entries()) if (isDue(label)) found.add(index);
  } else {
    const lastLabel = shown.at(-1) as number;
    for (let label = shown[0] as number; label <= lastLabel; label += 1) {
      if (isDue(label)) found.add(first.get(label) ?? shown.findIndex((one) => one > label));
    }
  }
  return [...found]
    .map((index) => firstMs + index * MINUTE_MS)
    .filter((atMs) => atMs > fromMs && atMs <= untilMs)
    .toSorted((a, b) => a - b);
}

/** The clock changes of a zone between two moments; one that is undone within a day is not seen. */
export function changesOf(zone: string, fromMs: number, untilMs: number): readonly number[] {
  const found: number[] = [];
  for (let dayMs = fromMs; dayMs < untilMs; dayMs += DAY_MS) {
    if (offsetAt(zone, dayMs) === offsetAt(zone, dayMs + DAY_MS)) continue;
    let [low, high] = [dayMs, dayMs + DAY_MS];
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / MINUTE_MS / 2) * MINUTE_MS;
      if (offsetAt(zone, middle) === offsetAt(zone, dayMs)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

function shownAt(zone: string, atMs: number): number {
  return atMs / MINUTE_MS + offsetAt(zone, atMs);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** In minutes. */
function offsetAt(zone: string, atMs: number): number {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  const [, sign = '+', hours = '0', minutes = '0'] =
    /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(atMs)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function readCron(cron: string): (label: number) => boolean {
  const [minute, hour, day, month, weekday] = cron.split(' ') as [string, string, string, string, string];
  const [minutes, hours] = [members(minute, 0, 59), members(hour, 0, 23)];
  const [days, weekdays] = [members(day, 1, 31), members(weekday, 0, 6, DAYS)];
  const months = members(month, 1, 12, ['', ...NAMES]);
  const both = day.startsWith('*') || weekday.startsWith('*');
  return (label) => {
    if (minutes[((label % 60) + 60) % 60] !== true) return false;
    const date = new Date(label * MINUTE_MS);
    if (hours[date.getUTCHours()] !== true || months[date.getUTCMonth() + 1] !== true) return false;
    const byDay =
      days[date.getUTCDate()] === true || day.split(',').some((part) => part === 'L' && isLast(date, 1));
    const byWeekday =
      weekdays[date.getUTCDay()] === true || weekday.split(',').some((part) => isNth(date, part));
    return both ? byDay && byWeekday : byDay || byWeekday;
  };
}

/** True if the day that lies that many days later is of another month. */
function isLast(date: Date, days: number): boolean {
  return new Date(date.getTime() + days * DAY_MS).getUTCMonth() !== date.getUTCMonth();
}

function isNth(date: Date, part: string): boolean {
  const [, name, nth] = /^(\w{1,3})(?:#)?([1-5L])$/.exec(part) ?? [];
  if (name === undefined || ![DAYS[date.getUTCDay()], String(date.getUTCDay())].includes(name)) return false;
  return nth === 'L' ? isLast(date, 7) : Math.ceil(date.getUTCDate() / 7) === Number(nth);
}

function members(text: string, low: number, high: number, names: readonly string[] = []): readonly boolean[] {
  const found: boolean[] = [];
  const numberOf = (one: string): number => (names.includes(one) ? names.indexOf(one) : Number(one));
  for (const part of text.split(',')) {
    const [range, step = '1'] = part.split('/') as [string, string?];
    const [from, to] = (range === '*' ? [low, high] : range.split('-').map(numberOf)) as [number, number?];
    for (let one = from; one <= (to ?? from); one += Number(step)) found[one] = true;
  }
  return found;
}
