import { arnIn, type Resource } from './resource.ts';

/** A stack of CloudFormation, whose ARN ends in an id. */
export const stack = {
  name: 'stack',
  label: 'stack',
  service: 'cloudformation',
  names: {
    pattern: /[A-Za-z][A-Za-z0-9-]{0,127}/,
    character: /[A-Za-z0-9-]/,
    words: '1 to 128 letters, digits and hyphens, a letter first',
  },
  arn: { type: 'stack/' },
  policyArn: (name: string, region: string): string => arnIn(stack, `${name}/*`, { region }),
} as const satisfies Resource;
