import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';

/** Sections removed from the template for MiniStack, which refuses a stack with them. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  CanaryFailing: 'Its metric is a query over all canaries, and MiniStack has alarms of one metric alone.',
};

/** The parts of template.yaml that are used here. */
export interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Type: string; readonly Default?: Json }>>;
  readonly Conditions: Readonly<Record<string, Json>>;
  readonly Resources: Readonly<Record<string, JsonMap>>;
}

/** template.yaml, as `sam package` gives it to CloudFormation: with the code of each function in a bucket. */
export function packagedTemplate(bucket: string): Template {
  const template = parse(
    readFileSync(join(import.meta.dirname, '..', '..', '..', 'template.yaml'), 'utf8'),
  ) as Template;
  const resources = Object.entries(template.Resources);
  return forMiniStack({
    ...template,
    Resources: Object.fromEntries(
      resources.map(([name, resource]) => [name, withCode(name, resource, bucket)]),
    ),
  });
}

/**
 * A template for MiniStack: conditions are evaluated (its own lack `Fn::Split`), and numbers replace parameters that hold one (it compares
 * their text).
 */
export function forMiniStack(template: Template): Template {
  const { Parameters, Conditions } = template;
  const given = new Map(Object.entries(Parameters).map(([name, { Default = '' }]) => [name, Default]));
  const numbers = new Set(Object.keys(Parameters).filter((name) => Parameters[name]?.Type === 'Number'));
  const resources = Object.entries(template.Resources).filter(([name]) => LEFT_OUT[name] === undefined);
  return {
    ...template,
    Conditions: Object.fromEntries(
      Object.entries(Conditions).map(([name, condition]) => [name, constant(holds(condition, given))]),
    ),
    Resources: Object.fromEntries(
      resources.map(([name, resource]) => [name, withNumbers(resource, { given, numbers }) as JsonMap]),
    ),
  };
}

/** Key of the code of a function, by its logical name. */
export function keyOf(name: string): string {
  return `${name}.zip`;
}

function withCode(name: string, resource: JsonMap, Bucket: string): JsonMap {
  if (resource['Type'] !== 'AWS::Serverless::Function') return resource;
  return {
    ...resource,
    Properties: { ...(resource['Properties'] as JsonMap), CodeUri: { Bucket, Key: keyOf(name) } },
  };
}

type Given = ReadonlyMap<string, Json>;

function withNumbers(
  value: Json,
  of: { readonly given: Given; readonly numbers: ReadonlySet<string> },
): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: Json) => withNumbers(one, of));
  const map = value as JsonMap;
  const name = map['Ref'];
  if (typeof name === 'string' && of.numbers.has(name)) return Number(of.given.get(name));
  return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, withNumbers(one, of)]));
}

function constant(is: boolean): Json {
  return { 'Fn::Equals': ['yes', is ? 'yes' : 'no'] };
}

function holds(condition: Json, given: Given): boolean {
  return resolved(condition, given) === true;
}

/** A value that consists of parameters alone. */
function resolved(value: Json, given: Given): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: Json) => resolved(one, given));
  const [[name, raw] = ['', null]] = Object.entries(value as JsonMap);
  if (name === 'Ref') return given.get(String(raw)) ?? '';
  const words = resolved(raw, given) as readonly Json[];
  const [first, second] = words;
  switch (name) {
    case 'Fn::Not':
      return first !== true;
    case 'Fn::Equals':
      return first === second;
    case 'Fn::And':
      return words.every((word) => word === true);
    case 'Fn::Select':
      return (second as readonly Json[])[Number(first)] ?? '';
    case 'Fn::Split':
      return String(second).split(String(first));
    case 'Fn::Join':
      return (second as readonly Json[]).join(String(first));
    default:
      throw new Error(`The template has a condition with ${name}, which is not worked out here.`);
  }
}
