import { arnIn, type Resource } from './resource.ts';

/** A stack of CloudFormation, whose ARN ends in an id. */
export const stack = {
  name: 'stack',
  label: 'stack',
  service: 'cloudformation',
  arn: { type: 'stack/' },
  policyArn: (name: string, region: string): string => arnIn(stack, `${name}/*`, { region }),
} as const satisfies Resource;
