import { isJsonList, isJsonMap, type Json } from '../../runner/core/base/json.ts';
import { parseRunId, type RunId } from '../../runner/core/base/run-id.ts';
import { GENERATORS, generate } from '../../runner/core/expression/generators.ts';
import { OPERATORS, operandWords } from '../../runner/core/matching/operators.ts';
import { sentence, table } from './markdown.ts';
import { OPERATOR_EXAMPLES, type OperatorExample } from './operator-examples.ts';

const INTRODUCTION = `# Operators

This page is made from the table of operators by \`npm run generate\`, and its examples are run as tests.

An operator begins with \`$\`. It stands in a pattern: under \`response\`, \`has\` or \`where\`. Several operators in one map must all hold.

\`\`\`yaml
- expect: item
  table: orders
  key: { orderId: "\${orderId}" }
  has:
    status: { $oneOf: [PLACED, PAID] }      # an operator
    total: { $above: 0, $atMost: 99.5 }     # both must hold
    customer: { country: DE }               # a map matches in part
    lines: [{ sku: CANARY-SKU-1, qty: 1 }]  # a list matches as a whole
  within: 30s
\`\`\`

Without an operator, a value is compared by type and case:

| written | matches | does not match |
|---|---|---|
| \`PLACED\` | \`"PLACED"\` | \`"placed"\` |
| \`1\` | \`1\`, \`1.0\` | \`"1"\`, \`true\` |
| \`{ sku: A }\` | \`{"sku":"A","qty":1}\` | \`{"qty":1}\` |
| \`[a, b]\` | \`["a","b"]\` | \`["b","a"]\`, \`["a","b","c"]\` |
| \`null\` | \`null\` | a field that is missing |

A field that is missing matches nothing but \`$exists: false\`. An operator and a field never stand in one map.
`;

/** `docs/reference/operators.md`: every operator and every generator, each with an example. */
export function operatorsPage(): string {
  const rows = Object.entries(OPERATORS).map(([word, { summary, takes }]) => [
    `[\`${word}\`](#${word.slice(1).toLowerCase()})`,
    operandWords(takes),
    summary,
  ]);
  return [
    INTRODUCTION,
    '## Operators of patterns',
    '',
    table(['operator', 'takes', 'matches'], rows),
    '',
    ...Object.keys(OPERATORS).flatMap(operator),
    '## Generators of vars',
    '',
    'A generator stands under `vars`, at any depth, alone in its map; a [sum](language.md#sums) stands in a pattern too. `coalmine run --seed RUN_ID` repeats the values of a run.',
    '',
    table(['generator', 'value', 'example'], Object.entries(GENERATORS).map(generator)),
    '',
  ].join('\n');
}

function operator(word: string): readonly string[] {
  const { summary, takes } = OPERATORS[word] as (typeof OPERATORS)[string];
  const { operand, matches, differs, note } = OPERATOR_EXAMPLES[word] as OperatorExample;
  const values = (list: readonly Json[], none: string): string =>
    list.length === 0 ? none : list.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  return [
    `### ${word}`,
    '',
    `${sentence(summary)} It takes ${operandWords(takes)}.`,
    '',
    table(
      ['written', 'matches', 'does not match'],
      [
        [
          `\`{ ${word}: ${flow(operand)} }\``,
          values(matches, 'a field that is missing'),
          values(differs, ''),
        ],
      ],
    ),
    '',
    ...(note === undefined ? [] : [note, '']),
  ];
}

const GENERATED: Readonly<Record<string, Json>> = {
  $int: [1, 3],
  $pick: ['a', 'b'],
  $uuid: {},
  $now: { minus: '1h' },
  $sum: [7, -2],
};

function generator([word, { summary }]: readonly [string, { readonly summary: string }]): readonly string[] {
  const operand = GENERATED[word] as Json;
  const source = {
    seed: parseRunId('6b05c75191b39c426f5e475211e34c17') as RunId,
    name: 'example',
    startedAtMs: Date.parse('2026-11-29T12:00:00Z'),
  };
  const value = generate({ [word]: operand }, source);
  return [`\`${word}\``, summary, `\`{ ${word}: ${flow(operand)} }\` gives \`${JSON.stringify(value)}\``];
}

/** A value as YAML on one line. Text is in quotes if it is no plain word. */
function flow(value: Json): string {
  if (isJsonList(value)) return `[${value.map(flow).join(', ')}]`;
  if (isJsonMap(value)) {
    const entries = Object.entries(value).map(([key, one]) => `${key}: ${flow(one)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' && !/^[A-Za-z][\w-]*$/.test(value) ? JSON.stringify(value) : String(value);
}
