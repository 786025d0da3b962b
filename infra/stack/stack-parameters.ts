import { ref, type Section, type Value } from '../../runner/deploy/intrinsics.ts';
import type { StackParameter } from '../../runner/deploy/stack-parameters.ts';
import { conditionOf } from '../../runner/deploy/statements.ts';

/** What only the account knows, as CloudFormation asks for it. */
export function parameterSections(parameters: readonly StackParameter[]): Readonly<Record<string, Section>> {
  return Object.fromEntries(
    parameters.map(({ name, type, default: given, description }) => [
      name,
      { Type: type, ...(given === undefined ? {} : { Default: given }), Description: description },
    ]),
  );
}

/** Whether the values that may be names are ARNs. */
export function parameterConditions(parameters: readonly StackParameter[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    parameters
      .filter(({ nameOrArn }) => nameOrArn)
      .map(({ name }) => [
        conditionOf(name),
        { 'Fn::Equals': [{ 'Fn::Select': [0, { 'Fn::Split': [':', ref(name)] }] }, 'arn'] },
      ]),
  );
}
