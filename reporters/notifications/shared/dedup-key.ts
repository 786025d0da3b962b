import { createHash } from 'node:crypto';

/** A key as it is where it is short and plain, otherwise a digest of it: the same key always gives the same. */
export function dedupKey(key: string, longest: number): string {
  if (key.length <= longest && /^[\x21-\x7e]+$/.test(key)) return key;
  return createHash('sha256').update(key).digest('hex');
}
