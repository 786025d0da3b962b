import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'lambda';
const TYPE = 'function:';

/** A function of Lambda, perhaps with a version or an alias. */
export const lambdaFunction = {
  name: 'function',
  label: 'function',
  service: SERVICE,
  arn: { type: TYPE, name: /[^:]+(?::[^:]+)?/ },
} as const satisfies Resource;

/** The name in a function's ARN, or the name itself; without version or alias. */
export function functionNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn).replace(/:.*$/, '');
}
