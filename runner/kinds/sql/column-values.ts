import { type Json, parseJson } from '../../core/base/json.ts';
import { isNumeric, numberFrom, numberText } from '../../core/base/numbers.ts';

/** A reader of one column's text. */
type Read = (text: string) => Json;

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
]);

/** The type of the elements of an array, by the array's OID. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [199, 114],
  [3807, 3802],
  [1115, 1114],
  [1185, 1184],
  ...[1009, 1015, 1182, 2951].map((oid) => [oid, 25] as const),
]);

/** The reader of a type; `readList` takes the text of an array apart. */
export function readerOf(oid: number, readList: (text: string, read: Read) => readonly Json[]): Read {
  const element = ELEMENTS.get(oid);
  if (element === undefined) return BY_TYPE.get(oid) ?? asText;
  const read = BY_TYPE.get(element) ?? asText;
  return (text) => readList(text, read);
}

/** A value as the text of a parameter, whose type the server infers; a list or a map is JSON. */
export function parameterOf(value: Json): string | null {
  if (value === null || typeof value === 'string') return value;
  return isNumeric(value) ? numberText(value) : JSON.stringify(value);
}
