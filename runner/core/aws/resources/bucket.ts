import type { Resource } from './resource.ts';

/** A bucket of S3, given by its name alone. */
export const bucket = {
  name: 'bucket',
  label: 'bucket',
  service: 's3',
  names: {
    pattern: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/,
    character: /[a-z0-9.-]/,
    words: '3 to 63 lower-case letters, digits, dots and hyphens',
  },
  arn: { type: '' },
  policyArn: (name: string): string => `arn:\${AWS::Partition}:s3:::${name}`,
} as const satisfies Resource;
