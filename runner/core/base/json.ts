import { type ExactNumber, isExactNumber } from './numbers.ts';
import { type Scanned, scanJson } from './scan-json.ts';

/** Any JSON value, as in scenario files and evidence. A number that a double cannot hold is an {@link ExactNumber}. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap | ExactNumber;

export interface JsonMap {
  readonly [key: string]: Json;
}

const UNORDERED = Symbol('unordered');
const CASELESS = Symbol('caseless');

/** True for a JSON object, false for a list, a scalar and null. */
export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

/** True for a JSON list. `Array.isArray` alone loses the element type of a readonly list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Marks a list as a set, whose order means nothing (DynamoDB's sets). The mark is lost by JSON. */
export function asUnordered(list: readonly Json[]): readonly Json[] {
  return Object.defineProperty([...list], UNORDERED, { value: true });
}

/** True for a list marked by {@link asUnordered}. */
export function isUnordered(list: readonly Json[]): boolean {
  return UNORDERED in list;
}

/** Marks a map as one whose keys are compared without regard to case (HTTP headers). The mark is lost by JSON. */
export function asCaseless(map: JsonMap): JsonMap {
  return Object.defineProperty({ ...map }, CASELESS, { value: true });
}

/** True for a map marked by {@link asCaseless}. */
export function isCaseless(map: JsonMap): boolean {
  return CASELESS in map;
}

/** A string, up to the end if it is unterminated; or a number literal of Python and JavaScript only. */
const TEXT_OR_NAN = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|-?\b(?:NaN|Infinity)\b/gs;
const MARK = '#';

/**
 * Reads JSON text; numbers that a double cannot hold stay exact.
 * @throws SyntaxError if it is not JSON.
 */
export function parseJson(text: string): Json {
  const found = scanJson(text);
  return found.numbers.length === 0 ? (JSON.parse(text) as Json) : parseExactly(text, found);
}

/**
 * Like `parseJson`, and reads the extensions of Python's `json`: NaN, Infinity and -Infinity become texts, since no number compares with
 * them.
 * @throws SyntaxError if it is not JSON otherwise.
 */
export function parseLooseJson(text: string): Json {
  try {
    return parseJson(text);
  } catch (thrown) {
    if (!/NaN|Infinity/.test(text)) throw thrown;
    return parseJson(text.replace(TEXT_OR_NAN, (found) => (found.startsWith('"') ? found : `"${found}"`)));
  }
}

/** Like `parseLooseJson`; undefined for a text that is not JSON. */
export function looseJsonIn(text: string): Json | undefined {
  try {
    return parseLooseJson(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The JSON in a text; the text itself if it is not JSON. */
export function jsonOrText(text: string): Json {
  const value = looseJsonIn(text);
  return value === undefined ? text : value;
}

/**
 * Replaces each exact number by a marked text during `JSON.parse`; a text that begins with the mark gets one more mark. A reviver, which is
 * given the digits too, takes 330 ms for a megabyte of numbers; this takes a fraction.
 */
function parseExactly(text: string, { numbers, texts }: Scanned): Json {
  let marked = '';
  let doneTo = 0;
  let nextText = 0;
  const markTextsTo = (end: number): void => {
    for (let at = texts[nextText]; at !== undefined && at < end; at = texts[(nextText += 1)]) {
      marked += `${text.slice(doneTo, at + 1)}${MARK}${MARK}`;
      doneTo = at + 1;
    }
  };
  for (const { begin, end } of numbers) {
    markTextsTo(begin);
    marked += `${text.slice(doneTo, begin)}"${MARK}${text.slice(begin, end)}"`;
    doneTo = end;
  }
  markTextsTo(text.length);
  return unmarked(JSON.parse(marked + text.slice(doneTo)) as Json);
}

/** Replaces the marked texts by their numbers. Without recursion: a body may be nested as deep as it is long. */
function unmarked(value: Json): Json {
  const whole = [value];
  const open: Json[][] = [whole];
  const settle = (holder: Json[], key: number): void => {
    const member = holder[key];
    if (typeof member === 'string' && member.startsWith(MARK)) holder[key] = meaningOf(member.slice(1));
    else if (typeof member === 'object' && member !== null) open.push(member as Json[]);
  };
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    const keys = isJsonList(holder) ? holder.keys() : Object.keys(holder);
    for (const key of keys) settle(holder, key as number);
  }
  return whole[0] as Json;
}

function meaningOf(unmarkedText: string): Json {
  return unmarkedText.startsWith(MARK) ? unmarkedText.slice(1) : JSON.rawJSON(unmarkedText);
}

/** Equality of two JSON values. Neither the order of keys counts, nor a key whose value is undefined. Parts that both share cost nothing. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  for (const key in one) if (!isSameJson(one[key], other[key])) return false;
  for (const key in other) if (other[key] !== undefined && !Object.hasOwn(one, key)) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
