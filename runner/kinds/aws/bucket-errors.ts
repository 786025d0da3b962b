import type { InputFault } from '../kind.ts';

/** The fault of a bucket's name (Amazon S3 user guide, "General purpose bucket naming rules"). */
export function bucketFault(bucket: string): readonly InputFault[] {
  if (bucket.includes('${') || /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return [];
  const hint = bucket.includes(':')
    ? 'write the name alone, without arn:aws:s3:::'
    : bucket.includes('/')
      ? "write the name alone; what follows the slash belongs under 'key'"
      : 'a name has 3 to 63 lower-case letters, digits, dots and hyphens';
  return [{ key: 'bucket', message: `'${bucket}' is not the name of a bucket`, hint }];
}

/**
 * The fault of an object's key. A segment `.` or `..` stays in the URL, and any path handling (S3 itself, proxies, emulators)
 * removes it. The request is then about another key, or about the bucket (RFC 3986, 5.2.4; Amazon S3 user guide, "Naming Amazon
 * S3 objects").
 */
export function keyFault(key: string): readonly InputFault[] {
  const part = key.split('/').find((one) => one === '.' || one === '..');
  if (part === undefined) return [];
  return [
    {
      key: 'key',
      message: `'${key}' has a part '${part}', which is left out on the way to S3`,
      hint: 'give the object a key without such parts',
    },
  ];
}
