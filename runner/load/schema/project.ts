import { writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { type ChannelSchema, DELIVERY_TIMEOUT_MS } from '../../core/model/channel.ts';
import { NO_PROJECT } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { ALERT, DURATION, FLAG, listOf, mapOf, schemaDocument, TEXT } from './words.ts';

/** The JSON Schema of project files, for editors: the same keys and shapes as in the loader. */
export function projectSchema({ channels, reporters }: Pick<Kinds, 'channels' | 'reporters'>): JsonMap {
  const scheduled = Object.keys(reporters).filter(
    (name) => reporters[name]?.only?.every((place) => place === 'run') !== true,
  );
  return schemaDocument('project', {
    required: ['project'],
    properties: {
      project: {
        ...TEXT,
        pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
        description: 'Its name, in lower-case-words, 40 characters at most; state and taps are named by it',
      },
      environments: ENVIRONMENTS,
      correlation: CORRELATION,
      taps: { ...listOf(TAP), description: 'Buses and topics whose canary traffic is copied' },
      channels: {
        type: 'object',
        additionalProperties: { anyOf: Object.values(channels).map((one) => channelSchema(one)) },
        description: 'Destinations of notices, by name',
      },
      operators: { ...listOf(TEXT), description: 'Channels that are notified of faults of Coalmine itself' },
      reporters: {
        ...listOf({ ...TEXT, pattern: `^(${scheduled.join('|')})(:.+)?$` }),
        description: `Reporters of watch and of the stack, as name or name:target: ${scheduled.join(', ')}`,
      },
      env: {
        ...listOf(VARIABLE),
        description: 'Environment variables that files may read; all, when left out',
      },
      secrets: {
        ...listOf(VARIABLE),
        description: 'Environment variables whose values are masked in all output',
      },
      maintenance: { ...listOf(WINDOW), description: 'Windows in which notices are held back; runs go on' },
      defaults: DEFAULTS,
    },
  });
}

const VARIABLE: JsonMap = { ...TEXT, pattern: '^[A-Za-z_]\\w*$' };

const ENVIRONMENTS: JsonMap = {
  type: 'object',
  propertyNames: { pattern: '^[a-z0-9][a-z0-9-]*$' },
  additionalProperties: mapOf({
    region: { ...TEXT, description: 'An AWS region, such as eu-west-1' },
    role: {
      ...TEXT,
      description: 'ARN of a role that the runner assumes for this environment; its own, when left out',
    },
    vars: { type: 'object', description: 'Values for ${…} in this environment' },
  }),
  description: 'Places in which the canaries run, by name',
};

const CORRELATION: JsonMap = {
  ...mapOf({
    header: {
      ...TEXT,
      pattern: '^[A-Za-z0-9-]+$',
      default: NO_PROJECT.correlation.header,
      description: 'The HTTP header',
    },
    field: {
      ...TEXT,
      pattern: '^[\\w-]+(\\.[\\w-]+)*$',
      default: NO_PROJECT.correlation.field,
      description: 'The path in the detail of an event, in a payload or input',
    },
    ttl: {
      ...TEXT,
      pattern: '^[\\w.-]+$',
      description: "Attribute of the tables' time to live; items that a canary puts expire after a day",
    },
  }),
  description: "Names of the fields that carry the run's id",
};

const ON_TAP: JsonMap = {
  ids: { ...listOf(TEXT), description: "Paths of the system's own values by which checks may correlate" },
  pattern: { description: "A pattern in EventBridge's own language, in place of the correlation field" },
};
const TAP: JsonMap = {
  anyOf: [
    mapOf({ bus: { ...TEXT, description: 'Name or ARN of an event bus' }, ...ON_TAP }, ['bus']),
    mapOf(
      {
        topic: { ...TEXT, description: 'Name or ARN of an SNS topic' },
        ...ON_TAP,
        probe: { ...FLAG, description: 'true permits a probe to all subscribers of the topic' },
      },
      ['topic'],
    ),
  ],
};

const WINDOW: JsonMap = mapOf(
  {
    canaries: { ...listOf(TEXT), description: 'Names of canaries, or tag: and a tag; all, when left out' },
    cron: { ...TEXT, description: 'Its beginnings: minute hour day month weekday' },
    timezone: { ...TEXT, description: 'IANA name: Europe/Berlin' },
    for: { ...DURATION, description: 'Its length' },
    reason: { ...TEXT, description: 'One sentence, for lists and reports' },
  },
  ['cron', 'timezone', 'for', 'reason'],
);

const DEFAULTS: JsonMap = {
  ...mapOf({
    timeout: { ...DURATION, description: 'The longest time of a run, 14m at most' },
    alert: { ...ALERT, description: 'When channels are notified' },
  }),
  description: 'For canaries that do not say otherwise',
};

function channelSchema({ name, summary, address, options }: ChannelSchema): JsonMap {
  const own = Object.entries(options).map(([key, { purpose, words }]) => [
    key,
    { ...(words === undefined ? TEXT : { enum: words }), description: `It ${purpose}` },
  ]);
  return {
    ...mapOf(
      {
        [name]: { ...TEXT, description: address },
        ...(Object.fromEntries(own) as JsonMap),
        fallback: { ...TEXT, description: 'The channel that takes its notices if it does not accept them' },
        timeout: {
          ...DURATION,
          default: writeDuration(DELIVERY_TIMEOUT_MS),
          description: 'The time of one try, 1s to 30s',
        },
      },
      [name],
    ),
    description: summary,
  };
}
