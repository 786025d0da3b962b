import { type Json, parseJson } from '../../core/base/json.ts';
import { isNumeric, numberFrom, numberText } from '../../core/base/numbers.ts';

/** A reader of one column's text. */
type Read = (text: string) => Json;

/** Takes the text of an array apart, at any depth. */
export type ReadArray = (text: string, read: Read) => readonly Json[];

const asText: Read = (text) => text;
/** NaN and Infinity stay texts: no number compares with them. */
const asNumber: Read = (text) => numberFrom(text) ?? text;
const asTime: Read = (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z');

/** Readers by the OID of a type (PostgreSQL, `pg_type.dat`); a type that is not listed is read as text. */
const BY_TYPE: ReadonlyMap<number, Read> = new Map<number, Read>([
  [16, (text) => text === 't'],
  ...[20, 21, 23, 26, 700, 701, 1700].map((oid) => [oid, asNumber] as const),
  ...[114, 3802].map((oid) => [oid, parseJson] as const),
  ...[1114, 1184].map((oid) => [oid, asTime] as const),
  ...[17, 19, 25, 1042, 1043, 1082, 2950].map((oid) => [oid, asText] as const),
]);

/**
 * The types that only the server knows: an own type, which may be an array. A text that begins with no bracket is no array.
 */
export function unknownTypes(
  types: readonly number[],
  rows: readonly (readonly (string | null)[])[],
): readonly number[] {
  const unknown = types.filter(
    (oid, at) => !BY_TYPE.has(oid) && rows.some((row) => /^[{[]/.test(row[at] ?? '')),
  );
  return [...new Set(unknown)];
}

/** The value of a column; `elements` has the type of the elements of each array type. */
export function valueOf(
  text: string | null,
  oid: number,
  { elements, readArray }: { readonly elements: ReadonlyMap<number, number>; readonly readArray: ReadArray },
): Json {
  if (text === null) return null;
  const element = elements.get(oid);
  if (element === undefined) return (BY_TYPE.get(oid) ?? asText)(text);
  return readArray(text, BY_TYPE.get(element) ?? asText);
}

/** A value as the text of a parameter, whose type the server infers; a list or a map is JSON. */
export function parameterOf(value: Json): string | null {
  if (value === null || typeof value === 'string') return value;
  return isNumeric(value) ? numberText(value) : JSON.stringify(value);
}
