import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttribute } from '../../core/aws/attributes.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { isNumeric, type Numeric } from '../../core/base/numbers.ts';
import { itemOf, type KeyTypes } from '../aws/attribute-value.ts';
import type { InputFault } from '../kind.ts';

/** A change of an item: attributes to set, numbers to add, attributes to remove. */
export interface ItemChange {
  readonly set?: JsonMap;
  readonly add?: Readonly<Record<string, Numeric>>;
  readonly remove?: readonly string[];
}

/** The parts of an UpdateItem call that say what is changed, and if. */
export interface UpdateExpression {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** Operators of a condition, as DynamoDB writes them: `#n` is the attribute, `:v` the value. */
const COMPARISONS: Readonly<Record<string, string>> = {
  $above: '#n > :v',
  $atLeast: '#n >= :v',
  $below: '#n < :v',
  $atMost: '#n <= :v',
};
const OPERATORS = [...Object.keys(COMPARISONS), '$exists', '$oneOf'];
/** Operands of IN (DynamoDB developer guide, "Comparison operator and function reference"). */
const MOST_OF_IN = 100;

/**
 * Writes a change and its condition in the language of DynamoDB. Every name and value is a placeholder, so no text of a file is part of an
 * expression. The condition begins with the existence of the item: UpdateItem alone would create one.
 */
export function updateExpression(
  { set = {}, add = {}, remove = [] }: ItemChange,
  { key, condition, types }: { readonly key: string; readonly condition: JsonMap; readonly types: KeyTypes },
): UpdateExpression {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const nameOf = (name: string): string => {
    const known = Object.keys(names).find((one) => names[one] === name);
    const placeholder = known ?? `#n${Object.keys(names).length}`;
    names[placeholder] = name;
    return placeholder;
  };
  const valueOf = (value: AttributeValue): string => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };
  const sets = Object.entries(itemOf(set, types)).map(([name, one]) => `${nameOf(name)} = ${valueOf(one)}`);
  const adds = Object.entries(itemOf(add)).map(([name, one]) => `${nameOf(name)} ${valueOf(one)}`);
  const clauses = [...clause('SET', sets), ...clause('ADD', adds), ...clause('REMOVE', remove.map(nameOf))];
  const conditions = Object.entries(condition).flatMap(([name, wanted]) =>
    conditionsOn(wanted, nameOf(name), (value) => valueOf(toAttribute(value))),
  );
  const expression = {
    UpdateExpression: clauses.join(' '),
    ConditionExpression: [`attribute_exists(${nameOf(key)})`, ...conditions].join(' AND '),
    ExpressionAttributeNames: names,
  };
  return Object.keys(values).length === 0 ? expression : { ...expression, ExpressionAttributeValues: values };
}

function clause(word: string, parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];
}

/** The conditions on one attribute: a value that it equals, or operators that all hold. */
function conditionsOn(wanted: Json, name: string, valueOf: (value: Json) => string): readonly string[] {
  if (!isOperators(wanted)) return [`${name} = ${valueOf(wanted)}`];
  return Object.entries(wanted).map(([operator, operand]) => {
    if (operator === '$exists')
      return operand === true ? `attribute_exists(${name})` : `attribute_not_exists(${name})`;
    if (operator === '$oneOf') return `${name} IN (${(operand as readonly Json[]).map(valueOf).join(', ')})`;
    const written = COMPARISONS[operator] as string;
    return written.replace('#n', () => name).replace(':v', () => valueOf(operand));
  });
}

function isOperators(wanted: Json): wanted is JsonMap {
  return isJsonMap(wanted) && Object.keys(wanted).some((key) => key.startsWith('$'));
}

interface CheckedChange extends ItemChange {
  readonly key: JsonMap;
  readonly condition?: JsonMap;
}

/** The faults of a change and of its condition that show without the table. `own` are the attributes that Coalmine sets. */
export function changeFaults(
  { key, condition = {}, ...change }: CheckedChange,
  own: readonly string[],
): readonly InputFault[] {
  const { set = {}, add = {}, remove = [] } = change;
  const parts = [
    ...Object.keys(set).map((name) => ({ part: 'set', name, within: [name] })),
    ...Object.keys(add).map((name) => ({ part: 'add', name, within: [name] })),
    ...remove.map((name, n) => ({ part: 'remove', name, within: [n] })),
  ];
  if (parts.length === 0)
    return [{ key: 'table', message: 'the step changes nothing', hint: 'add set:, add: or remove:' }];
  return [
    ...parts.flatMap((one, n) => partFault(one, { key, own, before: parts.slice(0, n) })),
    ...Object.entries(condition).flatMap(([name, wanted]) => conditionFault(name, wanted)),
  ];
}

interface Part {
  readonly part: string;
  readonly name: string;
  readonly within: readonly (string | number)[];
}

function partFault(
  { part, name, within }: Part,
  {
    key,
    own,
    before,
  }: { readonly key: JsonMap; readonly own: readonly string[]; readonly before: readonly Part[] },
): readonly InputFault[] {
  const place = { key: part, within };
  if (Object.hasOwn(key, name)) {
    const message = `'${name}' is of the key, and the key of an item never changes`;
    return [{ ...place, message, hint: 'leave it out; another key is another item: use putItem' }];
  }
  const twice = before.find((other) => other.name === name);
  if (twice !== undefined) {
    const message = `'${name}' stands under '${twice.part}', too, and DynamoDB changes an attribute once`;
    return [{ ...place, message, hint: 'write it under one of them' }];
  }
  if (part !== 'remove' || !own.includes(name)) return [];
  const message = `'${name}' is put in by Coalmine, so it cannot be removed`;
  return [{ ...place, message, hint: 'say correlate: false' }];
}

function conditionFault(name: string, wanted: Json): readonly InputFault[] {
  if (!isOperators(wanted)) return [];
  return Object.entries(wanted).flatMap(([operator, operand]) => {
    const place = { key: 'condition', within: [name, operator] };
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
      ? []
      : [{ ...place, message: `'${operator}' takes ${takes}`, hint: `write ${name}: { ${operator}: … }` }];
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
