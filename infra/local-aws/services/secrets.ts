import { randomUUID } from 'node:crypto';
import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** Secrets Manager: secrets of text or bytes, their current version and the previous one. */
export interface SecretStore {
  call(operation: string, body: Body): Json;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly value: { readonly SecretString: string } | { readonly SecretBinary: string };
  readonly previous?: Secret;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  CreateSecret: ['Name', 'SecretString', 'SecretBinary', 'ClientRequestToken', 'Description'],
  PutSecretValue: ['SecretId', 'SecretString', 'SecretBinary', 'ClientRequestToken'],
  GetSecretValue: ['SecretId', 'VersionStage'],
};

/** Starts a Secrets Manager without secrets. */
export function startSecrets(region: string, account: string): SecretStore {
  const all = new Map<string, Secret>();
  const known = (id: Json | undefined): Secret => {
    const found = [...all.values()].find(({ name, arn }) => name === id || arn === id);
    if (found !== undefined) return found;
    throw new Refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    CreateSecret: (body) => {
      const name = String(body['Name']);
      if (all.has(name))
        throw new Refusal('ResourceExistsException', `A secret with the name ${name} already exists.`);
      const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${randomUUID().slice(0, 6)}`;
      return stored({ name, arn, version: versionOf(body), value: valueOf(body) }, all);
    },
    PutSecretValue: (body) => {
      const before = known(body['SecretId']);
      const { name, arn } = before;
      return stored({ name, arn, version: versionOf(body), value: valueOf(body), previous: before }, all);
    },
    GetSecretValue: ({ SecretId, VersionStage = 'AWSCURRENT' }) => {
      const secret = known(SecretId);
      const staged = { AWSCURRENT: secret, AWSPREVIOUS: secret.previous }[String(VersionStage)];
      if (staged === undefined)
        throw new Refusal('ResourceNotFoundException', `no version with the stage ${String(VersionStage)}`);
      const { name, arn, version, value } = staged;
      return { Name: name, ARN: arn, VersionId: version, VersionStages: [VersionStage], ...value };
    },
  };
  return {
    call: (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('Secrets Manager', operation);
      const other = Object.keys(body).find((key) => KEYS[operation]?.includes(key) !== true);
      if (other !== undefined) throw notHere('Secrets Manager', `${operation} with ${other}`);
      return work(body);
    },
  };
}

function stored(secret: Secret, all: Map<string, Secret>): Json {
  all.set(secret.name, secret);
  return { Name: secret.name, ARN: secret.arn, VersionId: secret.version };
}

function versionOf({ ClientRequestToken }: Body): string {
  return typeof ClientRequestToken === 'string' ? ClientRequestToken : randomUUID();
}

function valueOf({ SecretString, SecretBinary }: Body): Secret['value'] {
  if (typeof SecretString === 'string') return { SecretString };
  if (typeof SecretBinary === 'string') return { SecretBinary };
  throw new Refusal('InvalidRequestException', 'a SecretString or a SecretBinary');
}
