import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** Parameter Store: parameters of every type, with their versions. */
export interface Parameters {
  call(operation: string, body: Body): Json;
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly previous?: Parameter | undefined;
}

const TYPES = ['String', 'StringList', 'SecureString'];
const KEYS: Readonly<Record<string, readonly string[]>> = {
  PutParameter: ['Name', 'Value', 'Type', 'Overwrite', 'Description'],
  GetParameter: ['Name', 'WithDecryption'],
  GetParameters: ['Names', 'WithDecryption'],
};

/** Starts a Parameter Store without parameters. */
export function startParameters(region: string, account: string): Parameters {
  const all = new Map<string, Parameter>();
  const shown = ({ name, type, value, version }: Parameter, decrypt: boolean): Json => {
    if (type === 'SecureString' && !decrypt) throw notHere('SSM', 'SecureStrings that stay encrypted');
    const ARN = `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
    return { Name: name, Type: type, Value: value, Version: version, ARN, DataType: 'text' };
  };
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    PutParameter: (body) => put(body, all),
    GetParameter: ({ Name, WithDecryption = false }) => {
      const found = versioned(String(Name), all);
      if (found === undefined) throw new Refusal('ParameterNotFound', `Parameter ${String(Name)} not found.`);
      return { Parameter: shown(found, WithDecryption === true) };
    },
    GetParameters: ({ Names, WithDecryption = false }) => {
      const names = Names as readonly string[];
      const found = names.flatMap((name) => all.get(plain(name)) ?? []);
      return {
        Parameters: found.map((one) => shown(one, WithDecryption === true)),
        InvalidParameters: names.filter((name) => !all.has(name)),
      };
    },
  };
  return {
    call: (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('SSM', operation);
      const other = Object.keys(body).find((key) => KEYS[operation]?.includes(key) !== true);
      if (other !== undefined) throw notHere('SSM', `${operation} with ${other}`);
      return work(body);
    },
  };
}

function put({ Name, Value, Type, Overwrite = false }: Body, all: Map<string, Parameter>): Json {
  const name = plain(Name);
  const known = all.get(name);
  if (known !== undefined && Overwrite !== true) {
    throw new Refusal(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite it, set Overwrite.',
    );
  }
  const type = String(Type ?? known?.type);
  if (!TYPES.includes(type)) throw new Refusal('ValidationException', `a Type of ${TYPES.join(', ')}`);
  if (typeof Value !== 'string' || Value === '') throw new Refusal('ValidationException', 'a Value');
  const version = (known?.version ?? 0) + 1;
  all.set(name, { name, type, value: Value, version, previous: known });
  return { Version: version, Tier: 'Standard' };
}

/** The latest version of a parameter, or the one whose number stands behind a colon. */
function versioned(text: string, all: ReadonlyMap<string, Parameter>): Parameter | undefined {
  const [, name = text, version] = /^(.*):(\d+)$/.exec(text) ?? [];
  const latest = all.get(plain(name));
  return version === undefined ? latest : atVersion(latest, Number(version));
}

function atVersion(parameter: Parameter | undefined, version: number): Parameter | undefined {
  return parameter === undefined || parameter.version === version
    ? parameter
    : atVersion(parameter.previous, version);
}

/** Versions and labels stand behind a colon. */
function plain(name: Json | undefined): string {
  const text = String(name);
  if (text.includes(':')) throw notHere('SSM', 'versions, labels and ARNs of parameters');
  return text;
}
