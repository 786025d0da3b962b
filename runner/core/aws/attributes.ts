import { asUnordered, isJsonList, type Json, type JsonMap } from '../base/json.ts';
import { isNumeric, numberFrom, numberText } from '../base/numbers.ts';

/** An attribute of a DynamoDB item as it is written: one key, its type. */
export type WrittenAttribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: WrittenAttribute[] }
  | { readonly M: Record<string, WrittenAttribute> };

/** An attribute of a DynamoDB item as it is read: it has one of these. */
export interface ReadAttribute {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly B?: Uint8Array | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly L?: readonly ReadAttribute[] | undefined;
  readonly M?: Readonly<Record<string, ReadAttribute>> | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly NS?: readonly string[] | undefined;
  readonly BS?: readonly Uint8Array[] | undefined;
}

/** Converts a map to an item: numbers by all their digits, lists as lists. Sets and binary data cannot be written. */
export function toAttributes(map: JsonMap): Record<string, WrittenAttribute> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, toAttribute(value)]));
}

/** Converts an item to a map: numbers without loss, sets as lists without order, binary data in base64. */
export function fromAttributes(item: Readonly<Record<string, ReadAttribute>>): JsonMap {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

/** Converts one value as {@link toAttributes} does. */
export function toAttribute(value: Json): WrittenAttribute {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (isNumeric(value)) return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  return isJsonList(value) ? { L: value.map(toAttribute) } : { M: toAttributes(value) };
}

function fromAttribute({ S, N, BOOL, M, L, SS, NS, BS, B }: ReadAttribute): Json {
  if (S !== undefined) return S;
  if (N !== undefined) return numeric(N);
  if (BOOL !== undefined) return BOOL;
  if (M !== undefined) return fromAttributes(M);
  if (L !== undefined) return L.map(fromAttribute);
  if (SS !== undefined) return asUnordered(SS);
  if (NS !== undefined) return asUnordered(NS.map(numeric));
  if (BS !== undefined) return asUnordered(BS.map(base64));
  return B === undefined ? null : base64(B);
}

/** DynamoDB writes a number as JSON does (DynamoDB developer guide, "Number"). */
function numeric(text: string): Json {
  return numberFrom(text) ?? text;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
