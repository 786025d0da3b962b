import { createHmac } from 'node:crypto';

/** Input of a signature. */
export interface Signing {
  /** The same for every attempt of a notice, so that a receiver recognises it. */
  readonly id: string;
  readonly atMs: number;
  readonly body: string;
  /** `whsec_` and base64, or any text; without one there is no signature. */
  readonly secret?: string | undefined;
}

/**
 * Headers of a signed message: HMAC-SHA256 over `id.timestamp.body` (standardwebhooks.com), so that receivers can use a library for it. The
 * id may hold only header characters and no full stop, which separates the parts.
 */
export function signedHeaders({ id, atMs, body, secret }: Signing): Readonly<Record<string, string>> {
  const safeId = id.replace(/[^\x21-\x7e]|[.%]/gu, (one) =>
    encodeURIComponent(one.toWellFormed()).replace('.', '%2E'),
  );
  const timestamp = String(Math.floor(atMs / 1_000));
  const headers = { 'webhook-id': safeId, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const mac = createHmac('sha256', keyOf(secret)).update(`${safeId}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${mac}` };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}
