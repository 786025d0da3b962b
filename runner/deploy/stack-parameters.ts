import type { ExternalName } from '../core/expression/reference.ts';
import { keyOf } from '../core/expression/resolve-references.ts';

/** A parameter of the stack, for a value that only the account knows. */
export interface StackParameter {
  readonly name: string;
  /** CloudFormation's type: with Parameter Store's, CloudFormation reads the value itself. */
  readonly type: 'String' | 'AWS::SSM::Parameter::Value<String>';
  readonly default?: string;
  /** The shape of its value, if that stands in a policy. */
  readonly allowedPattern?: string;
  readonly description: string;
  /** True if its value may be a name in place of an ARN. */
  readonly nameOrArn: boolean;
}

/** Variables that the stack itself fills, with their value in `Fn::Sub`; each holds an ARN. */
export const OWN_VARIABLES: Readonly<Record<string, string>> = { COALMINE_ALERT_TOPIC_ARN: 'AlertTopic' };

/** Names, ARNs and URLs, without the wildcards and variables of policies. */
export const NAMES = '^[\\w./:+=@#-]+$';
/** A pattern of ARNs of one service, in one region and account at least. */
const ARNS = '^arn:[\\w-]+:[\\w-]+:[\\w-]*:\\d*:.+$';

interface ParameterUse {
  readonly parameter: Omit<StackParameter, 'nameOrArn' | 'description'>;
  readonly purpose: string;
  readonly by: Set<string>;
  nameOrArn: boolean;
  inName: boolean;
}

/** Gathers the parameters that a fleet's references come to, each once. */
export class StackParameters {
  readonly #asked = new Map<string, ParameterUse>();
  readonly #variables = new Map<string, string>();

  /** The placeholder of a reference's value in the template; `isArn` if that is known to be an ARN. */
  valueOf(reference: ExternalName, by: string): { readonly name: string; readonly isArn: boolean } {
    const own = reference.scheme === 'env' ? OWN_VARIABLES[reference.name] : undefined;
    if (own !== undefined) return { name: own, isArn: true };
    const { scheme, name } = reference;
    const parameter = this.#ask(`${scheme} ${name}`, {
      purpose: PURPOSES[scheme](`\${${keyOf(reference)}}`),
      type: scheme === 'ssm' ? 'AWS::SSM::Parameter::Value<String>' : 'String',
      ...(scheme === 'ssm' ? { default: name } : {}),
      by,
    });
    if (scheme === 'env') this.#variables.set(name, parameter);
    return { name: parameter, isArn: false };
  }

  /** The parameter of a reference whose value stands in the name of a resource. */
  nameOf(reference: ExternalName, by: string): string {
    const { name, isArn } = this.valueOf(reference, by);
    if (!isArn) this.#mark(name, (asked) => (asked.inName = true));
    return name;
  }

  /** A parameter for a resource that no file names. */
  unknown(action: string, by: string): string {
    const purpose = `The ARN, or a pattern of ARNs, on which ${action} is needed: the files do not name it.`;
    return this.#ask(`on ${action} ${by}`, { purpose, type: 'String', allowedPattern: ARNS, by });
  }

  /** Marks a parameter whose value may be a name or an ARN: the template handles both. */
  mayBeName(parameter: string): void {
    this.#mark(parameter, (asked) => (asked.nameOrArn = true));
  }

  #mark(parameter: string, mark: (asked: ParameterUse) => void): void {
    for (const asked of this.#asked.values()) if (asked.parameter.name === parameter) mark(asked);
  }

  all(): readonly StackParameter[] {
    return [...this.#asked.values()].map(({ parameter, purpose, by, nameOrArn, inName }) => ({
      ...parameter,
      ...(inName && parameter.type === 'String' ? { allowedPattern: NAMES } : {}),
      nameOrArn,
      description: `${purpose} ${nameOrArn ? 'A name or an ARN. ' : ''}For ${formatAll([...by])}.`,
    }));
  }

  /** Environment variables, and the parameter that each is filled from. */
  variables(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#variables);
  }

  #ask(
    key: string,
    {
      purpose,
      by,
      ...more
    }: Omit<StackParameter, 'name' | 'nameOrArn' | 'description'> & {
      readonly purpose: string;
      readonly by: string;
    },
  ): string {
    const known = this.#asked.get(key);
    const taken = new Set([...this.#asked.values()].map(({ parameter }) => parameter.name));
    const asked = known ?? {
      parameter: { name: freeName(key, taken), ...more },
      purpose,
      by: new Set<string>(),
      nameOrArn: false,
      inName: false,
    };
    asked.by.add(by);
    this.#asked.set(key, asked);
    return asked.parameter.name;
  }
}

const PURPOSES: Readonly<Record<ExternalName['scheme'], (text: string) => string>> = {
  env: (text) => `The value of ${text}.`,
  ssm: (text) => `The value of ${text}; CloudFormation reads it when the stack is deployed.`,
  secret: (text) => `The secret that ${text} names, for permissions only.`,
  cf: (text) => `The value of ${text}, for permissions only; runs read it themselves.`,
};

const MOST_NAMED = 5;

function formatAll(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

/** `EnvOrdersBus` of `env ORDERS_BUS`: CloudFormation takes letters and digits alone. */
function freeName(key: string, taken: ReadonlySet<string>): string {
  const words = key.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word) => capital(/[a-z]/.test(word) ? word : word.toLowerCase())).join('');
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? joined : `${joined}${number}`;
    if (!taken.has(name)) return name;
  }
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
