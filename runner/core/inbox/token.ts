import { createHash } from 'node:crypto';
import type { Random } from '../base/clock.ts';

const TOKEN_BYTES = 32;
const TOKEN_IN_PATH = /\/inbox\/([\w-]{43})(\/[^?]*)?(?:\?(.*))?$/;

/** A new token of an inbox: 256 random bits as 43 characters of base64url. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
}

/** The digest by which receivers find an inbox. The time of a search for it says nothing of a guessed token. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The URL of an inbox. `base` may have a path of its own. */
export function inboxUrl(base: string, token: string): string {
  return `${base.replace(/\/+$/, '')}/inbox/${token}`;
}

/** The parts of a request's target; undefined if it has no token. */
export function splitTarget(
  target: string,
): { readonly token: string; readonly path: string; readonly query: string } | undefined {
  const [, token, path = '/', query = ''] = TOKEN_IN_PATH.exec(target) ?? [];
  return token === undefined ? undefined : { token, path, query };
}
