import { arnIn, type Resource } from './resource.ts';

/** A secret of Secrets Manager, which adds six characters to its name. */
export const secret = {
  name: 'secret',
  label: 'secret',
  service: 'secretsmanager',
  names: {
    pattern: /[\w/+=.@-]{1,512}/,
    character: /[\w/+=.@-]/,
    words: '1 to 512 letters, digits and /_+=.@-',
  },
  arn: { type: 'secret:' },
  policyArn: (name: string, region: string): string => arnIn(secret, `${name}-??????`, { region }),
} as const satisfies Resource;
