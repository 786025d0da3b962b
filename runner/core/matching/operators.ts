import { parseDuration } from '../base/duration.ts';
import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import { compareNumbers, isNumeric } from '../base/numbers.ts';
import { compilePattern, patternFault } from './regex.ts';

export type Operand =
  | 'bound'
  | 'time'
  | 'text'
  | 'pattern'
  | 'boolean'
  | 'type'
  | 'list'
  | 'value'
  | 'values'
  | 'count'
  | 'map'
  | 'data';

/** An operator of the language, as data. Those with a `test` compare one value; the matcher implements the others. */
export interface Operator {
  readonly summary: string;
  readonly takes: Operand;
  /** True if the actual value satisfies it; a text gives the reason why it cannot. */
  test?(actual: Json, operand: Json): boolean | string;
}

/** The 19 operators, by their word in scenario files. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  $above: bound('more than', (a, b) => a > b),
  $atLeast: bound('as much or more', (a, b) => a >= b),
  $below: bound('less than', (a, b) => a < b),
  $atMost: bound('as much or less', (a, b) => a <= b),
  $after: moment('later than', (a, b) => a > b),
  $before: moment('earlier than', (a, b) => a < b),
  $oneOf: { summary: 'one of a list of values', takes: 'list' },
  $not: { summary: 'there, and not like this', takes: 'value' },
  $matches: {
    summary: 'text in which an RE2 pattern is found',
    takes: 'pattern',
    test: (actual, operand) => onText(actual, (text) => compilePattern(operand as string).test(text)),
  },
  $startsWith: onTexts('text that begins with this', (a, b) => a.startsWith(b)),
  $endsWith: onTexts('text that ends with this', (a, b) => a.endsWith(b)),
  $contains: onTexts('text in which this stands', (a, b) => a.includes(b)),
  $includes: { summary: 'a list with such an element (for a list: with each of them)', takes: 'values' },
  $every: { summary: 'a list that is not empty, all of whose elements are like this', takes: 'value' },
  $count: { summary: 'the length of a list, a text or a map', takes: 'count' },
  $exists: { summary: 'a field that is there (true), or missing (false)', takes: 'boolean' },
  $type: {
    summary: 'a value of this type',
    takes: 'type',
    test: (actual, operand) => typeWord(actual) === (operand ?? 'null'),
  },
  $exactly: { summary: 'a map with these fields and no others', takes: 'map' },
  $literal: { summary: 'data whose keys begin with $', takes: 'data' },
};

/** The words that `$type` takes. */
export const TYPE_WORDS = ['text', 'number', 'boolean', 'null', 'list', 'map'] as const;

export function typeWord(value: Json): (typeof TYPE_WORDS)[number] {
  if (value === null) return 'null';
  if (isJsonList(value)) return 'list';
  if (isJsonMap(value)) return 'map';
  if (typeof value === 'string') return 'text';
  return isNumeric(value) ? 'number' : 'boolean';
}

/** Tests and names of operands. A `pattern` has faults of its own. */
const OPERANDS: Readonly<Record<Operand, Sort>> = {
  bound: {
    fits: (operand) => isNumeric(operand) || isDuration(operand),
    takes: 'a number or a duration',
  },
  time: {
    fits: (operand) => instantOf(operand) !== undefined,
    takes: 'a time with its zone: 2026-01-31T12:00:00Z',
  },
  text: { fits: (operand) => typeof operand === 'string' && operand !== '', takes: 'text that is not empty' },
  boolean: { fits: (operand) => typeof operand === 'boolean', takes: 'true or false' },
  type: {
    fits: (operand) => TYPE_WORDS.some((word) => word === (operand ?? 'null')),
    takes: `one of ${TYPE_WORDS.join(', ')}`,
  },
  list: {
    fits: (operand) => isJsonList(operand) && operand.length > 0,
    takes: 'a list with at least one value',
  },
  map: { fits: isJsonMap, takes: 'a map' },
  count: {
    fits: (operand) => isCount(operand) || isJsonMap(operand),
    takes: 'a whole number, or a map such as {$atLeast: 1}',
  },
  pattern: { fits: (operand) => typeof operand === 'string', takes: 'an RE2 pattern' },
  value: { fits: () => true, takes: 'a value or a pattern' },
  values: { fits: () => true, takes: 'a value or a pattern, or a list of them' },
  data: { fits: () => true, takes: 'any data' },
};

interface Sort {
  fits(operand: Json): boolean;
  readonly takes: string;
}

/** The fault of an operand; undefined if it is valid. */
export function operandFault(takes: Operand, operand: Json): string | undefined {
  if (!OPERANDS[takes].fits(operand)) return `takes ${operandWords(takes)}`;
  return takes === 'pattern' ? patternFault(operand as string) : undefined;
}

/** The sort of an operand as a noun: `a number or a duration`. */
export function operandWords(takes: Operand): string {
  return OPERANDS[takes].takes;
}

/** Epoch milliseconds of an ISO 8601 time with a zone, or undefined for anything else. */
export function instantOf(value: Json): number | undefined {
  if (
    typeof value !== 'string' ||
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(value)
  )
    return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

function bound(words: string, holds: (actual: number, operand: number) => boolean): Operator {
  return {
    summary: `${words}, for numbers and for durations`,
    takes: 'bound',
    test: (actual, operand) => {
      if (isNumeric(operand)) {
        if (isNumeric(actual)) return holds(compareNumbers(actual, operand), 0);
        return isDuration(actual)
          ? 'a duration is compared with a duration, such as 800ms'
          : 'it is not a number';
      }
      if (!isDuration(actual)) return 'it is not a duration';
      return holds(parseDuration(actual) as number, parseDuration(operand as string) as number);
    },
  };
}

function moment(words: string, holds: (actual: number, operand: number) => boolean): Operator {
  return {
    summary: `${words}, for times with a zone`,
    takes: 'time',
    test: (actual, operand) => {
      const at = instantOf(actual);
      return at === undefined ? 'it is not a time with a zone' : holds(at, instantOf(operand) as number);
    },
  };
}

function onTexts(summary: string, holds: (actual: string, operand: string) => boolean): Operator {
  return {
    summary,
    takes: 'text',
    test: (actual, operand) => onText(actual, (one) => holds(one, operand as string)),
  };
}

function onText(actual: Json, holds: (text: string) => boolean): boolean | string {
  return typeof actual === 'string' ? holds(actual) : 'it is not text';
}

function isDuration(value: Json): value is string {
  return typeof value === 'string' && parseDuration(value) !== undefined;
}

function isCount(value: Json): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
