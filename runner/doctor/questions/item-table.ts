import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { isTemplate } from '../../core/expression/template.ts';
import { keyTypeFault } from '../../kinds/aws/attribute-value.ts';
import type { Finding } from '../question/finding.ts';
import type { Question, Use } from '../question/question.ts';

/** The key of a table or an index; an index may be keyed by several attributes of each sort. */
interface KeyAttributes {
  readonly partition: readonly string[];
  readonly sort: readonly string[];
}

export interface TableFacts {
  readonly name: string;
  readonly status: string;
  readonly own: KeyAttributes;
  readonly indexes: Readonly<Record<string, KeyAttributes>>;
  /** `S`, `N` or `B`, by the attribute. */
  readonly types: Readonly<Record<string, string>>;
}

/** Checks that the table exists, with the key of the step. */
export const itemTable: Question<TableFacts> = {
  called: ({ name }) => `table ${name}`,
  missing: () => "Check its name, and the environment's region and account.",
  ask: async ({ name }, { clients, signal }) => {
    const { DynamoDBClient, DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
    const client = clients.clientOf(DynamoDBClient, 'observe', name);
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName: name }), {
      abortSignal: signal,
    });
    const indexes = [...(Table.GlobalSecondaryIndexes ?? []), ...(Table.LocalSecondaryIndexes ?? [])];
    return {
      name,
      status: Table.TableStatus ?? 'ACTIVE',
      own: keyedBy(Table.KeySchema),
      indexes: Object.fromEntries(
        indexes.map(({ IndexName = '', KeySchema }) => [IndexName, keyedBy(KeySchema)]),
      ),
      types: Object.fromEntries(
        (Table.AttributeDefinitions ?? []).map(({ AttributeName = '', AttributeType = '' }) => [
          AttributeName,
          AttributeType,
        ]),
      ),
    };
  },
  judge: (facts, use) => [...statusFindings(facts), ...keyFindings(facts, use)],
};

type KeySchema =
  | readonly { readonly AttributeName?: string | undefined; readonly KeyType?: string | undefined }[]
  | undefined;

function keyedBy(schema: KeySchema = []): KeyAttributes {
  const named = (type: string): readonly string[] =>
    schema.flatMap(({ AttributeName, KeyType }) => (KeyType === type ? (AttributeName ?? []) : []));
  return { partition: named('HASH'), sort: named('RANGE') };
}

function statusFindings({ name, status }: TableFacts): readonly Finding[] {
  if (status === 'ACTIVE' || status === 'UPDATING') return [];
  return [{ level: 'problem', what: `table ${name} is ${status}`, todo: 'Wait until it is ACTIVE.' }];
}

function keyFindings(facts: TableFacts, { step }: Use): readonly Finding[] {
  if (step === undefined) return [];
  const { index, key, item } = step.input;
  if (typeof index === 'string' && facts.indexes[index] === undefined) return [noIndex(facts, index)];
  const keyed = typeof index === 'string' ? (facts.indexes[index] ?? facts.own) : facts.own;
  const where = typeof index === 'string' ? `index ${index} of table ${facts.name}` : `table ${facts.name}`;
  const given = key ?? item;
  if (given === undefined || !isJsonMap(given)) return [];
  const mayBePart = step.mode !== 'act';
  const legal = [...keyed.partition, ...keyed.sort];
  const needed = mayBePart ? keyed.partition : legal;
  return [
    ...needed.filter((name) => given[name] === undefined).map((name) => lacking(where, name, given)),
    ...(key === undefined ? [] : Object.keys(given).filter((name) => !legal.includes(name))).map(
      (name): Finding => ({
        level: 'problem',
        what: `'${name}' is not in the key of ${where}, which is ${legal.join(' and ')}`,
        todo: 'Other attributes belong under has or where.',
      }),
    ),
    ...legal.flatMap((name) => typeFinding(where, name, { value: given[name], type: facts.types[name] })),
  ];
}

function noIndex({ name, indexes }: TableFacts, index: string): Finding {
  const meant = didYouMean(index, Object.keys(indexes));
  return {
    level: 'problem',
    what: `table ${name} has no index '${index}'`,
    todo:
      meant === undefined
        ? `It has ${Object.keys(indexes).join(', ') || 'none'}.`
        : `Did you mean '${meant}'?`,
  };
}

function lacking(where: string, name: string, given: JsonMap): Finding {
  const meant = didYouMean(name, Object.keys(given));
  return {
    level: 'problem',
    what: `the key of ${where} needs '${name}', which the step does not give`,
    todo: meant === undefined ? `Add '${name}'.` : `Was '${meant}' meant to be '${name}'?`,
  };
}

function typeFinding(
  where: string,
  name: string,
  { value, type }: { readonly value: Json | undefined; readonly type: string | undefined },
): readonly Finding[] {
  if (value === undefined || type === undefined || (typeof value === 'string' && isTemplate(value)))
    return [];
  const wrong = keyTypeFault(value, type);
  if (wrong === undefined) return [];
  const what = `'${name}' in the key of ${where} is ${wrong.is}, and the step gives ${wrong.given}`;
  return [{ level: 'problem', what, todo: wrong.remedy }];
}
