import type { ExternalName } from './reference.ts';
import { stackBefore, stackValueOf } from './stack-value.ts';
import { isTemplate, referencesIn } from './template.ts';

/** The syntax fault of a reference, whatever it may name; undefined if there is none. */
export function referenceFault({
  scheme,
  name,
}: ExternalName): { readonly message: string; readonly hint: string } | undefined {
  const written = `\${${scheme}:${name}}`;
  if (scheme !== 'cf' && isTemplate(name)) {
    return {
      message: `${written} holds another reference`,
      hint: 'only the name of a stack can: define the whole value under vars of each environment',
    };
  }
  switch (scheme) {
    case 'env':
      return /^AWS_/i.test(name)
        ? {
            message: `${written} may not be read: it belongs to the runner itself`,
            hint: 'use another variable, or ${env.region}',
          }
        : /^\w+$/.test(name)
          ? undefined
          : {
              message: `${written} does not name a variable`,
              hint: `write \${env:${/^\w*/.exec(name)?.[0]}}: there are no defaults`,
            };
    case 'ssm':
      return /^[\w./:-]+$/.test(name)
        ? undefined
        : { message: `${written} does not name a parameter`, hint: 'write one such as ${ssm:/shop/token}' };
    case 'secret':
      return /^[\w/+=.@:-]+(#.+)?$/.test(name)
        ? undefined
        : {
            message: `${written} does not name a secret`,
            hint: 'write one such as ${secret:shop/token}, or ${secret:shop/token#key} for a key of its JSON',
          };
    case 'cf':
      return stackValueOf(name) === undefined
        ? { message: `${written} names no output and no resource of a stack`, hint: stackHint(name) }
        : stackNameFault(name);
  }
}

/** The fault of a reference in a stack's name that has no value before a run, or whose value is a secret. */
function stackNameFault(name: string): { readonly message: string; readonly hint: string } | undefined {
  const other = referencesIn(name).find(
    ({ text, external }) => !IN_STACK_NAMES.has(external === undefined ? text : external.scheme),
  );
  if (other === undefined) return undefined;
  return {
    message: `${other.text} cannot stand in the name of a stack`,
    hint: 'write ${env.name}, ${env.region}, ${env:NAME} or ${ssm:/path} there',
  };
}

/** References with a value of the environment alone, by their text or their source. */
const IN_STACK_NAMES: ReadonlySet<string> = new Set(['${env.name}', '${env.region}', 'env', 'ssm']);

function stackHint(name: string): string {
  const stack = stackBefore(name) ?? 'shop';
  const output = /:(\w+)$/.exec(name)?.[1];
  return output === undefined
    ? `write \${cf:${stack}.ApiUrl} for an output, or \${cf:${stack}/OrdersTable} for a resource by its logical id`
    : `write \${cf:${stack}.${output}} for an output, or \${cf:${stack}/${output}} for a resource`;
}

/** The fault of a variable that a project does not let its files read; undefined for any other reference. */
export function unlistedFault(
  { scheme, name }: ExternalName,
  { env, secrets }: { readonly env?: readonly string[]; readonly secrets: readonly string[] },
): { readonly message: string; readonly hint: string } | undefined {
  if (scheme !== 'env' || env === undefined || env.includes(name) || secrets.includes(name)) return undefined;
  return {
    message: `\${env:${name}} may not be read: the project file does not list it`,
    hint: `add ${name} to env: in coalmine.config.yaml, or to secrets: if it is one`,
  };
}

/** `shop/token#key` as the secret, and the key in its JSON. */
export function secretAndKey(name: string): { readonly secret: string; readonly key?: string } {
  const hash = name.indexOf('#');
  return hash < 0 ? { secret: name } : { secret: name.slice(0, hash), key: name.slice(hash + 1) };
}
