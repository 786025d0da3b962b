import { DefinitionError } from '../base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { isSum, sum } from '../expression/generators.ts';
import { fill, isTemplate, nameOfType, type Reference } from '../expression/template.ts';
import { OPERATORS, type Operand, operandFault } from './operators.ts';

type ValueOf = (mention: Reference) => Json;

/**
 * Like {@link fill}, for `has`, `where` and `response`: a filled-in value is data and never acts as an operator, and a sum becomes its
 * number. A pattern with neither is returned unchanged.
 * @throws DefinitionError for an operand that its operator does not take, and the errors of `fill`
 */
export function fillPattern(pattern: Json, valueOf: ValueOf): Json {
  return isFixed(pattern) ? pattern : filled(pattern, valueOf);
}

function isFixed(pattern: Json): boolean {
  if (typeof pattern === 'string') return !isTemplate(pattern);
  if (isJsonList(pattern)) return pattern.every(isFixed);
  return !isJsonMap(pattern) || (!isSum(pattern) && Object.values(pattern).every(isFixed));
}

function filled(pattern: Json, valueOf: ValueOf): Json {
  if (isJsonList(pattern)) return pattern.map((one) => filled(one, valueOf));
  if (!isJsonMap(pattern)) return asData(fill(pattern, valueOf));
  if (isSum(pattern)) return sum(fill(pattern.$sum, valueOf));
  return Object.fromEntries(
    Object.entries(pattern).map(([key, inside]): [string, Json] => [key, filledMember(key, inside, valueOf)]),
  );
}

function filledMember(key: string, inside: Json, valueOf: ValueOf): Json {
  const takes = OPERATORS[key]?.takes;
  if (takes === 'data') return fill(inside, valueOf);
  const isWorkedOut =
    takes !== undefined && (isSum(inside) || (typeof inside === 'string' && isTemplate(inside)));
  return isWorkedOut ? operandOf(takes, { word: key, inside, valueOf }) : filled(inside, valueOf);
}

/** An operand that is known in the run alone, so that the loader could not check it. */
function operandOf(
  takes: Operand,
  { word, inside, valueOf }: { readonly word: string; readonly inside: Json; readonly valueOf: ValueOf },
): Json {
  const value = isSum(inside) ? sum(fill(inside.$sum, valueOf)) : fill(inside, valueOf);
  const fault = operandFault(takes, value) ?? shapeFault(takes, value);
  if (fault !== undefined) {
    const found = value === '' ? 'empty' : nameOfType(value);
    throw new DefinitionError(`'${word}' ${faultWords(fault)}; ${written(inside)} is ${found}.`);
  }
  if (takes === 'list' || takes === 'values') return isJsonList(value) ? value.map(asData) : asData(value);
  return takes === 'map' ? mapOfData(value as JsonMap) : asData(value);
}

function written(inside: Json): string {
  return typeof inside === 'string' ? inside : 'the sum';
}

/** The fault of an operand that may be written as a pattern, and that data cannot be. */
function shapeFault(takes: Operand, value: Json): string | undefined {
  if (!isJsonMap(value)) return undefined;
  if (takes === 'count') return 'takes a whole number from a value';
  const isPattern = takes === 'map' && Object.keys(value).some((key) => key.startsWith('$'));
  return isPattern ? 'takes no key that begins with $' : undefined;
}

function faultWords(fault: string): string {
  return fault.startsWith('takes') ? fault : `has a pattern that cannot be used: ${fault}`;
}

function mapOfData(map: JsonMap): Json {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, asData(value)]));
}

function asData(value: Json): Json {
  return isJsonMap(value) || isJsonList(value) ? { $literal: value } : value;
}
