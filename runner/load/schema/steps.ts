import type { JsonMap } from '../../core/base/json.ts';
import { OPERATORS } from '../../core/matching/operators.ts';
import type { Kinds, Noun, Verb } from '../../kinds/kind.ts';
import { DURATION, TEMPLATE, TEXT } from './words.ts';

/** The lists of steps: acts, checks and uses of parts. A list under `cleanup` has no checks. */
export function stepSchemas({ verbs, nouns }: Pick<Kinds, 'verbs' | 'nouns'>) {
  const acts = [...Object.values(verbs).map(actSchema), USE];
  const checks = Object.values(nouns).flatMap(checkSchemas);
  const list = (forms: readonly JsonMap[]): JsonMap => ({
    type: 'array',
    minItems: 1,
    items: { anyOf: forms },
  });
  return { steps: list([...acts, ...checks]), cleanup: list(acts) };
}

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

/** Definitions that the lists of steps refer to. */
export const STEP_DEFINITIONS: JsonMap = { pattern: patternSchema() };

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
