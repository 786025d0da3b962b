import { createHash } from 'node:crypto';
import { CronExpressionParser } from 'cron-parser';
import type { Schedule } from './canary.ts';

/** What is wrong with a cron expression or its timezone. */
export interface ScheduleFault {
  readonly message: string;
  readonly hint: string;
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'weekday', low: 0, high: 6, names: DAYS },
];

const ORDER = 'minute hour day month weekday';
const GAPS_LOOKED_AT = 400; // slots: enough to pass a leap day, a month's end and a week's wrap

/**
 * What is wrong with a five-field cron expression, or undefined. It is checked before cron-parser sees it, which takes
 * four fields, six fields and an empty text for something else than was meant (measured on 5.10.5).
 */
export function cronFault(cron: string): ScheduleFault | undefined {
  const parts = cron.trim().split(/\s+/).filter(Boolean);
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
  return neverDue(cron);
}

/** What is wrong with a timezone, or undefined. */
export function timezoneFault(timezone: string): ScheduleFault | undefined {
  if (timezone === 'UTC' || (timezone.includes('/') && isZone(timezone))) return undefined;
  return {
    message: `'${timezone}' is not an IANA timezone`,
    hint: 'write one such as Europe/Berlin, or UTC',
  };
}

/** The shortest time between two slots of a checked schedule, in milliseconds. */
export function shortestGapMs(schedule: Schedule): number {
  if ('everyMs' in schedule) return schedule.everyMs;
  const known = gaps.get(schedule.cron) ?? shortestOf(schedule.cron);
  gaps.set(schedule.cron, known);
  return known;
}

/** By cron expression: a fleet has few, and stepping through one takes milliseconds. */
const gaps = new Map<string, number>();

function shortestOf(cron: string): number {
  const slots = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: '2024-01-01T00:00:00Z' });
  let shortest = Number.POSITIVE_INFINITY;
  let last = slots.next().getTime();
  for (let looked = 0; looked < GAPS_LOOKED_AT; looked += 1) {
    const next = slots.next().getTime();
    shortest = Math.min(shortest, next - last);
    last = next;
  }
  return shortest;
}

/** The first slot of a checked schedule after a moment; both are epoch milliseconds. */
export function nextSlotMs(schedule: Schedule, canary: string, afterMs: number): number {
  if ('everyMs' in schedule) {
    const phase = phaseOf(canary, schedule.everyMs);
    return (Math.floor((afterMs - phase) / schedule.everyMs) + 1) * schedule.everyMs + phase;
  }
  const parsed = CronExpressionParser.parse(schedule.cron, {
    tz: schedule.timezone,
    currentDate: new Date(afterMs),
  });
  return parsed.next().getTime();
}

/** Where in its interval a canary's slots lie: the same on every machine, and different from its neighbours'. */
function phaseOf(canary: string, everyMs: number): number {
  return createHash('sha256').update(canary).digest().readUIntBE(0, 6) % everyMs;
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
        message: `'${part}' is not a ${field.name}`,
        hint: `a ${field.name} is ${field.low}-${field.high}${names}, *, a range, a list, or a step such as */${field.low === 0 ? 15 : 2}`,
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

function neverDue(cron: string): ScheduleFault | undefined {
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: '2024-01-01T00:00:00Z' }).next();
    return undefined;
  } catch {
    // The fields are right one by one, so what cron-parser refuses is a date that no month has.
    return { message: `'${cron}' is never due`, hint: 'no month has that day' };
  }
}

function isZone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // the constructor throws for what is no zone; that is the answer
  }
}
