import type { JsonMap } from '../../runner/core/base/json.ts';
import { SCHEMAS } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { keyTable, propertiesOf } from './key-tables.ts';
import { code, sentence } from './markdown.ts';

/** The page's example. It loads without a message next to a canary that is tagged `checkout`. */
export const PROJECT_EXAMPLE = `project: shop

environments:
  staging:
    region: eu-west-1
    vars: { api: "https://staging.example.com" }
  prod:
    region: eu-west-1
    role: arn:aws:iam::123456789012:role/coalmine
    vars: { api: "https://shop.example.com" }

correlation:
  header: x-correlation-id
  field: metadata.correlationId
  ttl: expiresAt

taps:
  - bus: orders
    ids: [detail.orderId]
  - topic: arn:aws:sns:eu-west-1:123456789012:shipments
    probe: true

channels:
  team: { slack: "\${secret:coalmine/slack}", fallback: mail }
  mail: { sns: "arn:aws:sns:eu-west-1:123456789012:alerts", timeout: 5s }
operators: [mail]
reporters: [cloudwatch]

env: [API_URL]
secrets: [SHOP_API_TOKEN]

maintenance:
  - canaries: [tag:checkout]
    cron: "0 2 * * SUN"
    timezone: Europe/Berlin
    for: 1h
    reason: weekly release

defaults:
  timeout: 1m
  alert: { after: 3 of 5, to: [team] }
`;

const INTRODUCTION = `# The project file, key by key

This page is made from the schema that the loader and editors use, by \`npm run generate\`.

\`coalmine.config.yaml\` stands at the top of a project: the canaries below its folder belong to it. A duration is a number with its unit:
\`500ms\`, \`30s\`, \`5m\`, \`1h\`, \`1d\`. All keys but \`project\` may be left out. This file uses all of them:
`;

/** The words above the table of a key. */
const WORDS: Readonly<Record<string, string>> = {
  environments:
    'Each key is a name in lower-case-words, such as `staging`; its value is a map. `--env` chooses one. Without this key there is one, `default`.',
  correlation: "The fields that carry the [run's id](language.md#propagation-of-the-runs-id).",
  taps: 'A list of maps. Each names a bus or a topic. [Waiting for events and messages](../guide/writing-a-canary.md#waiting-for-events-and-messages) explains them.',
  channels:
    'Each key is a name; its value is a map with one address, the key of which is the kind. [Notifications](../guide/notifications.md) describes each kind.',
  maintenance:
    'A list of maps. Notices of failures are held back in a window; runs go on. [Schedule](../guide/writing-a-canary.md#schedule) has the rules.',
  defaults: 'For canaries that have no such key. `alert` has the [keys of a canary](canary-file.md#alert).',
};

/** `docs/reference/project-file.md`: every key of a project file. */
export function projectFilePage(): string {
  const schema = SCHEMAS.project(KINDS);
  const keys = propertiesOf(schema);
  return [
    INTRODUCTION,
    code(PROJECT_EXAMPLE, 'yaml'),
    '',
    '## The file',
    '',
    keyTable(schema),
    '',
    ...Object.entries(WORDS).flatMap(([key, words]) => [
      `## ${key}`,
      '',
      words,
      '',
      ...mapsOf(keys[key] as JsonMap).flatMap(form),
    ]),
  ].join('\n');
}

/** One form of a map, below the key that distinguishes it. */
function form(schema: JsonMap, _: number, all: readonly JsonMap[]): readonly string[] {
  const [head = ''] = Object.keys(propertiesOf(schema));
  const { description } = schema as { readonly description?: string };
  const words = description === undefined ? [] : [sentence(description), ''];
  return [...(all.length === 1 ? [] : [`### ${head}`, '', ...words]), keyTable(schema), ''];
}

/** The maps that a key holds: itself, the elements of its list, or the values of its names. */
function mapsOf(schema: JsonMap): readonly JsonMap[] {
  const inner = (schema['items'] ?? schema['additionalProperties']) as JsonMap | boolean | undefined;
  const map = typeof inner === 'object' ? inner : schema;
  return (map['anyOf'] as readonly JsonMap[] | undefined) ?? [map];
}
