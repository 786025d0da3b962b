import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'lambda';
const TYPE = 'function:';

/** A function of Lambda, perhaps with a version or an alias. */
export const lambdaFunction = {
  name: 'function',
  label: 'function',
  service: SERVICE,
  names: {
    pattern: /[\w-]{1,64}(?::(?:\$LATEST|[\w-]{1,128}))?/,
    character: /[\w$-]/,
    words: '1 to 64 letters, digits, - and _, perhaps with : and a version or alias',
  },
  own: /^coalmine[\w-]*-(?:Tick|Worker|TapReader)Function-\w+(?::|$)/,
  arn: { type: TYPE },
} as const satisfies Resource;

/** The name in a function's ARN, or the name itself; without version or alias. */
export function functionNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn).replace(/:.*$/, '');
}
