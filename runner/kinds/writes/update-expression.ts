import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonMap } from '../../core/base/json.ts';
import type { Numeric } from '../../core/base/numbers.ts';
import { itemOf, type KeyTypes } from '../aws/attribute-value.ts';
import type { InputFault } from '../kind.ts';
import { conditionFaults, conditionTerms } from './item-condition.ts';

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
  const conditions = conditionTerms(condition, { nameOf, valueOf });
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

interface CheckedChange extends ItemChange {
  readonly key: JsonMap;
  readonly condition?: JsonMap;
}

/** Facts of the step: the attributes that Coalmine sets, and true if the file says `retry`. */
interface ChangeOf {
  readonly own: readonly string[];
  readonly repeats: boolean;
}

/** The faults of a change and of its condition that show without the table. */
export function changeFaults(
  { key, condition = {}, ...change }: CheckedChange,
  { own, repeats }: ChangeOf,
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
    ...conditionFaults(condition),
    ...(repeats ? repeatFaults(change, condition, own) : []),
  ];
}

/** A first try may be done although its answer was lost: a second one would add again, or find the condition false by the first. */
function repeatFaults(
  { set = {}, add = {}, remove = [] }: ItemChange,
  condition: JsonMap,
  own: readonly string[],
): readonly InputFault[] {
  const hint = 'leave out retry';
  const [added] = Object.keys(add);
  const changed = [...Object.keys(set), ...remove, ...own];
  const asked = Object.keys(condition).find((name) => changed.includes(name));
  const adds = `'retry' would add to '${added}' twice if the first answer is lost`;
  const asks = `'retry' would find '${asked}' as a lost first try left it`;
  return [
    ...(added === undefined ? [] : [{ key: 'add', within: [added], message: adds, hint }]),
    ...(asked === undefined ? [] : [{ key: 'condition', within: [asked], message: asks, hint }]),
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
