import { isJsonList, isJsonMap, type Json, looseJsonIn } from '../base/json.ts';

/** JSON in JSON in JSON: deeper than any known system writes it. */
const MOST_LAYERS = 3;

/**
 * The value of a text: JSON; a map or list inside a JSON string; JSON with NaN and Infinity, which become text. Anything else stays text.
 */
export function openText(text: string): Json {
  const value = looseJsonIn(text);
  if (typeof value === 'string') return structureIn(value, MOST_LAYERS - 1) ?? value;
  return value === undefined ? text : value;
}

function structureIn(text: string, layers: number): Json | undefined {
  const value = looseJsonIn(text);
  if (isJsonMap(value) || isJsonList(value)) return value;
  return typeof value === 'string' && layers > 1 ? structureIn(value, layers - 1) : undefined;
}
