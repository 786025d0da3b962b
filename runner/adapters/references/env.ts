import { DefinitionError } from '../../core/base/errors.ts';
import type { References } from '../../core/expression/reference.ts';
import { unlistedFault } from '../../core/expression/reference-faults.ts';
import type { Project } from '../../core/model/project.ts';

/** Reads `${env:NAME}` from an environment. An empty variable is as missing as one that is not set. */
export function envReferences(
  env: Readonly<Record<string, string | undefined>>,
  listed: Pick<Project, 'env' | 'secrets'>,
): References {
  return {
    read: async ({ name }) => {
      const fault = unlistedFault({ scheme: 'env', name }, listed);
      if (fault !== undefined) throw new DefinitionError(`${fault.message}: ${fault.hint}.`);
      const value = env[name];
      if (value === undefined || value === '') {
        throw new DefinitionError(
          `The environment variable ${name} is not set, so \${env:${name}} has no value. Set it for this run.`,
        );
      }
      return { value, secret: listed.secrets.includes(name) };
    },
  };
}
