import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../runner/core/base/json.ts';
import { DURATION } from '../../runner/load/schema/words.ts';
import { table } from './markdown.ts';

/** The keys of one map of a file: a key, its values, and its meaning. */
export function keyTable(schema: JsonMap, leaveOut: readonly string[] = []): string {
  const { required = [] } = schema as { readonly required?: readonly string[] };
  const rows = Object.entries(propertiesOf(schema))
    .filter(([key]) => !leaveOut.includes(key))
    .map(([key, one]) => [
      `\`${key}\`${required.includes(key) ? ' (required)' : ''}`,
      valuesOf(one),
      meaningOf(one),
    ]);
  return table(['key', 'value', 'meaning'], rows);
}

/** The schemas of the keys of a map. */
export function propertiesOf(schema: JsonMap): Readonly<Record<string, JsonMap>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, JsonMap>>;
}

function meaningOf(schema: JsonMap): string {
  const { description = '', default: byDefault } = schema as {
    readonly description?: string;
    readonly default?: Json;
  };
  return byDefault === undefined ? description : `${description}; \`${String(byDefault)}\` by default`;
}

/** The values that a schema takes, in words. */
function valuesOf(schema: JsonMap): string {
  const { anyOf, const: only, enum: words, items, type, $ref, minimum, maximum } = schema;
  if (isJsonList(anyOf)) return [...new Set(anyOf.filter(isJsonMap).map(valuesOf))].join(', or ');
  if (only !== undefined) return `\`${String(only)}\``;
  if (isJsonList(words)) return words.map((word) => `\`${String(word)}\``).join(' or ');
  if ($ref !== undefined) return 'a [pattern](operators.md)';
  if (schema['pattern'] === DURATION['pattern']) return 'a duration';
  if (isJsonList(type)) return type.map((one) => valuesOf({ type: one })).join(', or ');
  if (type === 'array')
    return `a list of ${isJsonMap(items) && items['type'] === 'string' ? 'texts' : 'maps'}`;
  if (type === 'integer') return rangeWords('a whole number', minimum, maximum);
  return WORDS[String(type)] ?? 'any data';
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  object: 'a map',
  number: 'a number',
};

function rangeWords(noun: string, least: Json | undefined, most: Json | undefined): string {
  if (most !== undefined) return `${noun}, ${String(least)} to ${String(most)}`;
  return least === undefined ? noun : `${noun}, ${String(least)} or more`;
}
