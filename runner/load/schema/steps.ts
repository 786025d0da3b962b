import { writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { GENERATORS, type Generator } from '../../core/expression/generators.ts';
import { OPERATORS } from '../../core/matching/operators.ts';
import type { Kinds, Noun, Verb } from '../../kinds/kind.ts';
import { SETTLE_MS } from '../step/compile-check.ts';
import { ACT_TIMEOUT_MS } from '../step/compile-step.ts';
import { DURATION, TEMPLATE, TEXT } from './words.ts';

/** The lists of steps: acts, checks and uses of parts. A list under `cleanup` has acts alone, one under `throughout` only `never`. */
export function stepSchemas({ verbs, nouns }: Pick<Kinds, 'verbs' | 'nouns'>) {
  const acts = [...Object.values(verbs).map(actSchema), USE];
  const checks = Object.values(nouns).flatMap(checkSchemas);
  const list = (forms: readonly JsonMap[]): JsonMap => ({
    type: 'array',
    minItems: 1,
    items: { anyOf: forms },
  });
  const nevers = Object.values(nouns).map(neverSchema);
  return { steps: list([...acts, ...checks]), throughout: list([...nevers, USE]), cleanup: list(acts) };
}

const NAME: JsonMap = { ...TEXT, description: 'The sentence that results and notices show' };
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
          match: {
            ...TEXT,
            description: 'An RE2 pattern; its group, or the whole of it, is the part of the text to save',
          },
          secret: { type: 'boolean', description: 'true masks the value in all output' },
        },
      },
    ],
  },
  description: 'Names for values of the answer or thing: orderId: response.body.orderId',
};
const PATTERN: JsonMap = { $ref: '#/definitions/pattern' };

const USE: JsonMap = {
  type: 'object',
  required: ['use'],
  additionalProperties: false,
  properties: {
    use: { ...TEXT, description: 'A part, relative to this file' },
    with: { type: 'object', description: 'Values for the inputs of the part, by name' },
    name: { ...TEXT, description: 'A name for readers of the file' },
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
      name: NAME,
      response: { ...PATTERN, description: 'A pattern that the answer must match' },
      save: SAVE,
      timeout: {
        ...DURATION,
        default: writeDuration(ACT_TIMEOUT_MS),
        description: 'The time for the answer',
      },
      retry: {
        type: 'object',
        required: ['times', 'wait'],
        additionalProperties: false,
        properties: {
          times: { type: 'integer', minimum: 1, maximum: 10, description: 'The number of repeats' },
          wait: { ...DURATION, description: 'The pause before each' },
        },
        description: 'Repeats after connection errors, 429 and 5xx; a run that needed one is degraded',
      },
      correlate: { type: 'boolean', default: true, description: 'false sends no id of the run along' },
    },
  };
}

/** The keys that all checks of a noun have. */
function commonOf(noun: Noun): JsonMap {
  return {
    ...loosened(noun),
    name: NAME,
    has: { ...PATTERN, description: 'A pattern that the selected thing must match' },
    where: { ...PATTERN, description: 'A pattern that selects things, next to the address keys' },
    correlate: {
      type: ['boolean', 'string'],
      default: true,
      description: "Selects by the run's id (true), by a value of the system's own, or everything (false)",
    },
  };
}

function checkSchema(noun: Noun, mode: string, more: JsonMap, needed: readonly string[]): JsonMap {
  return {
    type: 'object',
    description: noun.summary,
    required: [mode, ...requiredOf(noun), ...needed],
    additionalProperties: false,
    properties: { [mode]: { const: noun.name, description: noun.summary }, ...commonOf(noun), ...more },
  };
}

function neverSchema(noun: Noun): JsonMap {
  const words = 'The least time of the watch, after the act above or, under throughout, after the last act';
  return checkSchema(noun, 'never', { for: { ...DURATION, description: words } }, ['for']);
}

function goneSchema(noun: Noun): JsonMap {
  return {
    type: 'object',
    description: noun.summary,
    required: ['gone', ...requiredOf(noun), 'within'],
    additionalProperties: false,
    properties: {
      gone: { const: noun.name, description: noun.summary },
      ...loosened(noun),
      name: NAME,
      within: { ...DURATION, description: 'The time by which it is there no more' },
      for: {
        ...DURATION,
        default: writeDuration(SETTLE_MS),
        description: 'The time for which it must stay so',
      },
    },
  };
}

function checkSchemas(noun: Noun): readonly JsonMap[] {
  const bounds = {
    type: 'object',
    additionalProperties: false,
    properties: {
      $atLeast: { type: 'integer', minimum: 1, description: 'This many or more' },
      $atMost: { type: 'integer', minimum: 1, description: 'This many or fewer' },
    },
  };
  const expect: JsonMap = {
    within: { ...DURATION, description: 'The deadline of the effect, from the beginning of the check' },
    for: { ...DURATION, description: 'The time for which it must stay so; 5s with an upper bound of count' },
    count: {
      anyOf: [{ type: 'integer', minimum: 1 }, bounds],
      description: 'The number of things expected; 1 means exactly once; at least one, when left out',
    },
    warnAfter: {
      ...DURATION,
      description: 'An effect later than this makes the run degraded; shorter than within',
    },
    save: SAVE,
  };
  const checks = [checkSchema(noun, 'expect', expect, ['within']), neverSchema(noun)];
  return noun.vanishes === true ? [...checks, goneSchema(noun)] : checks;
}

/** Definitions that the lists of steps refer to. */
export const STEP_DEFINITIONS: JsonMap = { pattern: patternSchema() };

function patternSchema(): JsonMap {
  const words = { ...OPERATORS, $sum: GENERATORS['$sum'] as Generator };
  const operators = Object.entries(words).map(([word, { summary }]) => [word, { description: summary }]);
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
