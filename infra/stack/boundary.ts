import { allow, type Section, sub, type Value } from '../../runner/deploy/intrinsics.ts';
import type { Need } from '../../runner/deploy/needs.ts';
import { resourceValue } from '../../runner/deploy/statements.ts';

/** The regions and accounts of other services' resources are in their ARNs; these have neither, or no ARN at all. */
const EVERYWHERE: Readonly<Record<string, readonly Value[]>> = {
  cloudwatch: ['*'],
  s3: [sub('arn:${AWS::Partition}:s3:::*')],
  xray: ['*'],
};

/**
 * The upper bound of a worker's permissions, whatever is added to its policy later. It holds the actions of the stack, in this
 * account and region, and other places that the files name. `more` are statements that it holds as they are.
 */
export function boundaryOf(
  statements: readonly Value[],
  needs: readonly Need[],
  more: readonly Value[],
): Section {
  const services = Map.groupBy(
    new Set(statements.flatMap(actionsIn)),
    (action) => action.split(':')[0] ?? '',
  );
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Description: 'The most that the worker of Coalmine may do.',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          ...[...services].map(([service, actions]) =>
            allow(actions.toSorted(), resourcesOf(service, needs)),
          ),
          ...more,
        ],
      },
    },
  };
}

/** The actions of a statement, under any condition. */
export function actionsIn(statement: Value): readonly string[] {
  if (typeof statement !== 'object') return [];
  if ('Action' in statement) return [(statement as { Action: string | string[] }).Action].flat();
  return Object.values(statement as Record<string, Value>)
    .flat()
    .flatMap(actionsIn);
}

function resourcesOf(service: string, needs: readonly Need[]): readonly Value[] {
  const everywhere = EVERYWHERE[service];
  if (everywhere !== undefined) return everywhere;
  const here =
    service === 'sts' ? [] : [sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:*`)];
  const named = needs
    .filter(({ action }) => action.startsWith(`${service}:`))
    .map(({ on }) => outerOf(service, on));
  return [...new Map([...here, ...named].map((value) => [JSON.stringify(value), value])).values()];
}

/** The value of a parameter is permitted as it is: its place is unknown before deployment. */
function outerOf(service: string, on: Need['on']): Value {
  const isKnown = on.ifName === undefined && on.arn.startsWith('arn:') && service !== 'sts';
  return isKnown ? sub(within(on.arn)) : resourceValue(on);
}

/** All of a service in the region and account of an ARN. The colons of `${AWS::Region}` are none of the ARN's own. */
function within(arn: string): string {
  const parts = arn.match(/(?:\$\{[^}]*\}|[^:])*(?::|$)/g) ?? [];
  return `${parts.slice(0, 5).join('')}*`;
}
