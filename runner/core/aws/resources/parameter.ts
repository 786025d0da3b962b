import { arnIn, type Resource } from './resource.ts';

/** A parameter of Systems Manager; the slash that its name may begin with is that of its ARN. */
export const parameter = {
  name: 'parameter',
  label: 'parameter',
  service: 'ssm',
  arn: { type: 'parameter/' },
  policyArn: (name: string, region: string): string => arnIn(parameter, name.replace(/^\//, ''), { region }),
} as const satisfies Resource;
