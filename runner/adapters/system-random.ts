import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** Drawn at once: a draw of its own for each id costs as much as the rest of a trace header. */
const POOL_BYTES = 4_096;

/** The machine's source of chance. */
export function systemRandom(): Random {
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes: (count) => {
      if (used + count > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      used += count;
      return Uint8Array.from(pool.subarray(used - count, used));
    },
  };
}
