import type { ErrorObject } from 'ajv';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { isExactNumber } from '../../core/base/numbers.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';

/** A check of an input against a kind's schema, compiled now or at build time. */
export interface InputCheck {
  (input: unknown): boolean;
  readonly errors?: readonly ErrorObject[] | null | undefined;
}

/** The fault of an input whose values are all there, by the check of its kind, in one sentence; undefined if it is valid. */
export function inputProblemBy(
  check: InputCheck,
  { name }: Pick<Verb | Noun, 'name'>,
  input: JsonMap,
): string | undefined {
  if (check(withDoubles(input))) return undefined;
  const [error] = check.errors as readonly [ErrorObject];
  const key = pathOf(error.instancePath).join('.') || 'its input';
  const wanted = error.keyword === 'type' ? [(error.params as { type: string | string[] }).type].flat() : [];
  const words = wanted.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
  return `'${key}' of '${name}' is not as it must be${words === '' ? '' : `: it must be ${words}`}. Look at the values that were put in.`;
}

/** The value with a double near each exact number: a check of types knows no others. */
export function withDoubles(value: Json): Json {
  return holdsExact(value) ? rounded(value) : value;
}

function holdsExact(value: Json): boolean {
  if (isJsonList(value)) return value.some(holdsExact);
  return isJsonMap(value) ? Object.values(value).some(holdsExact) : isExactNumber(value);
}

function rounded(value: Json): Json {
  if (isExactNumber(value)) return Number(value.rawJSON);
  if (isJsonList(value)) return value.map(rounded);
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}

/** JSON Schema's types in words. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

/** The segments of a JSON pointer. */
export function pathOf(pointer: string): readonly (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
