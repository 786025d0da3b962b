import { writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { DEFAULT_ALERT } from '../values/alert-policy.ts';

/** The schema of a duration. */
export const DURATION: JsonMap = {
  type: 'string',
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'A duration with its unit: 500ms, 30s, 5m',
};
/** The schema of a text that holds a `${…}`. */
export const TEMPLATE: JsonMap = { type: 'string', pattern: '\\$\\{' };
/** The schema of a text. */
export const TEXT: JsonMap = { type: 'string', minLength: 1 };
/** The schema of a flag. */
export const FLAG: JsonMap = { type: 'boolean' };

/** The schema of a list. */
export function listOf(items: JsonMap): JsonMap {
  return { type: 'array', items };
}

/** The schema of a map with these keys and no others. */
export function mapOf(properties: JsonMap, required: readonly string[] = []): JsonMap {
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
    properties,
  };
}

/** The schema of a whole file. */
export function schemaDocument(
  sort: 'canary' | 'part' | 'project',
  content: {
    readonly required: readonly string[];
    readonly properties: JsonMap;
    readonly definitions?: JsonMap;
  },
): JsonMap {
  const { required, properties, ...definitions } = content;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `https://coalmine.example/${sort}.schema.json`,
    title: `Coalmine ${sort}`,
    ...mapOf(properties, required),
    ...definitions,
  };
}

/** The schema of `alert`, of a canary and of the defaults of a project. */
export const ALERT: JsonMap = mapOf({
  after: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 99 },
      { type: 'string', pattern: '^[1-9]\\d? of [1-9]\\d?$' },
    ],
    default: 2,
    description: 'Failed runs in a row, or "3 of 5", before channels are notified',
  },
  recover: {
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: DEFAULT_ALERT.recover,
    description: 'Passes in a row before the incident ends',
  },
  confirm: {
    ...DURATION,
    description: 'A failed run is repeated once after this time, 15m at most, before it counts',
  },
  remind: {
    ...DURATION,
    default: writeDuration(DEFAULT_ALERT.remindMs),
    description: 'The time between two reminders of an open incident',
  },
  severity: {
    enum: ['critical', 'warning', 'info'],
    default: DEFAULT_ALERT.severity,
    description: 'The importance of its incidents',
  },
  to: { ...listOf(TEXT), description: 'Names of channels in the project file' },
});
