import type { JsonMap } from '../core/base/json.ts';
import { GENERATORS } from '../core/expression/generators.ts';
import { OPERATORS } from '../core/matching/operators.ts';
import type { Kinds, Noun, Verb } from '../kinds/kind.ts';

const DURATION = {
  type: 'string',
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'A duration with its unit: 500ms, 30s, 5m',
};
const TEMPLATE = { type: 'string', pattern: '\\$\\{' };
const TEXT = { type: 'string', minLength: 1 };

/** The JSON Schema of canary files, for editors: the same keys and shapes as in the loader. */
export function canarySchema({ verbs, nouns }: Kinds): JsonMap {
  const steps = [...Object.values(verbs).map(actSchema), ...Object.values(nouns).flatMap(checkSchemas), USE];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://coalmine.example/canary.schema.json',
    title: 'Coalmine canary',
    type: 'object',
    required: ['canary', 'owner', 'steps'],
    additionalProperties: false,
    properties: {
      canary: {
        ...TEXT,
        pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
        description: 'Its name, in lower-case-words; metrics and alerts hang on it',
      },
      description: { ...TEXT, description: 'One sentence' },
      owner: { ...TEXT, description: 'The person or team to call' },
      runbook: { type: 'string', format: 'uri', description: 'A page that says what to do if it fails' },
      tags: { type: 'array', items: TEXT, description: 'For coalmine run --tag' },
      only: { type: 'array', items: TEXT, description: 'Environments it runs in; all, when left out' },
      schedule: SCHEDULE,
      timeout: { ...DURATION, description: 'The whole run; 2m, or what the schedule leaves, when left out' },
      alert: ALERT,
      vars: {
        type: 'object',
        description: `Values, references, and generators (${Object.keys(GENERATORS).join(', ')})`,
      },
      steps: { type: 'array', minItems: 1, items: { anyOf: steps } },
      cleanup: {
        type: 'array',
        minItems: 1,
        items: { anyOf: [...Object.values(verbs).map(actSchema), USE] },
        description: 'All are tried, always',
      },
    },
    definitions: { pattern: patternSchema() },
  };
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

const ALERT: JsonMap = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^[1-9]\\d? of [1-9]\\d?$' },
      ],
      description: 'Failed runs in a row, or "3 of 5"',
    },
    recover: { type: 'integer', minimum: 1, description: 'Passes in a row before it is resolved' },
    confirm: { ...DURATION, description: 'A failed run is repeated once, this soon after, before it counts' },
    remind: { ...DURATION, description: 'The time between two reminders' },
    severity: { enum: ['critical', 'warning', 'info'] },
    to: { type: 'array', items: TEXT, description: 'Names of channels in the project file' },
  },
};

const SAVE: JsonMap = {
  type: 'object',
  additionalProperties: {
    anyOf: [
      TEXT,
      {
        type: 'object',
        required: ['from'],
        additionalProperties: false,
        properties: {
          from: { ...TEXT, description: 'The path' },
          secret: { type: 'boolean', description: 'true masks the value in all output' },
        },
      },
    ],
  },
  description: 'name: path, such as orderId: response.body.orderId',
};
const PATTERN: JsonMap = { $ref: '#/definitions/pattern' };

const USE: JsonMap = {
  type: 'object',
  required: ['use'],
  additionalProperties: false,
  properties: {
    use: { ...TEXT, description: 'A part, relative to this file' },
    with: { type: 'object' },
    name: TEXT,
  },
};

function actSchema(verb: Verb): JsonMap {
  const { [verb.primaryInput]: head, ...own } = loosened(verb);
  return {
    type: 'object',
    description: verb.summary,
    required: [verb.name, ...requiredOf(verb).filter((key) => key !== verb.primaryInput)],
    additionalProperties: false,
    properties: {
      [verb.name]: {
        ...(head as JsonMap),
        description: `${verb.summary}. ${String((head as JsonMap)['description'] ?? '')}`,
      },
      ...own,
      name: { ...TEXT, description: 'The sentence that results and notices show' },
      response: { ...PATTERN, description: 'A pattern that the answer must match' },
      save: SAVE,
      timeout: { ...DURATION, description: '10s when left out' },
      retry: {
        type: 'object',
        required: ['times', 'wait'],
        additionalProperties: false,
        properties: { times: { type: 'integer', minimum: 1, maximum: 10 }, wait: DURATION },
      },
      correlate: { type: 'boolean', description: 'false sends nothing of ours along' },
    },
  };
}

function checkSchemas(noun: Noun): readonly JsonMap[] {
  const common = {
    ...loosened(noun),
    name: { ...TEXT, description: 'The sentence that results and notices show' },
    has: { ...PATTERN, description: 'A pattern that the selected thing must match' },
    where: { ...PATTERN, description: 'An extra selector' },
    correlate: {
      type: ['boolean', 'string'],
      description: "By the run's id (true), by a value of your own, or everything (false)",
    },
  };
  const schema = (mode: string, more: JsonMap, needed: readonly string[]): JsonMap => ({
    type: 'object',
    description: noun.summary,
    required: [mode, ...requiredOf(noun), ...needed],
    additionalProperties: false,
    properties: { [mode]: { const: noun.name, description: noun.summary }, ...common, ...more },
  });
  const bounds = {
    type: 'object',
    additionalProperties: false,
    properties: { $atLeast: { type: 'integer', minimum: 1 }, $atMost: { type: 'integer', minimum: 1 } },
  };
  const expect: JsonMap = {
    within: { ...DURATION, description: 'The deadline' },
    for: { ...DURATION, description: 'The time for which it must stay so' },
    count: {
      anyOf: [{ type: 'integer', minimum: 1 }, bounds],
      description: 'The number expected; 1 means exactly once',
    },
    warnAfter: { ...DURATION, description: 'Later than this is degraded' },
    save: SAVE,
  };
  return [
    schema('expect', expect, ['within']),
    schema('never', { for: { ...DURATION, description: 'The time for which it is watched' } }, ['for']),
  ];
}

function patternSchema(): JsonMap {
  const operators = Object.entries(OPERATORS).map(([word, { summary }]) => [word, { description: summary }]);
  return {
    anyOf: [
      { type: 'object', properties: Object.fromEntries(operators) as JsonMap, additionalProperties: PATTERN },
      { type: 'array', items: PATTERN },
      { type: ['string', 'number', 'boolean', 'null'] },
    ],
  };
}

function requiredOf({ input }: Verb | Noun): readonly string[] {
  return [...((input as { readonly required?: readonly string[] }).required ?? [])];
}

/** The kind's own keys; a `${…}` may replace any value. */
function loosened({ input }: Verb | Noun): JsonMap {
  const entries = Object.entries(input.properties as unknown as JsonMap).map(([key, schema]) => {
    const { description, ...rest } = JSON.parse(JSON.stringify(schema)) as JsonMap;
    const described = description === undefined ? {} : { description };
    return [key, { ...described, ...(Object.keys(rest).length === 0 ? {} : { anyOf: [rest, TEMPLATE] }) }];
  });
  return Object.fromEntries(entries) as JsonMap;
}
