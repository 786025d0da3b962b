import type { InputFault } from './kind.ts';

/** What is wrong with a bucket's name (Amazon S3 user guide, "General purpose bucket naming rules"). */
export function bucketFault(bucket: string): readonly InputFault[] {
  if (bucket.includes('${') || /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return [];
  const hint = bucket.includes(':')
    ? 'write the name alone, without arn:aws:s3:::'
    : bucket.includes('/')
      ? "write the name alone; what follows the slash belongs under 'key'"
      : 'a name has 3 to 63 lower-case letters, digits, dots and hyphens';
  return [{ key: 'bucket', message: `'${bucket}' is not the name of a bucket`, hint }];
}
