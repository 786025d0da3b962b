import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { CORRELATION_PREFIX } from '../../core/base/run-id.ts';
import type { Project, TapDefinition } from '../../core/model/project.ts';
import { PROBE } from '../../core/taps/probe.ts';

type FilteredTap = Pick<TapDefinition, 'on' | 'pattern' | 'ids' | 'probe'>;

/** The pattern of a tap's rule, or the filter of its subscription; undefined if it lets everything through. */
export function patternOf(tap: FilteredTap, field: string): Json | undefined {
  return 'bus' in tap.on ? busPatternOf(tap, field) : topicFilterOf(tap);
}

/**
 * The pattern of a tap on a bus: the file's, or canary traffic and messages with one of the system's own ids. A probe is canary traffic;
 * the file's pattern is extended by it.
 */
function busPatternOf({ pattern, ids }: FilteredTap, field: string): Json {
  if (pattern !== undefined) return either([pattern as JsonMap, { source: [PROBE] }]);
  const own = nested(['detail', ...field.split('.')], [{ prefix: CORRELATION_PREFIX }]);
  if (ids.length === 0) return own;
  return either([...ids.map((path) => nested(path.split('.'), [{ exists: true }])), own]);
}

/** The filter of a tap on a topic: the file's, canary traffic, or everything if ids are searched for in bodies. */
function topicFilterOf({ pattern, ids, probe }: FilteredTap): Json | undefined {
  if (pattern === undefined) return ids.length > 0 ? undefined : ownFilter();
  return probe ? either([pattern as JsonMap, { [PROBE]: [{ exists: true }] }]) : pattern;
}

/**
 * The pattern of all taps of a deployed stack on buses, or the filter of all on topics; undefined if it lets everything through. The
 * deployer chooses the buses and topics: the pattern of a tap of the file is added to that of all. If values of the system's own are
 * searched for in bodies, all messages must come through.
 */
export function stackPatternOf(
  sort: 'bus' | 'topic',
  { correlation: { field }, taps }: Pick<Project, 'correlation' | 'taps'>,
): Json | undefined {
  const plain = patternOf(sort === 'bus' ? PLAIN_BUS : PLAIN_TOPIC, field) as JsonMap;
  const patterns = taps.filter(({ on }) => sort in on).map((tap) => patternOf(tap, field));
  if (patterns.includes(undefined)) return undefined;
  const theirs = patterns.filter((one) => !isDeepStrictEqual(one, plain));
  return theirs.length === 0 ? plain : either([plain, ...theirs] as JsonMap[]);
}

/** Taps without settings in the file. */
const PLAIN_BUS = { on: { bus: '' }, ids: [], probe: false } as const;
const PLAIN_TOPIC = { on: { topic: '' }, ids: [], probe: false } as const;

function ownFilter(): JsonMap {
  return { correlationId: [{ prefix: CORRELATION_PREFIX }] };
}

/** A pattern that lets through the union of some; alternatives within one are merged. */
function either(patterns: readonly JsonMap[]): JsonMap {
  return { $or: patterns.flatMap((one) => (isOnlyOr(one) ? one.$or : [one])) };
}

function isOnlyOr(pattern: JsonMap): pattern is { readonly $or: readonly Json[] } {
  return Array.isArray(pattern['$or']) && Object.keys(pattern).length === 1;
}

function nested(path: readonly string[], leaf: Json): JsonMap {
  return path.reduceRight<Json>((inside, key) => ({ [key]: inside }), leaf) as JsonMap;
}
