import { CronExpressionParser } from 'cron-parser';
import { type Cron, nextMatchMs } from './calendar.ts';

/** The fault of a cron expression or its timezone. */
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
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS: readonly Field[] = [
  { name: 'a minute', low: 0, high: 59, names: [] },
  { name: 'an hour', low: 0, high: 23, names: [] },
  { name: 'a day', low: 1, high: 31, names: [] },
  { name: 'a month', low: 1, high: 12, names: MONTHS },
  { name: 'a weekday', low: 0, high: 6, names: DAYS },
];

const ORDER = 'minute hour day month weekday';

/**
 * The fault of a five-field cron expression; undefined if it is valid. It is checked before cron-parser sees it. That one reads
 * four fields, six fields and an empty text as something else than was meant (measured on 5.10.5).
 */
export function cronFault(cron: string): ScheduleFault | undefined {
  const parts = partsOf(cron);
  if (parts.length === 6 && (cron.includes('?') || /^\d{4}$|^\*$/.test(parts[5] as string))) {
    return { message: `'${cron}' is not a 5-field cron`, hint: `this is AWS 6-field cron; write: ${ORDER}` };
  }
  if (parts.length !== FIELDS.length) {
    return { message: `'${cron}' is not a 5-field cron`, hint: `write five fields: ${ORDER}` };
  }
  for (const [index, field] of FIELDS.entries()) {
    const fault = fieldFault(parts[index] as string, field);
    if (fault !== undefined) return fault;
  }
  if (nextMatchMs(cronOf(cron), SEARCH_FROM_MS) !== undefined) return undefined;
  return { message: `'${cron}' is never due`, hint: 'no month has that day' };
}

const SEARCH_FROM_MS = Date.UTC(2024, 0, 1);

export function cronOf(text: string): Cron {
  const known = crons.get(text);
  if (known !== undefined) return known;
  const [minute, hour, day, month, weekday] = partsOf(text) as [string, string, string, string, string];
  const minutes = membersOf('minute', minute);
  const cron: Cron = {
    minutes: membersOf('hour', hour).flatMap((one) => minutes.map((other) => one * 60 + other)),
    months: new Set(membersOf('month', month)),
    days: dueDaysOf(day, weekday),
    isContinuous: minute.startsWith('*') || hour.startsWith('*'),
  };
  crons.set(text, cron);
  return cron;
}

/** Cached by text: a fleet has few. */
const crons = new Map<string, Cron>();

/** Both day fields must match if one of the two begins with `*`; otherwise one of them is enough. */
function dueDaysOf(day: string, weekday: string): readonly number[] {
  const days = bitsOf(membersOf('dayOfMonth', day).map((one) => one - 1));
  const weekdays = membersOf('dayOfWeek', weekday);
  const needsBoth = day.startsWith('*') || weekday.startsWith('*');
  return [0, 1, 2, 3, 4, 5, 6].map((first) => {
    const byWeekday = bitsOf(ALL_DAYS.filter((index) => weekdays.includes((first + index) % 7)));
    return needsBoth ? days & byWeekday : days | byWeekday;
  });
}

const ALL_DAYS = Array.from({ length: 31 }, (_, index) => index);

function bitsOf(indices: readonly number[]): number {
  return indices.reduce((bits, index) => bits | (1 << index), 0);
}

type FieldName = (typeof FIELD_NAMES)[number];

/** As cron-parser names them, in their order. */
const FIELD_NAMES = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;

/** The values of a field, ascending. Each element of a list is parsed by itself: cron-parser rejects a list that names a value twice. */
function membersOf(name: FieldName, text: string): readonly number[] {
  return [...new Set(text.split(',').flatMap((part) => elementOf(name, part)))].toSorted((a, b) => a - b);
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

function partsOf(cron: string): readonly string[] {
  return cron.trim().split(/\s+/).filter(Boolean);
}

function fieldFault(text: string, field: Field): ScheduleFault | undefined {
  for (const part of text.split(',')) {
    const [range, step, ...more] = part.split('/');
    const [low, high, ...others] =
      range === '*'
        ? [field.low, field.high]
        : (range as string).split('-').map((one) => valueOf(one, field));
    const bad =
      more.length > 0 || others.length > 0 || !isIn(low, field) || (high !== undefined && !isIn(high, field));
    if (bad || (high !== undefined && (low as number) > high) || !isStep(step, field)) {
      const names = field.names.length === 0 ? '' : ` or ${field.names[0]}-${field.names.at(-1)}`;
      return {
        message: `'${part}' is not ${field.name}`,
        hint: `${field.name} is ${field.low}-${field.high}${names}, *, a range, a list, or a step such as */${field.low === 0 ? 15 : 2}`,
      };
    }
  }
  return undefined;
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
