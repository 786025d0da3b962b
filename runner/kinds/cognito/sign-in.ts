import type {
  AuthenticationResultType,
  CognitoIdentityProviderClient,
  InitiateAuthCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Clock } from '../../core/base/clock.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { type SrpChallenge, secretHash, srpClient, srpTimestamp } from './srp.ts';

/** A user of a Cognito user pool, and the way that it signs in. */
export interface CognitoAuth {
  /** Id of the pool: `eu-west-1_a1B2c3D4e`. */
  readonly userPool: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly username: string;
  readonly password: string;
  /** `srp` sends a proof of the password, `password` the password itself. @default srp */
  readonly flow?: 'srp' | 'password';
  /** The token that is sent. @default id */
  readonly token?: 'id' | 'access';
}

/** A token and the time for which it counts. */
export interface SignedIn {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

interface SignInContext {
  readonly client: CognitoIdentityProviderClient;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly signal: AbortSignal;
}

/**
 * Signs a user in. Cognito's own calls need no credentials of AWS.
 * @throws DefinitionError if the pool asks the user for more, such as a new password or a second factor.
 */
export async function signIn(asked: CognitoAuth, context: SignInContext): Promise<SignedIn> {
  const beganAtMs = context.clock.nowMs();
  const { ChallengeName, AuthenticationResult } =
    asked.flow === 'password' ? await byPassword(asked, context) : await bySrp(asked, context);
  if (ChallengeName !== undefined) throw unansweredFault(ChallengeName, asked);
  return signedIn(AuthenticationResult ?? {}, { asked, beganAtMs });
}

async function byPassword(
  { clientId, username, password, ...asked }: CognitoAuth,
  { client, signal }: SignInContext,
): Promise<InitiateAuthCommandOutput> {
  const { InitiateAuthCommand } = await import('@aws-sdk/client-cognito-identity-provider');
  const command = new InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: username, PASSWORD: password, ...hashed(username, clientId, asked) },
  });
  return client.send(command, { abortSignal: signal });
}

async function bySrp(
  { userPool, clientId, username, password, ...asked }: CognitoAuth,
  { client, clock, signal }: SignInContext,
): Promise<InitiateAuthCommandOutput> {
  const { InitiateAuthCommand, RespondToAuthChallengeCommand } = await import(
    '@aws-sdk/client-cognito-identity-provider'
  );
  const srp = srpClient(userPool);
  const started = await client.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_SRP_AUTH',
      ClientId: clientId,
      AuthParameters: { USERNAME: username, SRP_A: srp.publicKey, ...hashed(username, clientId, asked) },
    }),
    { abortSignal: signal },
  );
  if (started.ChallengeName !== 'PASSWORD_VERIFIER') return started;
  const challenge = started.ChallengeParameters as unknown as SrpChallenge & { readonly USERNAME?: string };
  const timestamp = srpTimestamp(clock.nowMs());
  const name = challenge.USERNAME ?? challenge.USER_ID_FOR_SRP;
  const command = new RespondToAuthChallengeCommand({
    ChallengeName: 'PASSWORD_VERIFIER',
    ClientId: clientId,
    Session: started.Session,
    ChallengeResponses: {
      USERNAME: name,
      PASSWORD_CLAIM_SECRET_BLOCK: challenge.SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: srp.proofOf(challenge, { password, timestamp }),
      TIMESTAMP: timestamp,
      ...hashed(name, clientId, asked),
    },
  });
  return client.send(command, { abortSignal: signal });
}

function hashed(username: string, clientId: string, { clientSecret }: Pick<CognitoAuth, 'clientSecret'>) {
  return clientSecret === undefined ? {} : { SECRET_HASH: secretHash(username, clientId, clientSecret) };
}

function signedIn(
  { IdToken, AccessToken, ExpiresIn = 0 }: AuthenticationResultType,
  { asked, beganAtMs }: { readonly asked: CognitoAuth; readonly beganAtMs: number },
): SignedIn {
  const token = asked.token === 'access' ? AccessToken : IdToken;
  if (token !== undefined && token !== '') return { token, expiresAtMs: beganAtMs + ExpiresIn * 1_000 };
  throw new ObserverError(
    `User pool ${asked.userPool} signed the user in and gave no token: what answered is not Cognito. Check AWS_ENDPOINT_URL.`,
    { permanent: true },
  );
}

function unansweredFault(challenge: string, { userPool, username }: CognitoAuth): Error {
  return new DefinitionError(
    `User pool ${userPool} asks '${username}' for more than a password (${challenge}), which a canary does not answer. ` +
      'Give it a user of its own, with a permanent password and without a second factor.',
  );
}
