import type { Resource } from './resource.ts';

/** A table of DynamoDB. */
export const itemTable = {
  name: 'table',
  label: 'table',
  service: 'dynamodb',
  names: { pattern: /[\w.-]{3,255}/, character: /[\w.-]/, words: '3 to 255 letters, digits, _, . and -' },
  own: /^coalmine-(?:.*-leases|.*StateTable-\w+)$/,
  arn: { type: 'table/' },
} as const satisfies Resource;
