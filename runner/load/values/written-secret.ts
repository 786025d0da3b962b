import { settledPieces } from '../../core/expression/settled.ts';
import type { Environment } from '../../core/model/project.ts';
import { type Issue, SECRET } from '../yaml/diagnostics.ts';

/** True for a text that is known before any run, and that no reference, generator or step gives. */
export function isWritten(text: string, environment: Environment): boolean {
  const pieces = settledPieces(text, environment, environment.vars);
  return text !== '' && pieces.every((piece) => typeof piece === 'string');
}

/** The fault of a secret that is written out under a name. */
export function writtenSecret(name: string): Issue {
  return {
    rule: SECRET,
    message: `a secret does not belong in the file: that of ${name}`,
    hint: 'write it by reference: ${secret:name}',
  };
}
