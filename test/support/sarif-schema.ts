/**
 * The rules of the SARIF 2.1.0 schema (oasis-tcs/sarif-spec, `sarif-2.1/schema/sarif-schema-2.1.0.json`) for the objects that Coalmine
 * writes. Each object is closed; the keys that we do not write are left out, so that a new one is checked first.
 */
const text = { type: 'string' };
const index = { type: 'integer', minimum: -1 };
const position = { type: 'integer', minimum: 1 };

function closed(properties: Readonly<Record<string, object>>, required: readonly string[]) {
  return { type: 'object', additionalProperties: false, properties, required };
}

function listOf(items: object, unique: boolean) {
  return { type: 'array', minItems: 0, uniqueItems: unique, items };
}

const region = closed(
  { startLine: position, startColumn: position, endLine: position, endColumn: position },
  [],
);
const artifactLocation = closed(
  { uri: { type: 'string', format: 'uri-reference' }, uriBaseId: text, index },
  [],
);
const physicalLocation = closed({ artifactLocation, region }, ['artifactLocation']);
const message = closed({ text }, ['text']);
const result = closed(
  {
    ruleId: text,
    ruleIndex: index,
    level: { enum: ['none', 'note', 'warning', 'error'] },
    message,
    locations: listOf(closed({ physicalLocation }, []), false),
  },
  ['message'],
);
const rule = closed({ id: text, shortDescription: message }, ['id']);
const driver = closed({ name: text, version: text, rules: listOf(rule, true) }, ['name']);
const run = closed(
  {
    tool: closed({ driver }, ['driver']),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    results: listOf(result, false),
  },
  ['tool'],
);

export const SARIF_SCHEMA = closed(
  { $schema: text, version: { enum: ['2.1.0'] }, runs: listOf(run, false) },
  ['version', 'runs'],
);
