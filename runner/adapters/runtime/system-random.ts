import { randomBytes } from 'node:crypto';
import type { Random } from '../../core/base/clock.ts';

/** Drawn at once: a draw of its own for each id costs as much as the rest of a trace header. */
const POOL_BYTES = 4_096;

export function systemRandom(): Random {
  let pool = new Uint8Array();
  let used = POOL_BYTES;
  return {
    bytes: (count) => {
      if (used + count > POOL_BYTES) {
        pool = randomBytes(POOL_BYTES); // a new one: parts of the last are still in use
        used = 0;
      }
      used += count;
      return pool.subarray(used - count, used);
    },
  };
}
