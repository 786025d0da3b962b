import type { JsonMap } from '../../core/base/json.ts';
import { GENERATORS } from '../../core/expression/generators.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { STEP_DEFINITIONS, stepSchemas } from './steps.ts';
import { ALERT, DURATION, listOf, mapOf, schemaDocument, TEXT } from './words.ts';

/** The JSON Schema of canary files, for editors: the same keys and shapes as in the loader. */
export function canarySchema(kinds: Kinds): JsonMap {
  const { steps, throughout, cleanup } = stepSchemas(kinds);
  return schemaDocument('canary', {
    required: ['canary', 'owner', 'steps'],
    properties: {
      canary: {
        ...TEXT,
        pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
        description: 'Its name, in lower-case-words; metrics and alerts hang on it',
      },
      description: { ...TEXT, description: 'One sentence on the flow, for notices' },
      owner: { ...TEXT, description: 'The person or team to call' },
      runbook: { type: 'string', format: 'uri', description: 'A page that says what to do if it fails' },
      tags: { ...listOf(TEXT), description: 'Words for run --tag, mutes and maintenance windows' },
      only: {
        ...listOf(TEXT),
        description: 'Names of the environments in which it runs; all, when left out',
      },
      schedule: SCHEDULE,
      timeout: {
        ...DURATION,
        description:
          'The longest time of a run, 14m at most; by default 2m, or less if the schedule leaves less',
      },
      alert: {
        ...ALERT,
        description: 'When channels are notified; keys left out are those of the project file',
      },
      vars: {
        type: 'object',
        description: `Values, references, and generators (${Object.keys(GENERATORS).join(', ')})`,
      },
      setup: {
        ...steps,
        description: 'Acts, checks and parts that bring what the steps need into a known state',
      },
      steps: { ...steps, description: 'Acts, checks and parts, in their order' },
      throughout: {
        ...throughout,
        description: 'Checks of what must never appear, from before the first act to the end',
      },
      cleanup: { ...cleanup, description: 'Acts and parts that are done at the end; all are tried, always' },
    },
    definitions: STEP_DEFINITIONS,
  });
}

const SCHEDULE: JsonMap = {
  ...mapOf({
    every: {
      ...DURATION,
      description: 'The time between two runs, 10s at least; or write cron and timezone',
    },
    cron: {
      ...TEXT,
      description:
        'minute hour day month weekday; L is the last day, FRI#2 the second Friday, FRI#L the last',
    },
    timezone: { ...TEXT, description: 'IANA name, required with cron: Europe/Berlin' },
    jitter: {
      ...DURATION,
      description: 'A run begins later by a part of this time, always the same for a canary',
    },
    overlap: {
      enum: ['skip', 'queue'],
      default: 'skip',
      description: 'If a run is due while another is under way: skip it, or let the newest wait',
    },
    catchUp: {
      enum: ['latest', 'none'],
      default: 'latest',
      description: 'After a time in which nothing ran: run the latest that was due, or none',
    },
  }),
  description: 'When it runs by itself; only by command, when left out',
};
