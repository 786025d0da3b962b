import { isCaseless, isJsonList, isJsonMap, isUnordered, type Json, type JsonMap } from '../base/json.ts';
import { compareNumbers, isExactNumber, isNumeric, numberFrom } from '../base/numbers.ts';
import type { Check, Evidence } from '../model/run-result.ts';
import { OPERATORS, type Operator, typeWord } from './operators.ts';
import { pairing } from './pairing.ts';

/** Number of field names in a note about a missing field. */
const FIELDS_LISTED = 8;

/**
 * Compares evidence with a pattern of `has`, `where` or `response`: one Check for each comparison, all of them.
 * Maps match in part, lists as a whole, scalars by type and case. What is missing matches nothing but `$exists: false`.
 */
export function match(pattern: Json, actual: Json | undefined, path = ''): readonly Check[] {
  if (isJsonMap(pattern)) {
    return isOperatorMap(pattern)
      ? matchOperators(pattern, actual, path)
      : matchFields(pattern, actual, path);
  }
  return matchData(pattern, actual, path, match);
}

export function held(checks: readonly Check[]): boolean {
  return checks.every((check) => check.ok);
}

/** Evidence with its checks against a pattern, the nearest match first. */
export function nearest(
  pattern: Json,
  candidates: readonly Evidence[],
): readonly { readonly evidence: Evidence; readonly checks: readonly Check[] }[] {
  return candidates
    .map((evidence) => ({ evidence, checks: match(pattern, evidence.data) }))
    .toSorted((a, b) => failedCount(a.checks) - failedCount(b.checks));
}

/** True for a map of operators: `{$above: 3}`. Operators and field names never share a map. */
export function isOperatorMap(pattern: JsonMap): boolean {
  return Object.keys(pattern).some((key) => key.startsWith('$'));
}

function matchOperators(pattern: JsonMap, actual: Json | undefined, path: string): readonly Check[] {
  return Object.entries(pattern).flatMap(([word, operand]) => {
    if (word === '$exists') return [existence(operand, actual, path)];
    if (actual === undefined) return [missing(path, word, operand)];
    const worked = WORKED_OUT[word];
    return worked === undefined ? [tested(word, operand, actual, path)] : worked(operand, actual, path);
  });
}

type Compare = (wanted: Json, actual: Json | undefined, path: string) => readonly Check[];

type WorkOut = (operand: Json, actual: Json, path: string) => readonly Check[];

const WORKED_OUT: Readonly<Record<string, WorkOut>> = {
  $oneOf: (operand, actual, path) => [
    checkAt(path, '$oneOf')(
      operand,
      actual,
      (operand as readonly Json[]).some((one) => fits(one, actual)),
    ),
  ],
  $not: (operand, actual, path) => [checkAt(path, '$not')(operand, actual, !fits(operand, actual))],
  $includes: (operand, actual, path) => {
    if (!isJsonList(actual))
      return [{ ...checkAt(path, '$includes')(operand, actual, false), note: 'it is not a list' }];
    const wanted = isJsonList(operand) ? operand : [operand];
    const found = oneToOne(wanted, actual);
    return wanted.map((one, index) => {
      const check = checkAt(path, '$includes')(one, actual, found.has(index));
      const isTaken = !check.ok && actual.some((element) => fits(one, element));
      return isTaken ? { ...check, note: 'each element counts once, and no such element is left' } : check;
    });
  },
  $every: (operand, actual, path) => {
    if (!isJsonList(actual))
      return [{ ...checkAt(path, '$every')(operand, actual, false), note: 'it is not a list' }];
    if (actual.length === 0)
      return [{ ...checkAt(path, '$every')(operand, actual, false), note: 'the list is empty' }];
    return actual.flatMap((element, index) => match(operand, element, `${path}[${index}]`));
  },
  $count: (operand, actual, path) => {
    const length = lengthOf(actual);
    if (length === undefined) {
      return [
        { ...checkAt(path, '$count')(operand, actual, false), note: `${typeWord(actual)} has no length` },
      ];
    }
    return match(operand, length, path).map((check) => ({ ...check, operator: '$count', expected: operand }));
  },
  $exactly: (operand, actual, path) => {
    const extra = isJsonMap(actual)
      ? Object.keys(actual).filter((key) => !Object.hasOwn(operand as JsonMap, key))
      : [];
    const surplus = extra.map((key) => ({
      ...checkAt(joined(path, key), '$exactly')(null, (actual as JsonMap)[key] as Json, false),
      note: 'no other field was expected',
    }));
    return [...match(operand, actual, path), ...surplus];
  },
  $literal: (operand, actual, path) => matchData(operand, actual, path, matchLiteral),
};

function tested(word: string, operand: Json, actual: Json, path: string): Check {
  const outcome = (OPERATORS[word] as Required<Operator>).test(actual, operand);
  const check = checkAt(path, word)(operand, actual, outcome === true);
  return typeof outcome === 'string' ? { ...check, note: outcome } : check;
}

function matchFields(pattern: JsonMap, actual: Json | undefined, path: string): readonly Check[] {
  if (actual === undefined) return [missing(path, 'equals', pattern)];
  if (!isJsonMap(actual)) return [wrongType(pattern, actual, path)];
  const checks = Object.entries(pattern).flatMap(([key, wanted]) => {
    const at = joined(path, key);
    const found = fieldOf(actual, key);
    const inside = match(wanted, found, at);
    if (found !== undefined) return inside;
    return inside.map((check) => (check.ok ? check : withFields(check, actual)));
  });
  return checks.length > 0 ? checks : [checkAt(path, 'equals')(pattern, actual, true)];
}

/** Plain data without operators. Maps match in part, lists as a whole. */
function matchLiteral(wanted: Json, actual: Json | undefined, path: string): readonly Check[] {
  return matchData(wanted, actual, path, matchLiteral);
}

function matchData(wanted: Json, actual: Json | undefined, path: string, inside: Compare): readonly Check[] {
  if (actual === undefined) return [missing(path, 'equals', wanted)];
  if (isJsonList(wanted)) return matchList(wanted, actual, path, inside);
  if (isJsonMap(wanted)) {
    if (!isJsonMap(actual)) return [wrongType(wanted, actual, path)];
    const entries = Object.entries(wanted);
    if (entries.length === 0) return [checkAt(path, 'equals')(wanted, actual, true)];
    return entries.flatMap(([key, value]) => inside(value, fieldOf(actual, key), joined(path, key)));
  }
  // Only a number that a double cannot hold may be written as its digits in quotes.
  const digits = isExactNumber(actual) && typeof wanted === 'string' ? numberFrom(wanted) : undefined;
  const asked = digits ?? wanted;
  if (typeWord(asked) !== typeWord(actual)) return [wrongType(wanted, actual, path)];
  const isSame =
    isNumeric(asked) && isNumeric(actual) ? compareNumbers(asked, actual) === 0 : asked === actual;
  const check = checkAt(path, 'equals')(wanted, actual, isSame);
  return [!isSame && isAnotherForm(asked, actual) ? { ...check, note: ANOTHER_FORM } : check];
}

/** Two texts of equal look, such as `ü` and `u` with combining dots, print alike (Unicode, annex 15). */
function isAnotherForm(wanted: Json, actual: Json): boolean {
  return (
    typeof wanted === 'string' && typeof actual === 'string' && wanted.normalize() === actual.normalize()
  );
}

const ANOTHER_FORM = 'the same text in another form of Unicode (NFC, NFD)';

function matchList(wanted: readonly Json[], actual: Json, path: string, inside: Compare): readonly Check[] {
  if (!isJsonList(actual)) return [wrongType(wanted, actual, path)];
  if (wanted.length !== actual.length) {
    const note = `${wanted.length} expected, ${actual.length} there; lists match as a whole, $includes looks for elements`;
    return [{ ...checkAt(path, 'equals')(wanted, actual, false), note }];
  }
  if (isUnordered(actual)) return [matchSet(wanted, actual, path)];
  if (wanted.length === 0) return [checkAt(path, 'equals')(wanted, actual, true)];
  return wanted.flatMap((one, index) => inside(one, actual[index], `${path}[${index}]`));
}

function matchSet(wanted: readonly Json[], actual: readonly Json[], path: string): Check {
  const found = oneToOne(wanted, actual);
  const alone = wanted.find((_, index) => !found.has(index));
  const check = checkAt(path, 'equals')(wanted, actual, alone === undefined);
  return check.ok ? check : { ...check, note: `no element is left for ${JSON.stringify(alone)}` };
}

/** Matches elements without order, each to one expected element alone. */
function oneToOne(wanted: readonly Json[], actual: readonly Json[]): ReadonlyMap<number, number> {
  return pairing({
    patterns: wanted.length,
    elements: actual.length,
    fits: (one, element) => fits(wanted[one] as Json, actual[element] as Json),
  });
}

function fits(pattern: Json, actual: Json): boolean {
  return held(match(pattern, actual));
}

function existence(operand: Json, actual: Json | undefined, path: string): Check {
  const there = actual !== undefined;
  return {
    ...checkAt(path, '$exists')(operand, actual ?? null, there === operand),
    ...(there ? {} : { missing: true }),
  };
}

function missing(path: string, operator: string, expected: Json): Check {
  return { ...checkAt(path, operator)(expected, null, false), missing: true };
}

function withFields(check: Check, parent: JsonMap): Check {
  const fields = Object.keys(parent);
  if (check.ok || fields.length === 0) return check;
  const listed = fields.slice(0, FIELDS_LISTED).join(', ');
  return { ...check, note: `there are: ${listed}${fields.length > FIELDS_LISTED ? ', …' : ''}` };
}

function wrongType(expected: Json, actual: Json, path: string): Check {
  const wanted = typeWord(expected);
  return {
    ...checkAt(path, 'equals')(expected, actual, false),
    note: `${wanted} was expected, and it is ${typeWord(actual)}`,
  };
}

function checkAt(path: string, operator: string) {
  return (expected: Json, actual: Json, holds: boolean): Check => ({
    path,
    operator,
    expected,
    actual,
    ok: holds,
  });
}

function fieldOf(map: JsonMap, key: string): Json | undefined {
  if (Object.hasOwn(map, key)) return map[key];
  if (!isCaseless(map)) return undefined;
  const found = Object.keys(map).find((one) => one.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : map[found];
}

function lengthOf(value: Json): number | undefined {
  if (typeof value === 'string' || isJsonList(value)) return value.length;
  return isJsonMap(value) ? Object.keys(value).length : undefined;
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function failedCount(checks: readonly Check[]): number {
  return checks.filter((check) => !check.ok).length;
}
