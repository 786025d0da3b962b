import { arnIn, type Resource } from './resource.ts';

/** A secret of Secrets Manager, which adds six characters to its name. */
export const secret = {
  name: 'secret',
  label: 'secret',
  service: 'secretsmanager',
  arn: { type: 'secret:' },
  policyArn: (name: string, region: string): string => arnIn(secret, `${name}-??????`, { region }),
} as const satisfies Resource;
