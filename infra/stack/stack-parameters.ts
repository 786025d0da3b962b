import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import { ref, type Section, type Value } from '../../runner/deploy/intrinsics.ts';
import type { StackParameter } from '../../runner/deploy/stack-parameters.ts';
import { conditionOf } from '../../runner/deploy/statements.ts';

/** Values that only the account knows, as CloudFormation parameters. */
export function parameterSections(parameters: readonly StackParameter[]): Readonly<Record<string, Section>> {
  return Object.fromEntries(
    parameters.map(({ name, type, default: given, allowedPattern, description }) => [
      name,
      {
        Type: type,
        ...omitUndefined({ Default: given, AllowedPattern: allowedPattern }),
        Description: description,
      },
    ]),
  );
}

/** Conditions: a value that may be a name is an ARN. */
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
