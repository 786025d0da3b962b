/** Any value that survives a trip through JSON: what scenario files hold, and what evidence is made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

/** A JSON object. */
export interface JsonMap {
  readonly [key: string]: Json;
}

const UNORDERED = Symbol('unordered');
const CASELESS = Symbol('caseless');

/** True for a JSON object, false for a list, a scalar and null. */
export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
