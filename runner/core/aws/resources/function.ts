import { nameInArn, type Resource } from './resource.ts';

/** A function of Lambda, perhaps with a version or an alias. */
export const lambdaFunction = {
  name: 'function',
  label: 'function',
  service: 'lambda',
  arn: { type: 'function:', name: /[^:]+(?::[^:]+)?/ },
} as const satisfies Resource;

/** The name in a function's ARN, or the name itself; without version or alias. */
export function functionNameOf(nameOrArn: string): string {
  return nameInArn(lambdaFunction, nameOrArn).replace(/:.*$/, '');
}
