import { Refusal } from '../protocol/refusal.ts';

/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonMap = { readonly [key: string]: Json };

type Test = (value: Json | undefined, operand: Json) => boolean;

/** EventBridge's comparison operators (EventBridge user guide, "Comparison operators"); others are refused. */
const OPERATORS: Readonly<Record<string, Test>> = {
  prefix: (value, operand) => onText(value, operand, (text, word) => text.startsWith(word)),
  suffix: (value, operand) => onText(value, operand, (text, word) => text.endsWith(word)),
  'equals-ignore-case': (value, operand) =>
    onText(value, operand, (text, word) => text.toLowerCase() === word.toLowerCase()),
  wildcard: (value, operand) => onText(value, operand, (text, word) => wildcard(word).test(text)),
  exists: (value, operand) => (value !== undefined) === operand,
  numeric: (value, operand) =>
    typeof value === 'number' && inRange(value, operand as readonly (string | number)[]),
  'anything-but': (value, operand) => value !== undefined && !among(value, operand),
};

/** True if an event matches a pattern that {@link checkPattern} accepted. */
export function matches(pattern: JsonMap, event: Json | undefined): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return (wanted as readonly JsonMap[]).some((one) => matches(one, event));
    const value = isMap(event) ? event[key] : undefined;
    if (isMap(wanted)) return elementsOf(value).some((one) => matches(wanted, one));
    return (wanted as readonly Json[]).some((rule) => elementsOf(value).some((one) => accepts(rule, one)));
  });
}

/** @throws Refusal (InvalidEventPatternException) for patterns that EventBridge rejects, and for unsupported operators. */
export function checkPattern(pattern: Json, path = ''): asserts pattern is JsonMap {
  if (!isMap(pattern) || Object.keys(pattern).length === 0)
    throw invalid(`${path || 'the pattern'} must be a map with a key`);
  for (const [key, wanted] of Object.entries(pattern)) {
    const inside = path === '' ? key : `${path}.${key}`;
    if (key === '$or') for (const one of listAt(wanted, inside)) checkPattern(one, inside);
    else if (isMap(wanted)) checkPattern(wanted, inside);
    else for (const rule of listAt(wanted, inside)) checkRule(rule, inside);
  }
}

function checkRule(rule: Json, path: string): void {
  if (Array.isArray(rule)) throw invalid(`${path} holds a list in a list`);
  if (!isMap(rule)) return;
  const [[operator, operand] = ['', null], ...more] = Object.entries(rule);
  if (more.length > 0 || !Object.hasOwn(OPERATORS, operator))
    throw invalid(`${path} has an operator that is not here: ${Object.keys(rule).join(', ')}`);
  const bad =
    (operator === 'numeric' && !isNumeric(operand)) ||
    (operator === 'exists' && typeof operand !== 'boolean') ||
    (['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(operator) &&
      typeof operand !== 'string');
  if (bad) throw invalid(`${path} has ${operator} with a value that it does not take`);
  if (operator === 'anything-but' && isMap(operand)) checkRule(operand, path);
}

function accepts(rule: Json, value: Json | undefined): boolean {
  if (!isMap(rule)) return rule === value;
  const [[operator, operand]] = Object.entries(rule) as [[string, Json]];
  return (OPERATORS[operator] as Test)(value, operand);
}

function among(value: Json, operand: Json): boolean {
  if (isMap(operand)) return accepts(operand, value);
  return (Array.isArray(operand) ? operand : [operand]).some((one) => one === value);
}

/** The elements of a list, each of which may match; a missing value is matched as such. */
function elementsOf(value: Json | undefined): readonly (Json | undefined)[] {
  if (!Array.isArray(value)) return [value];
  return value.length === 0 ? [undefined] : (value as readonly Json[]);
}

function inRange(value: number, parts: readonly (string | number)[]): boolean {
  const pairs = Array.from(
    { length: parts.length / 2 },
    (_, n) => [parts[2 * n], Number(parts[2 * n + 1])] as const,
  );
  return pairs.every(([sign, bound]) => {
    if (sign === '=') return value === bound;
    if (sign === '>') return value > bound;
    if (sign === '>=') return value >= bound;
    return sign === '<' ? value < bound : value <= bound;
  });
}

function isNumeric(operand: Json): boolean {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) return false;
  return operand.every((part, n) =>
    n % 2 === 0 ? ['=', '<', '<=', '>', '>='].includes(String(part)) : typeof part === 'number',
  );
}

function onText(
  value: Json | undefined,
  operand: Json,
  test: (text: string, word: string) => boolean,
): boolean {
  return typeof value === 'string' && test(value, String(operand));
}

function wildcard(word: string): RegExp {
  return new RegExp(
    `^${word
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}

function listAt(value: Json, path: string): readonly Json[] {
  if (Array.isArray(value) && value.length > 0) return value as readonly Json[];
  throw invalid(`${path} must be a list with a value`);
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): Refusal {
  return new Refusal('InvalidEventPatternException', `Event pattern is not valid. Reason: ${message}`);
}
