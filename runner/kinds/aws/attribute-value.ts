import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttribute } from '../../core/aws/attributes.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { isNumeric, numberFrom, scalarText } from '../../core/base/numbers.ts';
import { typeWord } from '../../core/matching/operators.ts';

/**
 * A key's value in DynamoDB's form, of the attribute's type in the table: `S`, `N` or `B`. Digits in text are accepted as a number, and
 * binary data is given in base64.
 * @throws DefinitionError if the value is none of that type.
 */
export function keyValue(name: string, value: Json, type: string): AttributeValue {
  const fault = keyTypeFault(value, type);
  if (fault !== undefined)
    throw new DefinitionError(
      `The key attribute '${name}' is ${fault.is}, and the step gives ${fault.given}. ${fault.remedy}`,
    );
  const text = scalarText(value) ?? '';
  if (type === 'B') return { B: Buffer.from(text, 'base64') };
  return type === 'N' ? { N: text } : { S: text };
}

/** The fault of a value for a key's attribute: the type, the actual value, and the remedy; undefined for none. */
export function keyTypeFault(
  value: Json,
  type: string,
): { readonly is: string; readonly given: string; readonly remedy: string } | undefined {
  const { is, remedy, fits } = KEY_TYPES[type] as KeyType;
  if (fits(value)) return undefined;
  const word = typeWord(value);
  return { is, given: word === 'text' || word === 'null' ? word : `a ${word}`, remedy };
}

interface KeyType {
  readonly is: string;
  readonly remedy: string;
  fits(value: Json): boolean;
}

/** Canonical base64 of at least one byte: DynamoDB has no empty keys (RFC 4648, section 4). */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

const KEY_TYPES: Readonly<Record<string, KeyType>> = {
  S: { is: 'text', remedy: 'Put it in quotes.', fits: (value) => typeof value === 'string' },
  N: {
    is: 'a number',
    remedy: 'Write a number.',
    fits: (value) => isNumeric(typeof value === 'string' ? numberFrom(value) : value),
  },
  B: {
    is: 'binary',
    remedy: 'Write it in base64.',
    fits: (value) => typeof value === 'string' && BASE64.test(value),
  },
};

/**
 * A map in DynamoDB's form: numbers as numbers, lists as lists. Sets cannot be written. `keyed` are the types of the attributes that a key
 * of the table or of an index holds.
 * @throws DefinitionError if the value of a key's attribute is not of its type.
 */
export function itemOf(map: JsonMap, keyed: KeyTypes = new Map()): Record<string, AttributeValue> {
  const entries = Object.entries(map).map(([name, value]) => {
    const type = keyed.get(name);
    return [name, type === undefined ? toAttribute(value) : keyValue(name, value, type)] as const;
  });
  return Object.fromEntries(entries);
}

/** `S`, `N` or `B`, by the name of an attribute that a key holds. */
export type KeyTypes = ReadonlyMap<string, string>;
