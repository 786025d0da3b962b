import type { Section, Value } from './intrinsics.ts';
import { conditionOf } from './statements.ts';

/** A policy as IAM takes it (IAM user guide, "Grammar of the IAM JSON policy language"). */
export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly IamStatement[];
}

interface IamStatement {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** The values that a template leaves to CloudFormation. */
export interface IamPlace {
  readonly partition: string;
  /** `*` if it is not known. */
  readonly account: string;
  /** `*` if it is not known. */
  readonly region: string;
  /** Values of parameters, by name; each parameter of the statements has one. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Most characters of a policy, without white space. Of inline policies it is the sum of a role's (IAM user guide, "IAM and AWS STS quotas"). */
export const POLICY_SIZES = { managed: 6_144, inlineOfRole: 10_240 } as const;

/** Statements of a template as a policy, with every value filled in. */
export function iamPolicy(statements: readonly Section[], place: IamPlace): IamPolicy {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Action, Resource }) => ({
      Effect: 'Allow',
      Action: Action as IamStatement['Action'],
      Resource: listOrOne([...new Set(listOf(Resource as Value).map((value) => textOf(value, place)))]),
    })),
  };
}

/** Number of characters of a policy that count. */
export function policySize(policy: IamPolicy): number {
  return JSON.stringify(policy).length;
}

function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

function listOrOne(all: readonly string[]): string | readonly string[] {
  const [first] = all;
  return first !== undefined && all.length === 1 ? first : all;
}

/** The text that CloudFormation would make of a value of `resourceValue`. */
function textOf(value: Value, place: IamPlace): string {
  if (typeof value !== 'object') return String(value);
  const { 'Fn::Sub': sub, 'Fn::If': choice, 'Fn::Join': join } = value as Section;
  if (sub !== undefined) return filled(String(sub), place);
  if (choice !== undefined) {
    const [condition, isArn, isName] = choice as readonly [string, Value, Value];
    return textOf(holds(condition, place) ? isArn : isName, place);
  }
  const [is, { 'Fn::Split': split }] = join as readonly [string, Section];
  const [was, whole] = split as readonly [string, Value];
  return textOf(whole, place).replaceAll(was, is);
}

function holds(condition: string, { parameters }: IamPlace): boolean {
  return [...parameters].some(([name, text]) => conditionOf(name) === condition && text.startsWith('arn:'));
}

/** `${!x}` is a text `${x}` for IAM. */
function filled(template: string, { partition, account, region, parameters }: IamPlace): string {
  const own = new Map([
    ['AWS::Partition', partition],
    ['AWS::AccountId', account],
    ['AWS::Region', region],
  ]);
  return template.replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) =>
    literal === '!' ? `\${${name}}` : (own.get(name) ?? parameters.get(name) ?? whole),
  );
}
