import { createHash, createHmac, getDiffieHellman, randomBytes, randomUUID } from 'node:crypto';
import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

/** A user pool with one app client. */
export interface UserPool {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** Passwords by the names of users. */
  readonly users: Readonly<Record<string, string>>;
  /** A challenge in place of tokens. */
  readonly asksFor?: string;
  /** @default 3600 */
  readonly tokenSeconds?: number;
}

/** Cognito's user pools: sign-in by SRP and by password. */
export interface UserPools {
  register(pool: UserPool): void;
  /** True for a token that one of the pools gave and did not take back. */
  knows(token: string): boolean;
  revokeAll(): void;
  call(operation: string, body: Readonly<Record<string, Json>>): Json;
}

/** A sign-in that waits for the proof of the password. */
interface Attempt {
  readonly pool: UserPool;
  readonly user: string;
  readonly A: bigint;
  readonly B: bigint;
  readonly b: bigint;
  readonly verifier: bigint;
  readonly block: Buffer;
}

type Parameters = Readonly<Record<string, string>>;

const G = 2n;
const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);

/** Starts one without pools. The server's half of SRP is written apart from the client's, so that each proves the other. */
export function startUserPools(): UserPools {
  const pools: UserPool[] = [];
  const attempts = new Map<string, Attempt>();
  const tokens = new Set<string>();
  const initiate = (pool: UserPool, flow: string, given: Parameters): Json => {
    const password = passwordOf(pool, given);
    if (flow === 'USER_PASSWORD_AUTH') {
      if (given['PASSWORD'] !== password) throw wrongPassword();
      return tokensFor(pool, tokens);
    }
    if (flow !== 'USER_SRP_AUTH') throw notHere('Cognito', `InitiateAuth with ${flow}`);
    const { attempt, ChallengeParameters } = challenge(pool, password, given);
    const Session = randomUUID();
    attempts.set(Session, attempt);
    return { ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeParameters };
  };
  const respond = (pool: UserPool, session: string, given: Parameters): Json => {
    const attempt = attempts.get(session);
    attempts.delete(session);
    passwordOf(pool, given);
    if (
      attempt === undefined ||
      given['PASSWORD_CLAIM_SIGNATURE'] !== proofOf(attempt, given['TIMESTAMP'] ?? '')
    )
      throw wrongPassword();
    return tokensFor(pool, tokens);
  };
  return {
    register: (pool) => void pools.push(pool),
    knows: (token) => tokens.has(token),
    revokeAll: () => tokens.clear(),
    call: (operation, body) => {
      const pool = pools.find(({ clientId }) => clientId === body['ClientId']);
      if (pool === undefined)
        throw new Refusal('ResourceNotFoundException', 'The user pool client does not exist.');
      if (operation === 'InitiateAuth')
        return initiate(pool, String(body['AuthFlow']), body['AuthParameters'] as Parameters);
      if (operation === 'RespondToAuthChallenge')
        return respond(pool, String(body['Session']), body['ChallengeResponses'] as Parameters);
      throw notHere('Cognito', operation);
    },
  };
}

function wrongPassword(): Refusal {
  return new Refusal('NotAuthorizedException', 'Incorrect username or password.');
}

/** The password of the user, if the secret of the client is proved. */
function passwordOf({ clientId, clientSecret, users }: UserPool, given: Parameters): string {
  const { USERNAME: user = '', SECRET_HASH: hash } = given;
  const wanted =
    clientSecret === undefined
      ? undefined
      : createHmac('sha256', clientSecret).update(`${user}${clientId}`).digest('base64');
  if (hash !== wanted)
    throw new Refusal('NotAuthorizedException', `Unable to verify secret hash for client ${clientId}`);
  const password = users[user];
  if (password === undefined) throw new Refusal('UserNotFoundException', 'User does not exist.');
  return password;
}

function tokensFor({ asksFor, tokenSeconds = 3_600 }: UserPool, tokens: Set<string>): Json {
  if (asksFor !== undefined)
    return { ChallengeName: asksFor, Session: randomUUID(), ChallengeParameters: {} };
  const [IdToken, AccessToken] = [`id.${randomUUID()}`, `access.${randomUUID()}`];
  tokens.add(IdToken).add(AccessToken);
  return { AuthenticationResult: { IdToken, AccessToken, ExpiresIn: tokenSeconds, TokenType: 'Bearer' } };
}

function challenge(pool: UserPool, password: string, { USERNAME: user = '', SRP_A = '' }: Parameters) {
  const salt = numberOf(randomBytes(16));
  const inner = createHash('sha256')
    .update(`${pool.id.split('_')[1]}${user}:${password}`)
    .digest();
  const verifier = power(G, hashed(bytesOf(salt), inner), N);
  const b = numberOf(randomBytes(32));
  const B = (hashed(bytesOf(N), bytesOf(G)) * verifier + power(G, b, N)) % N;
  const block = randomBytes(64);
  return {
    attempt: { pool, user, A: BigInt(`0x${SRP_A}`), B, b, verifier, block },
    ChallengeParameters: {
      SALT: salt.toString(16),
      SRP_B: B.toString(16),
      SECRET_BLOCK: block.toString('base64'),
      USERNAME: user,
      USER_ID_FOR_SRP: user,
    },
  };
}

function proofOf({ pool, user, A, B, b, verifier, block }: Attempt, timestamp: string): string {
  const u = hashed(bytesOf(A), bytesOf(B));
  const shared = power((A * power(verifier, u, N)) % N, b, N);
  const extracted = createHmac('sha256', bytesOf(u)).update(bytesOf(shared)).digest();
  const key = createHmac('sha256', extracted).update('Caldera Derived Key\u0001').digest().subarray(0, 16);
  const signed = createHmac('sha256', key)
    .update(`${pool.id.split('_')[1]}${user}`)
    .update(block);
  return signed.update(timestamp).digest('base64');
}

/** The bytes of a number in two's complement: one whose first bit is set has a zero before it. */
function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  const whole = digits.padStart(digits.length + (digits.length % 2), '0');
  return Buffer.from(Number.parseInt(whole.slice(0, 1), 16) > 7 ? `00${whole}` : whole, 'hex');
}

function hashed(...parts: readonly Buffer[]): bigint {
  return numberOf(createHash('sha256').update(Buffer.concat(parts)).digest());
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  return Array.from(exponent.toString(2)).reduce(
    (result, bit) => (((result * result) % modulus) * (bit === '1' ? base : 1n)) % modulus,
    1n,
  );
}
