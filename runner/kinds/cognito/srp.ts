import { createHash, createHmac, getDiffieHellman, randomBytes } from 'node:crypto';

/** A challenge of Cognito, as far as SRP needs it. */
export interface SrpChallenge {
  /** B and the salt, in hex. */
  readonly SRP_B: string;
  readonly SALT: string;
  /** In base64; it goes back as it came. */
  readonly SECRET_BLOCK: string;
  readonly USER_ID_FOR_SRP: string;
}

/** The client's half of a sign-in. */
export interface SrpClient {
  /** A, in hex. */
  readonly publicKey: string;
  /** The proof that the client knows the password, in base64. `timestamp` is that of {@link srpTimestamp}. */
  proofOf(challenge: SrpChallenge, secret: { readonly password: string; readonly timestamp: string }): string;
}

const G = 2n;
/** The label of the derived key in Cognito's protocol (amazon-cognito-identity-js, AuthenticationHelper). */
const LABEL = 'Caldera Derived Key';
const KEY_BYTES = 16;
const PRIVATE_BYTES = 128;

/**
 * Secure Remote Password as Cognito speaks it: RFC 5054's group of 3,072 bits, SHA-256, and a key that HKDF derives. The password itself
 * is never sent. `privateKey` is for tests.
 */
export function srpClient(userPool: string, privateKey: Uint8Array = randomBytes(PRIVATE_BYTES)): SrpClient {
  const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
  const k = number(sha256(padded(N), padded(G)));
  const a = number(privateKey);
  const A = power(G, a, N);
  const [, pool = ''] = userPool.split('_');
  return {
    publicKey: A.toString(16),
    proofOf: ({ SRP_B, SALT, SECRET_BLOCK, USER_ID_FOR_SRP: user }, { password, timestamp }) => {
      const B = BigInt(`0x${SRP_B}`);
      const u = number(sha256(padded(A), padded(B)));
      if (B % N === 0n || u === 0n) throw new RangeError('the server gave a public key that SRP forbids');
      const x = number(sha256(padded(BigInt(`0x${SALT}`)), sha256(`${pool}${user}:${password}`)));
      const base = (((B - k * power(G, x, N)) % N) + N) % N;
      const shared = padded(power(base, a + u * x, N));
      const key = hmac(hmac(padded(u), shared), LABEL, Uint8Array.of(1)).subarray(0, KEY_BYTES);
      return hmac(key, pool, user, Buffer.from(SECRET_BLOCK, 'base64'), timestamp).toString('base64');
    },
  };
}

/** A moment as Cognito reads it: `Mon Nov 30 18:15:23 UTC 2026`, in English and without a zero before the day. */
export function srpTimestamp(atMs: number): string {
  const [, day = '', date = '', month = '', year = '', time = ''] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(atMs).toUTCString()) ?? [];
  return `${day} ${month} ${Number(date)} ${time} UTC ${year}`;
}

/** The hash by which an app client with a secret signs a user name (Cognito developer guide, "Computing secret hash values"). */
export function secretHash(username: string, clientId: string, clientSecret: string): string {
  return hmac(Buffer.from(clientSecret), username, clientId).toString('base64');
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The bytes of a number, with a zero before a first bit that would be a sign. */
function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const signed = createHmac('sha256', key);
  for (const part of parts) signed.update(part);
  return signed.digest();
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
