import { didYouMean } from '../base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { isNumeric, type Numeric, numberText } from '../base/numbers.ts';
import { GENERATORS, type Generator, isSum } from '../expression/generators.ts';
import { isTemplate } from '../expression/template.ts';
import { OPERATORS, operandFault } from './operators.ts';

/** A part of `has`, `where` or `response` that can never be meant. */
export interface PatternFault {
  /** The keys and indexes that lead to it. */
  readonly at: readonly (string | number)[];
  /** True if the key there is at fault, false if its value is. */
  readonly onKey: boolean;
  readonly rule: 'operator' | 'operand' | 'mixed';
  readonly message: string;
  readonly hint: string;
}

/** Habits from other tools, with the word to use instead. */
export const HABITS: Readonly<Record<string, string>> = {
  $gt: '$above',
  $gte: '$atLeast',
  $ge: '$atLeast',
  $min: '$atLeast',
  $greaterThan: '$above',
  $moreThan: '$above',
  $lt: '$below',
  $lessThan: '$below',
  $lte: '$atMost',
  $le: '$atMost',
  $max: '$atMost',
  $ne: '$not',
  $notEqual: '$not',
  $in: '$oneOf',
  $any: '$oneOf',
  $regex: '$matches',
  $match: '$matches',
  $size: '$count',
  $length: '$count',
  $len: '$count',
  $all: '$every',
  $has: '$includes',
  $prefix: '$startsWith',
  $suffix: '$endsWith',
  $contain: '$contains',
  $include: '$includes',
  $present: '$exists',
  $or: '$oneOf',
  $anyOf: '$oneOf',
};

/** Names of types in other languages, with the word to use instead. */
const TYPES: Readonly<Record<string, string>> = {
  integer: 'number',
  int: 'number',
  float: 'number',
  double: 'number',
  string: 'text',
  str: 'text',
  object: 'map',
  dict: 'map',
  array: 'list',
  bool: 'boolean',
};

/** `{$eq: x}` and its like: a plain value has the same meaning. */
const NEEDLESS = new Set(['$eq', '$equals', '$is', '$equal']);

/**
 * Every fault of a pattern that shows without evidence. Operands that are filled in at run time are accepted. `durations` are the dotted
 * paths of durations, at which a bare number is refused.
 */
export function patternFaults(pattern: Json, durations: readonly string[] = []): readonly PatternFault[] {
  return faultsAt(pattern, [], durations);
}

function faultsAt(
  pattern: Json,
  at: readonly (string | number)[],
  durations: readonly string[],
): readonly PatternFault[] {
  if (isJsonList(pattern)) return pattern.flatMap((one, index) => faultsAt(one, [...at, index], durations));
  if (!isJsonMap(pattern)) return plainFaults(pattern, at, durations);
  if (isSum(pattern)) return sumFaults(pattern.$sum, [...at, '$sum']);
  const words = Object.keys(pattern).filter((key) => key.startsWith('$'));
  if (words.length === 0) {
    return Object.entries(pattern).flatMap(([key, value]) => faultsAt(value, [...at, key], durations));
  }
  return [
    ...(words.some((word) => OPERATORS[word] !== undefined) ? mixedFaults(pattern, at) : []),
    ...words.flatMap((word) => operatorFaults(word, pattern[word] as Json, [...at, word], durations)),
  ];
}

function plainFaults(
  value: Json,
  at: readonly (string | number)[],
  durations: readonly string[],
): readonly PatternFault[] {
  if (!isNumeric(value) || !isAmong(durations, at)) return [];
  return [unitFault(value, at)];
}

function mixedFaults(pattern: JsonMap, at: readonly (string | number)[]): readonly PatternFault[] {
  return Object.keys(pattern)
    .filter((key) => !key.startsWith('$'))
    .map((key) => ({
      at: [...at, key],
      onKey: true,
      rule: 'mixed' as const,
      message: `the field '${key}' is mixed with an operator`,
      hint:
        didYouMean(`$${key}`, Object.keys(OPERATORS)) === `$${key}`
          ? `write $${key}`
          : 'operators and field names never share a map',
    }));
}

function sumFaults(operand: Json, at: readonly (string | number)[]): readonly PatternFault[] {
  const { fault, summary } = GENERATORS['$sum'] as Generator;
  const wrong = fault(operand);
  if (wrong === undefined) return [];
  return [{ at, onKey: false, rule: 'operand', message: `'$sum' ${wrong}`, hint: summary }];
}

function operatorFaults(
  word: string,
  operand: Json,
  at: readonly (string | number)[],
  durations: readonly string[],
): readonly PatternFault[] {
  const operator = OPERATORS[word];
  if (operator === undefined) {
    return [
      {
        at,
        onKey: true,
        rule: 'operator',
        message: `'${word}' is not an operator`,
        hint: hintFor(word, operand, at),
      },
    ];
  }
  if (typeof operand === 'string' && isTemplate(operand)) return [];
  if (isSum(operand) && word !== '$literal') return sumFaults(operand.$sum, [...at, '$sum']);
  const wrong = operandFault(operator.takes, operand);
  if (wrong !== undefined) {
    return [
      {
        at,
        onKey: false,
        rule: 'operand',
        message: `'${word}' ${formatFault(wrong, operand)}`,
        hint: hintForOperand(word, wrong, operand),
      },
    ];
  }
  if (isNumeric(operand) && operator.takes === 'bound' && isAmong(durations, at)) {
    return [unitFault(operand, at)];
  }
  return word === '$literal' ? [] : insideFaults(word, operand, at, durations);
}

function insideFaults(
  word: string,
  operand: Json,
  at: readonly (string | number)[],
  durations: readonly string[],
): readonly PatternFault[] {
  const inside = faultsAt(operand, at, durations);
  if (word !== '$count' || !isJsonMap(operand) || inside.length > 0) return inside;
  const wrong = Object.entries(operand).find(
    ([key, value]) => OPERATORS[key]?.takes !== 'bound' || !isNumeric(value),
  );
  if (wrong === undefined) return [];
  const hint = 'write {$atLeast: 1}, {$atMost: 3} or both';
  return [
    {
      at: [...at, wrong[0]],
      onKey: true,
      rule: 'operand',
      message: "'$count' takes bounds that are numbers",
      hint,
    },
  ];
}

function unitFault(value: Numeric, at: readonly (string | number)[]): PatternFault {
  return {
    at,
    onKey: false,
    rule: 'operand',
    message: `'${fieldsOf(at)}' is a duration, and ${numberText(value)} has no unit`,
    hint: `write ${numberText(value)}ms (or s, m, h)`,
  };
}

function hintFor(word: string, operand: Json, at: PatternFault['at']): string {
  if (NEEDLESS.has(word))
    return `write the value itself: ${String(at.at(-2) ?? 'name')}: ${typeof operand === 'string' ? operand : JSON.stringify(operand)}`;
  if (word === '$between' && isJsonList(operand))
    return `write $atLeast: ${JSON.stringify(operand[0])} and $atMost: ${JSON.stringify(operand[1])}`;
  if (Object.hasOwn(GENERATORS, word))
    return word === '$sum'
      ? `it stands alone: {$sum: ${JSON.stringify(operand)}}`
      : 'give it a name under vars';
  const meant = HABITS[word] ?? didYouMean(word, Object.keys(OPERATORS));
  return meant === undefined
    ? `write a field without the $; the operators are ${Object.keys(OPERATORS).join(' ')}`
    : `did you mean '${meant}'?`;
}

/** `takes text` continues the sentence; a sentence of its own needs a pause. */
function formatFault(wrong: string, operand: Json): string {
  const written = JSON.stringify(operand);
  if (!wrong.startsWith('takes')) return `has a pattern that cannot be used, ${written}: ${wrong}`;
  return isJsonMap(operand) || isJsonList(operand) ? wrong : `${wrong}, and is ${written}`;
}

function hintForOperand(word: string, wrong: string, operand: Json): string {
  if (word === '$exists') return 'write true or false';
  const meant = TYPES[String(operand)];
  if (word === '$type' && meant !== undefined) return `write $type: ${meant}`;
  if (word === '$oneOf' && !isJsonList(operand) && !isJsonMap(operand))
    return `write a list: [${String(operand)}]`;
  if (wrong.startsWith('takes a number') && typeof operand === 'string' && /^-?[\d.]+$/.test(operand))
    return `write ${word}: ${operand}`;
  if (wrong.startsWith('takes')) return `write ${wrong.slice('takes '.length)}`;
  return 'see https://github.com/google/re2/wiki/Syntax';
}

function isAmong(durations: readonly string[], at: readonly (string | number)[]): boolean {
  const path = fieldsOf(at);
  return durations.some((one) => path === one || path.startsWith(`${one}.`));
}

function fieldsOf(at: readonly (string | number)[]): string {
  return at.filter((part) => typeof part === 'string' && !part.startsWith('$')).join('.');
}
