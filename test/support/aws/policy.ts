import type { Value } from '../../../runner/deploy/intrinsics.ts';

/** An action and an ARN (or a pattern of ARNs) that a policy allows. */
export interface Granted {
  readonly action: string;
  readonly on: string;
}

type Map = Readonly<Record<string, Value>>;

/** Permissions of some statements, with parameter values filled in, as in CloudFormation. */
export function grantedBy(
  statements: readonly Map[],
  parameters: Readonly<Record<string, string>>,
): readonly Granted[] {
  return statements.flatMap(({ Action, Resource }) => {
    const ons = [Resource as Value].flat().map((value) => textOf(value, parameters));
    return [Action as string].flat().flatMap((action) => ons.map((on) => ({ action, on })));
  });
}

/**
 * True if a pattern of ARNs covers one (IAM user guide, "Resource": `*` and `?`; "Policy variables": `${*}`, `${?}` and `${$}` stand for themselves). A `*` alone covers only actions without resource types:
 * to IAM it covers all, and so is more than any need here.
 */
export function covers({ on }: Granted, arn: string): boolean {
  if (on === '*') return arn === '*';
  const pattern = on.replace(/\$\{([*?$])\}|[^]/g, (one, literal: string | undefined) => {
    if (literal === undefined && one === '*') return '.*';
    return literal === undefined && one === '?'
      ? '.'
      : (literal ?? one).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${pattern}$`, 's').test(arn);
}

function textOf(value: Value, parameters: Readonly<Record<string, string>>): string {
  if (typeof value !== 'object') return String(value);
  const [[name, of]] = Object.entries(value as Map) as [[string, Value]];
  switch (name) {
    case 'Fn::Sub':
      return String(of).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, key: string) =>
        literal === '!' ? `\${${key}}` : known(key, parameters),
      );
    case 'Fn::If': {
      const [condition, yes, no] = of as [string, Value, Value];
      return textOf(
        known(condition.replace(/IsArn$/, ''), parameters).startsWith('arn:') ? yes : no,
        parameters,
      );
    }
    case 'Fn::Join': {
      const [is, { 'Fn::Split': split }] = of as [string, { 'Fn::Split': [string, Value] }];
      return textOf(split[1], parameters).replaceAll(split[0], is);
    }
    default:
      throw new Error(`nobody has said what ${name} comes to`);
  }
}

function known(name: string, parameters: Readonly<Record<string, string>>): string {
  const value = parameters[name];
  if (value === undefined) throw new Error(`the parameter ${name} has no value`);
  return value;
}
