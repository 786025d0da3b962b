import { DefinitionError } from '../../core/base/errors.ts';
import type { References } from '../../core/expression/reference.ts';

/** Reads `${env:NAME}` from an environment. An empty variable is as missing as one that is not set. */
export function envReferences(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): References {
  return {
    read: async ({ name }) => {
      const value = env[name];
      if (value === undefined || value === '') {
        throw new DefinitionError(
          `The environment variable ${name} is not set, so \${env:${name}} has no value. Set it for this run.`,
        );
      }
      return { value, secret: secrets.includes(name) };
    },
  };
}
