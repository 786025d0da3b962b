import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import { SCHEMAS } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { keyTable, propertiesOf } from './key-tables.ts';
import { code } from './markdown.ts';

/** The files of the page's examples, by path. They load without a message. */
export const CANARY_EXAMPLES = {
  'coalmine.config.yaml': `project: shop
environments:
  staging: { region: eu-west-1, vars: { api: "https://staging.example.com" } }
taps:
  - bus: orders
channels:
  team: { slack: "\${secret:coalmine/slack}" }
`,
  'canaries/order-flow.canary.yaml': `canary: order-flow
description: An order is stored, announced once, and never dead-lettered
owner: team-checkout
runbook: https://wiki.example.com/runbooks/order-flow
tags: [checkout]
only: [staging]
schedule:
  every: 5m
  jitter: 30s
timeout: 2m
alert:
  after: 2
  to: [team]
vars:
  sku: CANARY-SKU-1
  qty: { $int: [1, 3] }

steps:
  - name: The orders API takes an order
    http: POST \${api}/orders
    body: { sku: "\${sku}", qty: "\${qty}" }
    response: { status: 201 }
    save: { orderId: response.body.orderId }
    timeout: 5s
    retry: { times: 2, wait: 1s }

  - name: The bus carries OrderPlaced exactly once
    expect: event
    bus: orders
    detailType: OrderPlaced
    where: { source: shop.orders }
    has: { detail: { orderId: "\${orderId}" } }
    count: 1
    within: 30s
    warnAfter: 5s

  - name: The warehouse is asked for it
    use: ./parts/warehouse.part.yaml
    with: { orderId: "\${orderId}" }

throughout:
  - name: Nothing is dead-lettered
    never: message
    queue: orders-dlq
    for: 10s

cleanup:
  - name: Cancel the order
    http: DELETE \${api}/orders/\${orderId}
`,
  'canaries/parts/warehouse.part.yaml': `part: The warehouse has a shipment for an order
inputs: [orderId]
steps:
  - name: The shipment is stored
    expect: item
    table: shipments
    key: { orderId: "\${orderId}" }
    save: { shipmentId: item.shipmentId }
    within: 30s
outputs:
  shipment: shipmentId
`,
} as const;

const INTRODUCTION = `# The canary file, key by key

This page is made from the schema that the loader and editors use, by \`npm run generate\`. [Writing a canary](../guide/writing-a-canary.md)
explains the keys by example, and [the language](language.md) gives the rules.

A canary is one file that ends in \`.canary.yaml\`. A duration is a number with its unit: \`500ms\`, \`30s\`, \`5m\`, \`1h\`, \`1d\`. This canary
uses most keys:
`;

/** `docs/reference/canary-file.md`: every key of a canary and of a part. */
export function canaryFilePage(): string {
  const canary = SCHEMAS.canary(KINDS);
  const { schedule, alert, steps } = propertiesOf(canary);
  return [
    INTRODUCTION,
    code(CANARY_EXAMPLES['canaries/order-flow.canary.yaml'], 'yaml'),
    '',
    section('The file', '', keyTable(canary)),
    section('schedule', 'Write `every`, or `cron` with `timezone`.', keyTable(schedule as JsonMap)),
    section('alert', '[Alerts](../guide/alerts.md) has the rules.', keyTable(alert as JsonMap)),
    section('vars', VARS),
    ...stepSections(((steps as JsonMap)['items'] as JsonMap)['anyOf'] as readonly JsonMap[]),
    section('setup', SETUP),
    section('throughout', THROUGHOUT),
    section('cleanup', CLEANUP),
    section('A part', 'A part is a file that ends in `.part.yaml`. The canary above uses this one:'),
    code(CANARY_EXAMPLES['canaries/parts/warehouse.part.yaml'], 'yaml'),
    '',
    keyTable(SCHEMAS.part(KINDS)),
    '',
  ].join('\n');
}

const VARS = `Each key is a name; its value is data, a [generator](operators.md#generators-of-vars), a [sum](language.md#sums) or a text with \`\${…}\`. \`\${name}\` uses it.
[Values](../guide/writing-a-canary.md#values) lists the references, such as \`\${secret:name}\`, and the names that are always there.`;

const SETUP = `A list of acts, checks and parts, with the keys of [a step that acts](#a-step-that-acts) and of checks. They are done before the steps, and
[bring what these need into a known state](language.md#setup).`;

const THROUGHOUT = `A list of \`never\` checks and of parts with them, with the keys of [a step that says never](#a-step-that-says-never). They watch next to all
steps, [whichever of these fails](language.md#throughout).`;

const CLEANUP = `A list of acts and parts, with the keys of [a step that acts](#a-step-that-acts). [Cleaning up](../guide/writing-a-canary.md#cleaning-up)
has the rules.`;

/** The sections on the keys that all verbs, and all nouns, have. */
function stepSections(forms: readonly JsonMap[]): readonly string[] {
  const formOf = (key: string, noun?: string): JsonMap =>
    forms.find((one) => propertiesOf(one)[key] !== undefined && propertiesOf(one)[key]?.['const'] === noun) ??
    {};
  const [act, check, never] = [formOf('http'), formOf('expect', 'event'), formOf('never', 'event')];
  const gone = formOf('gone', 'item');
  const { save, retry } = propertiesOf(act);
  const { count } = propertiesOf(check);
  const ofVerb = ['http', ...keysOf(KINDS.verbs['http'])];
  const ofNoun = ['expect', 'never', ...keysOf(KINDS.nouns['event'])];
  return [
    section(
      'A step that acts',
      'Its first key is a [verb](kinds.md#verbs-what-a-canary-does), such as `http` or `putEvent`, with keys of its own. All verbs have these too:',
      keyTable(act, ofVerb),
    ),
    section(
      'save',
      'The value of a name is a path, or a map:',
      keyTable(mapIn(save?.['additionalProperties'])),
      '###',
    ),
    section('retry', '', keyTable(retry as JsonMap), '###'),
    section(
      'A step that expects',
      '`expect:` names a [noun](kinds.md#nouns-what-a-canary-waits-to-see), such as `event` or `item`, with address keys of its own. All nouns have these too:',
      keyTable(check, ofNoun),
    ),
    section('count', 'A number, or bounds:', keyTable(mapIn(count)), '###'),
    section(
      'A step that says never',
      '`never:` names a noun with its address keys. All nouns have these too:',
      keyTable(never, ofNoun),
    ),
    section(
      'A step that says gone',
      '`gone:` names an `item` or an `object` by its address keys, and has these too ([the rules](language.md#gone)):',
      keyTable(gone, ['gone', ...keysOf(KINDS.nouns['item'])]),
    ),
    section('A step that uses a part', 'The steps of the part stand in its place.', keyTable(formOf('use'))),
  ];
}

function keysOf(kind: Verb | Noun | undefined): readonly string[] {
  return Object.keys(kind?.input.properties ?? {});
}

/** The map among the forms of a value. */
function mapIn(schema: Json | undefined): JsonMap {
  const { anyOf } = schema as { readonly anyOf: readonly JsonMap[] };
  return anyOf.find((one) => one['properties'] !== undefined) ?? {};
}

function section(title: string, words: string, keys = '', level = '##'): string {
  return [`${level} ${title}`, words, keys]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}
