import type { Resource } from './resource.ts';

/** A bucket of S3, given by its name alone. */
export const bucket = {
  name: 'bucket',
  label: 'bucket',
  service: 's3',
  arn: { type: '' },
  policyArn: (name: string): string => `arn:\${AWS::Partition}:s3:::${name}`,
} as const satisfies Resource;
