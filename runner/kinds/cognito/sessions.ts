import { createHash } from 'node:crypto';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { ActContext } from '../kind.ts';
import { type CognitoAuth, type SignedIn, signIn } from './sign-in.ts';

/** A user that is signed in, for one request and its repetition. */
export interface CognitoSession {
  token(): Promise<string>;
  /** Forgets the token if it is an earlier request's, so that the next one is fresh. False if it is fresh already. */
  renew(): boolean;
}

type SessionContext = Pick<ActContext, 'clientOf' | 'clock' | 'signal' | 'learnSecret'>;

/** A token is replaced this long before its end: a request and two clocks have to fit in. */
const RESERVE_MS = 60_000;

const known = new WeakMap<CognitoIdentityProviderClient, Map<string, SignedIn>>();

/** Opens the session of a user. Tokens are kept in memory alone, per client of an environment, until shortly before their end. */
export function cognitoSession(asked: CognitoAuth, context: SessionContext): CognitoSession {
  let renewable: (() => void) | undefined;
  return {
    token: async () => {
      const { CognitoIdentityProviderClient } = await import('@aws-sdk/client-cognito-identity-provider');
      const client = context.clientOf(CognitoIdentityProviderClient, arnOf(asked.userPool));
      const sessions = known.get(client) ?? new Map<string, SignedIn>();
      known.set(client, sessions);
      const key = keyOf(asked);
      const kept = sessions.get(key);
      const isKept = kept !== undefined && kept.expiresAtMs - RESERVE_MS > context.clock.nowMs();
      const { clock, signal } = context;
      const signedIn = isKept ? kept : await signIn(asked, { client, clock, signal });
      if (!isKept) sessions.set(key, signedIn);
      renewable = isKept ? () => sessions.delete(key) : undefined;
      context.learnSecret(signedIn.token);
      return signedIn.token;
    },
    renew: () => {
      renewable?.();
      return renewable !== undefined;
    },
  };
}

/** The region of a pool stands in its id. */
function arnOf(userPool: string): string {
  return `arn:aws:cognito-idp:${userPool.split('_')[0]}::userpool/${userPool}`;
}

/** A password that was changed is another key; no password is kept. */
function keyOf(asked: CognitoAuth): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
