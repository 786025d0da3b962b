import { didYouMean } from '../../core/base/did-you-mean.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import { isJsonList, isJsonMap, type JsonMap, parseJson } from '../../core/base/json.ts';
import { scalarText } from '../../core/base/numbers.ts';
import type { ExternalValue } from '../../core/expression/reference.ts';
import { secretAndKey } from '../../core/expression/reference-faults.ts';
import type { Source } from './source.ts';

/** `${secret:name}` and `${secret:name#key}`: Secrets Manager, the whole text or a member of its JSON. */
export const secret: Source = {
  examples: ['<name>'],
  holderOf: (name) => secretAndKey(name).secret,
  read: async (holder, { clients, signal, previous }) => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const { SecretString, SecretBinary } = await clients
      .clientOf(SecretsManagerClient, 'observe', holder)
      .send(
        new GetSecretValueCommand({ SecretId: holder, ...(previous ? { VersionStage: 'AWSPREVIOUS' } : {}) }),
        { abortSignal: signal },
      );
    if (SecretString === undefined && SecretBinary !== undefined) {
      throw new DefinitionError(
        `The secret ${holder} is binary, and only text can be put into a canary. Store it as text.`,
      );
    }
    return (name) => valueIn(SecretString ?? '', name);
  },
  absent: ['ResourceNotFoundException'],
  formatAbsent: (holder) =>
    `Secrets Manager has no secret ${holder}. Check its name, the region and the account.`,
  permissions: (name) => {
    const holder = secretAndKey(name).secret;
    return [
      { action: 'secretsmanager:GetSecretValue', resource: holder },
      { action: 'kms:Decrypt', resource: `the key of ${holder}, where it is a key of your own` },
    ];
  },
};

/** @throws DefinitionError with names of keys, never a value. */
function valueIn(text: string, name: string): ExternalValue {
  const { secret: holder, key } = secretAndKey(name);
  if (key === undefined) return { value: text, secret: true };
  const members = membersOf(text);
  if (members === undefined)
    throw new DefinitionError(
      `The secret ${holder} is not a JSON map, so it has no key '${key}'. Leave out #${key} to read all of it.`,
    );
  const value = Object.hasOwn(members, key) ? members[key] : undefined;
  if (value === undefined) throw noKey(holder, key, Object.keys(members));
  if (value === null || isJsonMap(value) || isJsonList(value))
    throw new DefinitionError(
      `'${key}' of the secret ${holder} is not text. Name a key whose value is text.`,
    );
  return { value: scalarText(value) ?? String(value), secret: true };
}

function noKey(holder: string, key: string, keys: readonly string[]): Error {
  const meant = didYouMean(key, keys);
  const hint = meant === undefined ? `It has ${keys.join(', ') || 'none'}.` : `Did you mean '${meant}'?`;
  return new DefinitionError(`The secret ${holder} has no key '${key}'. ${hint}`);
}

function membersOf(text: string): JsonMap | undefined {
  try {
    const parsed = parseJson(text);
    return isJsonMap(parsed) ? parsed : undefined;
  } catch {
    return undefined; // the error would quote the secret
  }
}
