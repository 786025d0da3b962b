import { createHash } from 'node:crypto';

/** A short plain key unchanged, otherwise a digest of it; deterministic. */
export function dedupKey(key: string, longest: number): string {
  if (key.length <= longest && /^[\x21-\x7e]+$/.test(key)) return key;
  return createHash('sha256').update(key).digest('hex');
}
