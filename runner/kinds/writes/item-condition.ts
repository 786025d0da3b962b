import {
  fromAttributes,
  type ReadAttribute,
  toAttribute,
  type WrittenAttribute,
} from '../../core/aws/attributes.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { compareNumbers, isNumeric } from '../../core/base/numbers.ts';
import { held, match } from '../../core/matching/matcher.ts';
import type { InputFault } from '../kind.ts';

/** The placeholders of an attribute's name and of a value, in an expression of DynamoDB. */
export interface Placeholders {
  nameOf(name: string): string;
  valueOf(value: WrittenAttribute): string;
}

/** The reason why a condition did not hold. Undecided: DynamoDB compared values of two types, and those are never equal, above or below. */
export interface Unmet {
  readonly why: string;
  readonly undecided: boolean;
}

type Item = Readonly<Record<string, ReadAttribute>>;

/** A comparison of one attribute: an operator, or `equals` for a plain value. */
interface Term {
  readonly name: string;
  readonly operator: string;
  readonly operand: Json;
}

/** A comparison as DynamoDB writes it, and the orders (of attribute and operand) that satisfy it. */
interface Comparison {
  readonly sign: string;
  readonly holds: readonly number[];
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  $above: { sign: '>', holds: [1] },
  $atLeast: { sign: '>=', holds: [0, 1] },
  $below: { sign: '<', holds: [-1] },
  $atMost: { sign: '<=', holds: [-1, 0] },
};
const OPERATORS = [...Object.keys(COMPARISONS), '$exists', '$oneOf'];
/** Operands of IN (DynamoDB developer guide, "Comparison operator and function reference"). */
const MOST_OF_IN = 100;

/** The comparisons of a condition in the language of DynamoDB; all of them must hold. */
export function conditionTerms(condition: JsonMap, { nameOf, valueOf }: Placeholders): readonly string[] {
  return termsOf(condition).map(({ name, operator, operand }) => {
    const at = nameOf(name);
    const written = (value: Json): string => valueOf(toAttribute(value));
    if (operator === '$exists') return `attribute_${operand === true ? '' : 'not_'}exists(${at})`;
    if (operator === '$oneOf') return `${at} IN (${(operand as readonly Json[]).map(written).join(', ')})`;
    return `${at} ${COMPARISONS[operator]?.sign ?? '='} ${written(operand)}`;
  });
}

/** Explains why DynamoDB found a condition false of an item. Undefined if nothing in the item shows it. */
export function unmetBy(item: Item, condition: JsonMap): Unmet | undefined {
  const terms = termsOf(condition);
  const failing = terms.find((term) => !isOfAnotherType(term, item[term.name]) && !isTrueOf(term, item));
  if (failing !== undefined) return { why: differenceOf(failing, item), undecided: false };
  const mistyped = terms.find((term) => isOfAnotherType(term, item[term.name]));
  if (mistyped === undefined) return undefined;
  const { name, operand } = mistyped;
  const [own, ours] = [
    typeOf(item[name] as ReadAttribute),
    typeOf(operandsOf(mistyped)[0] as WrittenAttribute),
  ];
  const why = `'${name}' is ${own} in the item, and the condition compares it with ${ours}: ${JSON.stringify(operand)}`;
  return { why, undecided: true };
}

/** The faults of a condition that show without the table. */
export function conditionFaults(condition: JsonMap): readonly InputFault[] {
  return Object.entries(condition).flatMap(([name, wanted]) => conditionFault(name, wanted));
}

function termsOf(condition: JsonMap): readonly Term[] {
  return Object.entries(condition).flatMap(([name, wanted]) =>
    Object.entries(isOperators(wanted) ? wanted : { equals: wanted }).map(([operator, operand]) => ({
      name,
      operator,
      operand,
    })),
  );
}

function isOperators(wanted: Json): wanted is JsonMap {
  return isJsonMap(wanted) && Object.keys(wanted).some((key) => key.startsWith('$'));
}

function operandsOf({ operator, operand }: Term): readonly WrittenAttribute[] {
  return (operator === '$oneOf' ? (operand as readonly Json[]) : [operand]).map(toAttribute);
}

/** True if the types alone rule out that the comparison holds. NULL stands for no value, so that it differs from any other one. */
function isOfAnotherType(term: Term, attribute: ReadAttribute | undefined): boolean {
  if (attribute === undefined || attribute.NULL === true || term.operator === '$exists') return false;
  return operandsOf(term).every((one) => !('NULL' in one) && typeOf(one) !== typeOf(attribute));
}

const TYPES: Readonly<Record<keyof ReadAttribute, string>> = {
  S: 'a text',
  N: 'a number',
  B: 'binary data',
  BOOL: 'a boolean',
  NULL: 'null',
  L: 'a list',
  M: 'a map',
  SS: 'a set of texts',
  NS: 'a set of numbers',
  BS: 'a set of binary data',
};

function typeOf(attribute: ReadAttribute): string {
  const type = (Object.keys(TYPES) as (keyof ReadAttribute)[]).find((one) => attribute[one] !== undefined);
  return TYPES[type as keyof ReadAttribute];
}

function isTrueOf({ name, operator, operand }: Term, item: Item): boolean {
  const actual = fromAttributes(item)[name];
  if (operator === '$exists') return (actual !== undefined) === operand;
  if (actual === undefined) return false;
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) return comparison.holds.includes(orderOf(actual, operand));
  const wanted = operator === '$oneOf' ? (operand as readonly Json[]) : [operand];
  return wanted.some((one) => held(match(one, actual)));
}

/** The order of two numbers, or of two texts by their bytes; NaN for anything else. */
function orderOf(a: Json, b: Json): number {
  if (isNumeric(a) && isNumeric(b)) return Math.sign(compareNumbers(a, b));
  return typeof a === 'string' && typeof b === 'string'
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : Number.NaN;
}

function differenceOf({ name, operator, operand }: Term, item: Item): string {
  const actual = fromAttributes(item)[name];
  const is = actual === undefined ? 'missing' : JSON.stringify(actual);
  const wanted = operator === 'equals' ? '' : `${operator}: `;
  return `'${name}' is ${is}, and the condition asks for ${wanted}${JSON.stringify(operand)}`;
}

function conditionFault(name: string, wanted: Json): readonly InputFault[] {
  if (!isOperators(wanted)) return nestedFaults(wanted, [name]);
  return Object.entries(wanted).flatMap(([operator, operand]) => {
    const within = [name, operator];
    const place = { key: 'condition', within };
    if (!OPERATORS.includes(operator)) {
      const meant = didYouMean(operator, OPERATORS);
      const hint =
        meant === undefined
          ? `write a value that it equals, or ${OPERATORS.join(', ')}`
          : `did you mean '${meant}'?`;
      return [{ ...place, message: `'${operator}' is no condition of DynamoDB`, hint }];
    }
    const takes = operandFault(operator, operand);
    return takes === undefined
      ? nestedFaults(operand, within)
      : [{ ...place, message: `'${operator}' takes ${takes}`, hint: `write ${name}: { ${operator}: … }` }];
  });
}

/** Operators inside a value: they would be names of fields there, so that the condition never holds. */
function nestedFaults(value: Json, within: readonly (string | number)[]): readonly InputFault[] {
  if (isJsonList(value)) return value.flatMap((element, n) => nestedFaults(element, [...within, n]));
  if (!isJsonMap(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...within, key];
    if (!key.startsWith('$')) return nestedFaults(member, at);
    const message = `'${key}' stands inside a value, and a condition is about a whole attribute`;
    const meant = OPERATORS.includes(key) ? key : '$exists';
    const hint = `write ${within[0]}: { ${meant}: … }, or check what is inside by expect: item`;
    return [{ key: 'condition', within: at, message, hint }];
  });
}

/** An operand that is a reference alone is checked once its value is there. */
function operandFault(operator: string, operand: Json): string | undefined {
  if (typeof operand === 'string' && /^\$\{[^}]*\}$/.test(operand)) return undefined;
  if (operator === '$exists') return typeof operand === 'boolean' ? undefined : 'true or false';
  if (operator !== '$oneOf')
    return isNumeric(operand) || typeof operand === 'string' ? undefined : 'a number or a text';
  return isJsonList(operand) && operand.length > 0 && operand.length <= MOST_OF_IN
    ? undefined
    : `a list of 1 to ${MOST_OF_IN} values`;
}
