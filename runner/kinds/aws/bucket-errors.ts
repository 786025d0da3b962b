import { strangerFault } from '../../core/aws/address-faults.ts';
import { bucket } from '../../core/aws/resources/bucket.ts';
import { isNameOf } from '../../core/aws/resources/resource.ts';
import type { FaultsOf, InputFault } from '../kind.ts';
import { limitFaults, OBJECT_KEY } from './service-limits.ts';

/** The fault of a bucket's name. Values of a run may stand in it. */
export function bucketFault(name: string): readonly InputFault[] {
  if (name.includes('${')) return strangerFault(bucket, name);
  if (isNameOf(bucket, name)) return [];
  const hint = name.includes(':')
    ? 'write the name alone, without arn:aws:s3:::'
    : name.includes('/')
      ? "write the name alone; what follows the slash belongs under 'key'"
      : `a name has ${bucket.names.words}`;
  return [{ key: 'bucket', message: `'${name}' is not the name of a bucket`, hint }];
}

/**
 * The fault of an object's key. A segment `.` or `..` stays in the URL, and any path handling (S3 itself, proxies, emulators)
 * removes it. The request is then about another key, or about the bucket (RFC 3986, 5.2.4; Amazon S3 user guide, "Naming Amazon
 * S3 objects").
 */
export function keyFault(key: string, { filled }: Pick<FaultsOf, 'filled'>): readonly InputFault[] {
  const part = key.split('/').find((one) => one === '.' || one === '..');
  if (part === undefined) return limitFaults(key, OBJECT_KEY, { key: 'key' }, { filled });
  return [
    {
      key: 'key',
      message: `'${key}' has a part '${part}', which is left out on the way to S3`,
      hint: 'give the object a key without such parts',
    },
  ];
}
