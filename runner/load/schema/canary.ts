import type { JsonMap } from '../../core/base/json.ts';
import { GENERATORS } from '../../core/expression/generators.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { STEP_DEFINITIONS, stepSchemas } from './steps.ts';
import { ALERT, DURATION, listOf, schemaDocument, TEXT } from './words.ts';

/** The JSON Schema of canary files, for editors: the same keys and shapes as in the loader. */
export function canarySchema(kinds: Kinds): JsonMap {
  const { steps, cleanup } = stepSchemas(kinds);
  return schemaDocument('canary', {
    required: ['canary', 'owner', 'steps'],
    properties: {
      canary: {
        ...TEXT,
        pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
        description: 'Its name, in lower-case-words; metrics and alerts hang on it',
      },
      description: { ...TEXT, description: 'One sentence' },
      owner: { ...TEXT, description: 'The person or team to call' },
      runbook: { type: 'string', format: 'uri', description: 'A page that says what to do if it fails' },
      tags: { ...listOf(TEXT), description: 'For coalmine run --tag' },
      only: { ...listOf(TEXT), description: 'Environments it runs in; all, when left out' },
      schedule: SCHEDULE,
      timeout: { ...DURATION, description: 'The whole run; 2m, or what the schedule leaves, when left out' },
      alert: ALERT,
      vars: {
        type: 'object',
        description: `Values, references, and generators (${Object.keys(GENERATORS).join(', ')})`,
      },
      steps,
      cleanup: { ...cleanup, description: 'All are tried, always' },
    },
    definitions: STEP_DEFINITIONS,
  });
}

const SCHEDULE: JsonMap = {
  type: 'object',
  additionalProperties: false,
  properties: {
    every: { ...DURATION, description: 'The time between two runs; or use cron' },
    cron: {
      ...TEXT,
      description:
        'minute hour day month weekday; L is the last day, FRI#2 the second Friday, FRI#L the last',
    },
    timezone: { ...TEXT, description: 'IANA name, required with cron: Europe/Berlin' },
    jitter: { ...DURATION, description: 'Spreads the fleet' },
    overlap: {
      enum: ['skip', 'queue'],
      description: 'The handling of a slot while the last run is still going',
    },
    catchUp: {
      enum: ['latest', 'none'],
      description: 'The handling of slots that were missed while nothing ran',
    },
  },
};
