import type { Json, JsonMap } from '../core/json.ts';
import { PROBE } from '../core/probe.ts';
import type { TapDefinition } from '../core/project.ts';
import { CORRELATION_PREFIX } from '../core/trace.ts';

type Filtering = Pick<TapDefinition, 'on' | 'pattern' | 'ids' | 'probe'>;

/** The pattern of a tap's rule, or the filter of its subscription; undefined if it lets everything through. */
export function patternOf(tap: Filtering, field: string): Json | undefined {
  return 'bus' in tap.on ? busPatternOf(tap, field) : topicFilterOf(tap);
}

/**
 * What a tap on a bus lets through: what the file says, or canary traffic and what carries one of the system's own ids. A probe
 * is canary traffic; where the file says something else, it is let through beside that.
 */
function busPatternOf({ pattern, ids }: Filtering, field: string): Json {
  if (pattern !== undefined) return either([pattern as JsonMap, { source: [PROBE] }]);
  const own = nested(['detail', ...field.split('.')], [{ prefix: CORRELATION_PREFIX }]);
  if (ids.length === 0) return own;
  return either([...ids.map((path) => nested(path.split('.'), [{ exists: true }])), own]);
}

/** What a tap on a topic lets through: what the file says, canary traffic, or everything where ids are looked for in bodies. */
function topicFilterOf({ pattern, ids, probe }: Filtering): Json | undefined {
  if (pattern === undefined) return ids.length > 0 ? undefined : ownFilter();
  return probe ? either([pattern as JsonMap, { [PROBE]: [{ exists: true }] }]) : pattern;
}

/** Messages of canaries and probes. */
export function ownFilter(): JsonMap {
  return { correlationId: [{ prefix: CORRELATION_PREFIX }] };
}

/** A pattern that lets through what one of some lets through; alternatives within one are written beside the others. */
export function either(patterns: readonly JsonMap[]): JsonMap {
  return { $or: patterns.flatMap((one) => (isOnlyOr(one) ? one.$or : [one])) };
}

function isOnlyOr(pattern: JsonMap): pattern is { readonly $or: readonly Json[] } {
  return Array.isArray(pattern['$or']) && Object.keys(pattern).length === 1;
}

function nested(path: readonly string[], leaf: Json): JsonMap {
  return path.reduceRight<Json>((inside, key) => ({ [key]: inside }), leaf) as JsonMap;
}
