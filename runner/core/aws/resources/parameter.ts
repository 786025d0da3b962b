import { arnIn, type Resource } from './resource.ts';

/** A parameter of Systems Manager; the slash that its name may begin with is that of its ARN. */
export const parameter = {
  name: 'parameter',
  label: 'parameter',
  service: 'ssm',
  names: {
    pattern: /[\w./-]{1,2048}(?::[\w.-]+)?/,
    character: /[\w./-]/,
    words: '1 to 2,048 letters, digits, ., -, _ and /',
  },
  arn: { type: 'parameter/' },
  policyArn: (name: string, region: string): string => arnIn(parameter, name.replace(/^\//, ''), { region }),
} as const satisfies Resource;
