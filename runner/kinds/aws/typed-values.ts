import { isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import type { InputFault } from '../kind.ts';
import { isTyped } from './service-limits.ts';

/** Warnings of attributes that are written as DynamoDB's API has them: `{ S: text }` would be stored as a map. */
export function typedFaults(item: JsonMap, key = 'item'): readonly InputFault[] {
  if (!isJsonMap(item)) return [];
  return Object.entries(item).flatMap(([name, value]) => {
    if (!isTyped(value)) return [];
    const [[type, typed]] = Object.entries(value as JsonMap) as [[string, Json]];
    return [
      {
        key,
        within: [name],
        message: `'${type}' is a type of DynamoDB's API, and is stored as a field of a map`,
        hint: `write ${name}: ${typeof typed === 'string' ? typed : JSON.stringify(typed)}`,
        severity: 'warning',
      },
    ];
  });
}
