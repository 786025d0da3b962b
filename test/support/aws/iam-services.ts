import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionOf } from '../../../runner/adapters/aws/iam-actions.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The IAM action that allows a command of `@aws-sdk/client-<client>`, by the name with which the package signs. */
export function iamActionOfPackage(client: string, command: string): string {
  const path = `node_modules/@aws-sdk/client-${client}/dist-es/endpoint/EndpointParameters.js`;
  const [, signingName] = /defaultSigningName: "([^"]+)"/.exec(readFileSync(join(ROOT, path), 'utf8')) ?? [];
  if (signingName === undefined) throw new Error(`${path} does not name what it signs with`);
  return iamActionOf(signingName, command);
}

/** Clients whose calls are not signed, so that IAM is not asked (API reference of Cognito user pools, InitiateAuth and RespondToAuthChallenge). */
const UNSIGNED: ReadonlySet<string> = new Set(['cognito-identity-provider']);

/** The IAM actions of the SDK's commands that a source loads, by the client package that each is loaded from. */
export function actionsIn(source: string): readonly string[] {
  const loads = [...source.matchAll(/\{([^{}]*)\} = await import\(\s*'@aws-sdk\/client-([\w-]+)'/g)];
  const signed = loads.filter(([, , client = '']) => !UNSIGNED.has(client));
  return signed.flatMap(([, names = '', client = '']) =>
    [...names.matchAll(/\b(\w+Command)\b/g)].map(([, command = '']) => iamActionOfPackage(client, command)),
  );
}
