import { omitUndefined } from '../../core/base/omit-undefined.ts';

/** Variables of an environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The profile or the credentials in an environment that a program gave in place of the process's own. The SDK reads the latter by itself, and
 * a profile wins over credentials there too.
 */
export function identityIn(env: Variables): object {
  if (env === process.env) return {};
  const {
    AWS_PROFILE: profile,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = env;
  if (profile !== undefined) return { profile };
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { credentials: { accessKeyId, secretAccessKey, ...omitUndefined({ sessionToken }) } };
}
