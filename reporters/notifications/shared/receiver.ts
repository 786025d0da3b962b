import { scrypt } from 'node:crypto';
import type { Channel } from '../../../runner/core/model/channel.ts';

/** Salt of the digests. A change makes every receiver a new one. */
const SALT = 'coalmine channel address 1';
const BYTES = 16;
const COST = { N: 4_096 };

/**
 * Digest of the text that identifies a receiver: equal for one receiver under two names. It takes about
 * 10 ms to compute: so it does not reveal an address that could be guessed, such as one with a short password.
 */
export async function receiverDigest(receiver: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(receiver, SALT, BYTES, COST, (thrown, digest) => {
      if (thrown === null) resolve(digest.toString('hex'));
      else reject(thrown);
    });
  });
}

/** A URL in its normal form; any other text as it is. */
export function urlOf({ address }: Pick<Channel, 'address'>): string {
  return URL.canParse(address) ? new URL(address).href : address;
}
