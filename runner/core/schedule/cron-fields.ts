import { CronExpressionParser } from 'cron-parser';

/** The fault of a cron expression or its timezone, or a doubt about it. */
export interface ScheduleFault {
  readonly message: string;
  readonly hint: string;
}

interface Field {
  /** With its article, as a message needs it. */
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
  /** Elements that depend on the month, as a message names them. */
  readonly others: string;
  readonly isOther: (part: string) => boolean;
  readonly step: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const PLAIN = { others: '', isOther: () => false } as const;

const WEEKDAY: Field = {
  name: 'a weekday',
  low: 0,
  high: 6,
  names: DAYS,
  others: ', FRI#2 (the second of a month), FRI#L (the last)',
  isOther: (part) => weekdayOfMonth(part) !== undefined,
  step: '*/2',
};

/** The fields of a cron, in their order. */
export const FIELDS: readonly Field[] = [
  { name: 'a minute', low: 0, high: 59, names: [], ...PLAIN, step: '*/15' },
  { name: 'an hour', low: 0, high: 23, names: [], ...PLAIN, step: '*/6' },
  {
    name: 'a day',
    low: 1,
    high: 31,
    names: [],
    others: ', L (the last of a month)',
    isOther: (part) => LAST_DAY.test(part),
    step: '*/2',
  },
  { name: 'a month', low: 1, high: 12, names: MONTHS, ...PLAIN, step: '*/2' },
  WEEKDAY,
];

/** The fault of a field; undefined if it is valid. */
export function fieldFault(text: string, field: Field): ScheduleFault | undefined {
  const bad = text.split(',').find((part) => !isElement(part, field));
  if (bad === undefined) return undefined;
  const { name, low, high, names, others, step } = field;
  const named = names.length === 0 ? '' : ` or ${names[0]}-${names.at(-1)}`;
  if (names.length === 0 && Number(bad.replace(/^\*\//, '')) > high && bad.startsWith('*'))
    return {
      message: `'${bad}' is not ${name}: its step is longer than ${high}`,
      hint: `write every: with that interval, or ${name} of ${low}-${high}`,
    };
  if (bad === '7') return { message: "'7' is not a weekday", hint: 'write 0 or SUN for Sunday' };
  return {
    message: `'${bad}' is not ${name}`,
    hint: `${name} is ${low}-${high}${named}${others}, *, a range, a list, or a step such as ${step}`,
  };
}

/** A day in its month. */
export interface MonthDay {
  /** Days of the month before it. */
  readonly index: number;
  /** Days of the month. */
  readonly length: number;
  /** From 0, a Sunday. */
  readonly weekday: number;
}

export type DayTest = (day: MonthDay) => boolean;

/** The days that the third field of a cron names. */
export function dayTest(text: string): DayTest {
  const [last, plain] = split(text, (part) => LAST_DAY.test(part) || undefined);
  const days = new Set(membersOf('dayOfMonth', plain));
  return ({ index, length }) => days.has(index + 1) || (last.length > 0 && index === length - 1);
}

/** The days that the fifth field of a cron names. */
export function weekdayTest(text: string): DayTest {
  const [ofMonth, plain] = split(text, weekdayOfMonth);
  const weekdays = new Set(membersOf('dayOfWeek', plain));
  return ({ index, length, weekday }) =>
    weekdays.has(weekday) ||
    ofMonth.some(
      (one) =>
        one.weekday === weekday &&
        (one.nth === 'last' ? index + 7 >= length : Math.floor(index / 7) + 1 === one.nth),
    );
}

type FieldName = 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';

/** As cron-parser names them, in their order. */
const FIELD_NAMES: readonly FieldName[] = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'];

/** The numbers of a field, ascending. Each element is parsed by itself: cron-parser rejects a list that names a value twice. */
export function membersOf(name: FieldName, parts: readonly string[]): readonly number[] {
  return [...new Set(parts.flatMap((part) => elementOf(name, part)))].toSorted((a, b) => a - b);
}

function elementOf(name: FieldName, part: string): readonly number[] {
  const known = elements.get(`${name} ${part}`);
  if (known !== undefined) return known;
  const cron = FIELD_NAMES.map((one) => (one === name ? part : '*')).join(' ');
  const values = CronExpressionParser.parse(cron).fields[name].values.map(Number);
  elements.set(`${name} ${part}`, values);
  return values;
}

/** Cached by field and text: cron-parser takes a tenth of a millisecond for each. */
const elements = new Map<string, readonly number[]>();

/** The last day of a month. */
const LAST_DAY = /^L$/i;

/**
 * The second or last of a weekday in a month. They are not given to cron-parser, which does not take them in a list, nor `#L` (measured on
 * 5.10.5).
 */
const WEEKDAY_OF_MONTH = /^([0-6]|[a-z]{3})(?:L|#([1-5L]))$/i;

interface WeekdayOfMonth {
  readonly weekday: number;
  readonly nth: number | 'last';
}

function weekdayOfMonth(part: string): WeekdayOfMonth | undefined {
  const [matched, name = '', nth = 'L'] = WEEKDAY_OF_MONTH.exec(part) ?? [];
  const weekday = valueOf(name, WEEKDAY);
  if (matched === undefined || Number.isNaN(weekday)) return undefined;
  return { weekday, nth: /l/i.test(nth) ? 'last' : Number(nth) };
}

/** The elements of a list that a reader knows, as it reads them; and the others. */
function split<T>(
  text: string,
  read: (part: string) => T | undefined,
): readonly [readonly T[], readonly string[]] {
  const parts = text.split(',');
  return [parts.flatMap((part) => read(part) ?? []), parts.filter((part) => read(part) === undefined)];
}

function isElement(part: string, field: Field): boolean {
  if (field.isOther(part)) return true;
  const [range, step, ...more] = part.split('/');
  const [low, high = low, ...others] =
    range === '*' ? [field.low, field.high] : (range as string).split('-').map((one) => valueOf(one, field));
  return (
    more.length === 0 &&
    others.length === 0 &&
    isStep(step, field) &&
    isIn(low, field) &&
    isIn(high, field) &&
    (low as number) <= (high as number)
  );
}

function valueOf(text: string, field: Field): number {
  const named = field.names.indexOf(text.toUpperCase());
  if (named >= 0) return named + field.low;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

function isIn(value: number | undefined, field: Field): boolean {
  return value !== undefined && value >= field.low && value <= field.high;
}

function isStep(step: string | undefined, field: Field): boolean {
  return step === undefined || (/^\d{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= field.high);
}
