import { didYouMean } from '../../core/base/did-you-mean.ts';
import { parseDuration } from '../../core/base/duration.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { isNumeric, type Numeric, numberText } from '../../core/base/numbers.ts';
import { OPERATORS, operandFault, typeWord } from '../../core/matching/operators.ts';
import { HABITS } from '../../core/matching/regex-faults.ts';
import type { ViewField } from '../../kinds/kind.ts';

/** A comparison that can never hold, or that is rarely meant. */
export interface PatternHabit {
  readonly at: readonly (string | number)[];
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
}

type Words = Pick<PatternHabit, 'message' | 'hint'>;

/** Signs of other tools, by the operator here. */
const SIGNS: Readonly<Record<string, string>> = {
  '<': '$below',
  '<=': '$atMost',
  '>': '$above',
  '>=': '$atLeast',
  '!=': '$not',
  '=': '',
  '==': '',
};

/** Operators that take a value as it is written, so that a text or a field in them is meant (docs/reference/language.md). */
const MEANT = new Set(['$literal', '$exactly', '$oneOf']);

/** Operators of other tools, without their `$`. */
const FOREIGN = new Set(['gt', 'gte', 'ge', 'lt', 'lte', 'le', 'ne', 'regex', 'in']);

/** Operators whose names are no plausible names of fields. */
const UNLIKELY_FIELDS = new Set([
  'contains',
  'above',
  'atLeast',
  'below',
  'atMost',
  'oneOf',
  'matches',
  'startsWith',
  'endsWith',
  'includes',
  'exists',
]);

/** Finds fields that are compared with another type than they have, and texts that are comparisons in other tools. */
export function patternHabits(
  key: string,
  pattern: Json,
  view: Readonly<Record<string, ViewField>>,
): readonly PatternHabit[] {
  if (!isJsonMap(pattern))
    return isOpen(pattern) || Object.hasOwn(view, '*') ? [] : wholeFault(key, pattern, view);
  const [alone = '', ...more] = Object.keys(pattern);
  if (more.length === 0 && !Object.hasOwn(view, alone)) return dataHabits(pattern, []);
  return Object.entries(pattern).flatMap(([name, value]) => {
    const field = Object.hasOwn(view, name) ? view[name] : undefined;
    const fault = field === undefined ? undefined : fieldFault(name, value, field);
    if (fault !== undefined) return [{ at: [name, ...fault.at], severity: 'error' as const, ...fault.words }];
    return dataHabits(value, [name]);
  });
}

/** `response: 200`: the whole answer compared with one value. */
function wholeFault(
  key: string,
  pattern: Json,
  view: Readonly<Record<string, ViewField>>,
): readonly PatternHabit[] {
  const fields = Object.keys(view);
  const status =
    isNumeric(pattern) && fields.includes('status') ? `status: ${numberText(pattern)}` : undefined;
  const message = `'${key}' must be a map with fields of ${fields.join(', ') || 'nothing'}, and is ${typeWord(pattern)}`;
  const hint = `write the field and its value: { ${status ?? `${fields.includes('body') ? 'body' : fields[0]}: …`} }`;
  return [{ at: [], severity: 'error', message, hint }];
}

interface FieldFault {
  readonly at: readonly (string | number)[];
  readonly words: Words;
}

/** The fault of a value that a field never has. */
function fieldFault(key: string, value: Json, field: ViewField): FieldFault | undefined {
  if (isOpen(value)) return undefined;
  if (isJsonMap(value)) return mapFault(key, value, field);
  if (field.duration === true) return { at: [], words: timeFault(key, value) };
  if (field.type === undefined || fits(value, field)) return undefined;
  return { at: [], words: typeWords(key, value, field) };
}

function mapFault(key: string, value: JsonMap, field: ViewField): FieldFault | undefined {
  const words = Object.keys(value);
  if (words.some((word) => word.startsWith('$'))) {
    const choices = value['$oneOf'];
    if (!isJsonList(choices)) return undefined;
    const index = choices.findIndex((one) => !isOpen(one) && !isJsonMap(one) && !fits(one, field));
    if (index < 0 || field.type === undefined) return undefined;
    return { at: ['$oneOf', index], words: typeWords(key, choices[index] as Json, field) };
  }
  const bare = words.find((word) => Object.hasOwn(OPERATORS, `$${word}`));
  const isScalar = field.duration === true || field.type === 'number' || field.type === 'text';
  if (bare !== undefined && isScalar) return { at: [bare], words: dollarWords(bare) };
  return field.type === 'number' || field.type === 'text'
    ? { at: [], words: typeWords(key, value, field) }
    : undefined;
}

function fits(value: Json, { type, range, words }: ViewField): boolean {
  if (type !== undefined && typeWord(value) !== type) return false;
  if (range !== undefined && isNumeric(value)) {
    const number = Number(numberText(value));
    return number >= range[0] && number <= range[1];
  }
  return words === undefined || typeof value !== 'string' || words.includes(value);
}

function typeWords(key: string, value: Json, { type, range, words }: ViewField): Words {
  if (typeWord(value) === type) {
    const meant = words === undefined ? undefined : didYouMean(String(value), words);
    const limits = words === undefined ? `a number from ${range?.join(' to ')}` : words.join(', ');
    return {
      message: `'${key}' is never ${JSON.stringify(value)}`,
      hint: meant === undefined ? `write ${limits}` : `did you mean '${meant}'?`,
    };
  }
  const message = `'${key}' is a ${type}, and never ${isJsonList(value) || isJsonMap(value) ? `a ${typeWord(value)}` : describe(value)}`;
  return { message, hint: typeHint(key, value, type as string) };
}

function typeHint(key: string, value: Json, type: string): string {
  if (isJsonList(value))
    return `write ${key}: { $oneOf: [${value.map((one) => JSON.stringify(one)).join(', ')}] }`;
  if (type === 'text') return `write ${key}: "${String(value)}"`;
  if (type === 'list') return `write ${key}: { $includes: ${String(value)} }`;
  if (type === 'map') return `write the names below ${key}: and their values`;
  return numberHint(key, String(value));
}

function numberHint(key: string, text: string): string {
  const sign = signHint(key, text);
  if (sign !== undefined) return sign;
  const [, group] = /^([1-5])xx$/i.exec(text) ?? [];
  if (group !== undefined) return `write ${key}: { $atLeast: ${group}00, $below: ${Number(group) + 1}00 }`;
  const [, number] = /^(\d+)/.exec(text) ?? [];
  return number === undefined ? `write ${key}: and a number` : `write ${key}: ${number}`;
}

/** The operator for `>= 200`; undefined for a text that is no comparison. */
function signHint(key: string, text: string): string | undefined {
  const [, sign = '', value] = /^\s*([<>]=?|[!=]?=)\s*([-\d.]+\w*)\s*$/.exec(text) ?? [];
  const operator = SIGNS[sign];
  if (value === undefined || operator === undefined) return undefined;
  return operator === '' ? `write ${key}: ${value}` : `write ${key}: { ${operator}: ${value} }`;
}

/** A moment is never equal to a whole duration. */
function timeFault(key: string, value: Json): Words {
  const message = `'${key}' is a duration, and is never exactly ${describe(value)}`;
  if (isNumeric(value)) return { message, hint: `write ${key}: { $below: ${numberText(value)}ms }` };
  const text = String(value);
  const hint =
    signHint(key, text) ?? `write ${key}: { $below: ${parseDuration(text) === undefined ? '2s' : text} }`;
  return { message, hint };
}

/** Texts in users' own data that look like comparisons. */
function dataHabits(value: Json, at: readonly (string | number)[]): readonly PatternHabit[] {
  if (isJsonList(value)) return value.flatMap((one, index) => dataHabits(one, [...at, index]));
  const key = String(at.at(-1));
  if (typeof value === 'string') return textHabits(key, value, at);
  if (!isJsonMap(value)) return [];
  const [only = '', ...others] = Object.keys(value);
  const operand = value[only] ?? null;
  const meant = others.length === 0 ? operatorOf(only, operand) : undefined;
  if (meant !== undefined) return [{ at: [...at, only], severity: 'warning', ...dollarWords(only, meant) }];
  return Object.entries(value).flatMap(([name, member]) =>
    MEANT.has(name) ? [] : dataHabits(member, [...at, name]),
  );
}

/** The operator that a field's name stands for: one without its `$`, or one of another tool. */
function operatorOf(word: string, operand: Json): string | undefined {
  const meant = UNLIKELY_FIELDS.has(word) ? `$${word}` : FOREIGN.has(word) ? HABITS[`$${word}`] : undefined;
  const { takes } = OPERATORS[meant ?? ''] ?? {};
  return takes === undefined || operandFault(takes, operand) !== undefined ? undefined : meant;
}

function textHabits(key: string, text: string, at: readonly (string | number)[]): readonly PatternHabit[] {
  const severity = 'warning';
  const sign = key.startsWith('$') ? undefined : signHint(key, text);
  if (sign !== undefined)
    return [{ at, severity, message: `'${text}' is compared as a text, character by character`, hint: sign }];
  const [, pattern] = /^\/(.+)\/[gimsuy]*$/.exec(text) ?? [];
  if (pattern === undefined || !/[\^$*+?[\](){}|\\]/.test(pattern)) return [];
  const message = `the slashes of '${text}' are compared too`;
  if (key === '$matches') return [{ at, severity, message, hint: `write $matches: ${pattern}` }];
  if (key.startsWith('$')) return [];
  return [{ at, severity, message, hint: `write ${key}: { $matches: ${pattern} }` }];
}

function dollarWords(word: string, meant = `$${word}`): Words {
  return { message: `'${word}' is compared as a field of the data`, hint: `write ${meant} for the operator` };
}

function describe(value: Json | Numeric): string {
  return isNumeric(value) ? numberText(value) : JSON.stringify(value);
}

/** A value that only a run knows. */
function isOpen(value: Json): boolean {
  return typeof value === 'string' && value.includes('${');
}
