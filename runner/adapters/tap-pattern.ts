import type { Json } from '../core/json.ts';
import type { TapDefinition } from '../core/project.ts';
import { CORRELATION_PREFIX } from '../core/trace.ts';

/** What a tap on a bus lets through: what the file says, what carries one of the system's own ids, or canary traffic. */
export function busPatternOf({ pattern, ids }: TapDefinition, field: string): Json {
  if (pattern !== undefined) return pattern;
  if (ids.length > 0) return { $or: ids.map((path) => nested(path.split('.'), [{ exists: true }])) };
  return nested(['detail', ...field.split('.')], [{ prefix: CORRELATION_PREFIX }]);
}

/** What a tap on a topic lets through: what the file says, canary traffic, or everything where ids are looked for in bodies. */
export function topicFilterOf({ pattern, ids }: TapDefinition): Json | undefined {
  if (pattern === undefined && ids.length > 0) return undefined;
  return pattern ?? { correlationId: [{ prefix: CORRELATION_PREFIX }] };
}

function nested(path: readonly string[], leaf: Json): Json {
  return path.reduceRight<Json>((inside, key) => ({ [key]: inside }), leaf);
}
