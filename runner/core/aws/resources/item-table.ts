import type { Resource } from './resource.ts';

/** A table of DynamoDB. */
export const itemTable = {
  name: 'table',
  label: 'table',
  service: 'dynamodb',
  arn: { type: 'table/', name: /[^/:]+/ },
} as const satisfies Resource;
