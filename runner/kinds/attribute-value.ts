import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DefinitionError } from '../core/errors.ts';
import { asUnordered, isJsonList, type Json, type JsonMap } from '../core/json.ts';
import { isNumeric, numberFrom, numberText } from '../core/numbers.ts';

/** An item as plain JSON: numbers without loss, sets as lists without order. */
export function plainItem(item: Readonly<Record<string, AttributeValue>>): JsonMap {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

/**
 * A key's value as DynamoDB takes it.
 * @throws DefinitionError for anything but text or a number.
 */
export function keyValue(name: string, value: Json): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (isNumeric(value)) return { N: numberText(value) };
  throw new DefinitionError(`The key attribute '${name}' must be text or a number. Check the step's 'key'.`);
}

/** A map as an item, as DynamoDB takes it: numbers as numbers, lists as lists. Sets cannot be written. */
export function itemOf(map: JsonMap): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, attributeValue(value)]));
}

function attributeValue(value: Json): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (isNumeric(value)) return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  return isJsonList(value) ? { L: value.map(attributeValue) } : { M: itemOf(value) };
}

function plain(value: AttributeValue): Json {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return numeric(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.M !== undefined) return plainItem(value.M);
  if (value.L !== undefined) return value.L.map(plain);
  if (value.SS !== undefined) return asUnordered(value.SS);
  if (value.NS !== undefined) return asUnordered(value.NS.map(numeric));
  if (value.BS !== undefined) return asUnordered(value.BS.map(base64));
  return value.B === undefined ? null : base64(value.B);
}

/** DynamoDB writes a number as JSON does (DynamoDB developer guide, "Number"). */
function numeric(text: string): Json {
  return numberFrom(text) ?? text;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
