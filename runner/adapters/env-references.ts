import { DefinitionError } from '../core/errors.ts';
import type { References } from '../core/ports.ts';

/** What the other sources are, for the message that they are not read yet. */
const NOT_YET = {
  ssm: 'Parameter Store',
  secret: 'Secrets Manager',
  cf: "CloudFormation's outputs",
} as const;

/** Reads `${env:NAME}` from an environment. An empty variable is as missing as one that is not set. */
export function envReferences(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): References {
  return {
    read: async ({ scheme, name }) => {
      if (scheme !== 'env') {
        throw new DefinitionError(
          `\${${scheme}:${name}} cannot be read: this version of Coalmine does not read ${NOT_YET[scheme]}. ` +
            'Pass the value in an environment variable, and write ${env:NAME}.',
        );
      }
      if (/^AWS_/i.test(name)) {
        throw new DefinitionError(
          `\${env:${name}} may not be read: it belongs to the runner itself. Use another variable.`,
        );
      }
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
