import { isJsonMap, type Json } from '../base/json.ts';

/** True if all of `part` stands in `whole`: of a map each of its fields, of anything else the value itself. */
export function isPartOf(part: Json, whole: Json): boolean {
  if (!isJsonMap(part) || !isJsonMap(whole)) return JSON.stringify(part) === JSON.stringify(whole);
  return Object.entries(part).every(
    ([key, value]) => Object.hasOwn(whole, key) && isPartOf(value, whole[key] as Json),
  );
}
