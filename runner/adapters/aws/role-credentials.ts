import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { identityIn, type Variables } from './environment-identity.ts';
import { requestHandlerFor } from './request-handler.ts';

/** Temporary credentials for the SDK's clients, which refresh them some minutes before they expire. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Endpoint and region of the assumption, and the runner's own environment. */
export interface AssumedAt {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly env: Variables;
}

const SESSION = 'coalmine';
/** Credentials that expire sooner than this are renewed: the SDK, too, takes them for expired by then. */
const RENEWED_BEFORE_MS = 5 * 60_000;

/**
 * Credentials of a role in any account, by STS and with the runner's own credentials. All clients of an environment share one provider, so
 * that a role is assumed once an hour and not once for each client.
 */
export function roleCredentials(role: string, at: AssumedAt): () => Promise<RoleCredentials> {
  let held: Promise<RoleCredentials> | undefined;
  return async () => {
    const before = held;
    const credentials = await before?.catch(() => undefined); // a failed call is repeated
    if (credentials !== undefined && credentials.expiration.getTime() - Date.now() > RENEWED_BEFORE_MS)
      return credentials;
    if (held === before) held = assume(role, at); // otherwise another caller has refreshed it meanwhile
    return held as Promise<RoleCredentials>;
  };
}

async function assume(role: string, { region, endpoint, env }: AssumedAt): Promise<RoleCredentials> {
  const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({
    ...omitUndefined({ region, endpoint }),
    ...identityIn(env),
    ...requestHandlerFor(env),
  });
  try {
    const command = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: SESSION });
    const { Credentials: given } = await client.send(command);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      throw new ObserverError(
        `STS gave no credentials for ${role}. Check that AWS_ENDPOINT_URL leads to STS.`,
      );
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  } finally {
    client.destroy();
  }
}
