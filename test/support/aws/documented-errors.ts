import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionOfPackage } from './iam-services.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** An error that the models of the AWS SDK document for a call that Coalmine makes. */
export interface Documented {
  /** The service's name in IAM. */
  readonly service: string;
  readonly call: string;
  readonly code: string;
}

/** Every error that is documented for the commands named in our own sources. */
export function documentedErrors(): readonly Documented[] {
  return ['runner', 'reporters'].flatMap(sourcesIn).flatMap(commandsIn).flatMap(errorsOf);
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

interface Command {
  readonly client: string;
  readonly name: string;
}

function commandsIn(source: string): readonly Command[] {
  const clients = [...source.matchAll(/@aws-sdk\/client-([a-z-]+)'/g)].map(([, client = '']) => client);
  const names = [...source.matchAll(/\b[A-Z]\w+Command\b/g)].map(([name]) => name);
  return [...new Set(clients)].flatMap((client) => [...new Set(names)].map((name) => ({ client, name })));
}

/** A file may use several clients: a command that a client does not have is another's. */
function errorsOf({ client, name }: Command): readonly Documented[] {
  const path = join(ROOT, `node_modules/@aws-sdk/client-${client}/dist-types/commands/${name}.d.ts`);
  let types: string;
  try {
    types = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const [service = ''] = iamActionOfPackage(client, name).split(':');
  return [...types.matchAll(/@throws \{@link (\w+)\}/g)]
    .map(([, code = '']) => code)
    .filter((code) => !code.endsWith('ServiceException') || code === 'ServiceException')
    .map((code) => ({ service, call: name, code }));
}
