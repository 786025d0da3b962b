import { DefinitionError } from '../base/errors.ts';
import { isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { correlationIdOf, type RunId, traceparentOf, xrayHeaderOf } from '../base/run-id.ts';
import type { CorrelationFields } from '../model/project.ts';

/** The ids that an act propagates. */
export interface CorrelationIds {
  readonly runId: RunId;
  /** 16 hex digits, fresh for each act. */
  readonly spanId: string;
  readonly canary: string;
}

/** Message attributes that we add to those of the file. */
export const OWN_ATTRIBUTES = ['correlationId', 'traceparent', 'canary'] as const;

/** A path in a step's input at which we put one of the run's ids. */
export interface OwnId {
  /** `*` stands for each element of a list. */
  readonly path: readonly string[];
  /** Equivalent values that a file may write there itself. */
  readonly same?: string | boolean;
}

const OUR_ID = '${run.correlationId}';

/** Paths of the ids of {@link withIds}, below a path of the input. */
export function ownIdsBelow(above: readonly string[], { field }: CorrelationFields): readonly OwnId[] {
  const path = [...above, ...field.split('.')];
  const siblings = path.slice(0, -1);
  return [
    { path, same: OUR_ID },
    { path: [...siblings, 'traceparent'] },
    { path: [...siblings, 'canary'], same: true },
  ];
}

/** Paths of the ids of {@link attributesOf}. */
export const OWN_ATTRIBUTE_IDS: readonly OwnId[] = [
  { path: ['attributes', 'correlationId'], same: OUR_ID },
  { path: ['attributes', 'traceparent'] },
  { path: ['attributes', 'canary'], same: 'true' },
];

/** Limit of SNS and SQS (Amazon SQS developer guide, "Message metadata"). */
export const MOST_ATTRIBUTES = 10;

export function headersOf(
  ids: CorrelationIds,
  { header }: CorrelationFields,
): Readonly<Record<string, string>> {
  return {
    traceparent: traceparentOf(ids.runId, ids.spanId),
    'x-amzn-trace-id': xrayHeaderOf(ids.runId, ids.spanId),
    [header.toLowerCase()]: correlationIdOf(ids.runId),
    'x-canary': ids.canary,
  };
}

export function attributesOf(ids: CorrelationIds): Readonly<Record<(typeof OWN_ATTRIBUTES)[number], string>> {
  return {
    correlationId: correlationIdOf(ids.runId),
    traceparent: traceparentOf(ids.runId, ids.spanId),
    canary: 'true',
  };
}

/**
 * A payload with our ids: the correlation id at the project's field, `traceparent` and `canary: true` next to it.
 * @throws DefinitionError if the path of the field meets a value that is not a map.
 */
export function withIds(payload: JsonMap, ids: CorrelationIds, { field }: CorrelationFields): JsonMap {
  const path = field.split('.');
  const leaf = path.at(-1) as string;
  const own = {
    traceparent: traceparentOf(ids.runId, ids.spanId),
    canary: true,
    [leaf]: correlationIdOf(ids.runId),
  };
  return within(payload, path.slice(0, -1), own, field);
}

function within(map: JsonMap, path: readonly string[], own: JsonMap, field: string): JsonMap {
  const [key, ...rest] = path;
  if (key === undefined) return { ...map, ...own };
  const inside: Json = map[key] ?? {};
  if (!isJsonMap(inside)) {
    throw new DefinitionError(
      `'${key}' is not a map, so the correlation id cannot be put at '${field}'. ` +
        "Make it a map, or set correlation.field in the project file, or send nothing of ours with 'correlate: false'.",
    );
  }
  return { ...map, [key]: within(inside, rest, own, field) };
}
