import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runs/usage-error.ts';
import type { Io } from './io.ts';

/** Questions on the terminal of this process; undefined if there is none, and in CI, where a command must not wait for a person. */
export function askOnTerminal(env: Io['env']): Io['ask'] {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY || (env['CI'] ?? '') !== '') return undefined;
  return async (question, proposal) => {
    const lines = createInterface({ input: stdin, output: stdout });
    try {
      const closed = new Promise<never>((_, reject) => {
        lines.once('close', () => reject(new UsageError('\nInterrupted. Nothing was written.'))); // Ctrl-C or Ctrl-D
      });
      return await Promise.race([lines.question(`${question} [${proposal}]: `), closed]);
    } finally {
      lines.close();
    }
  };
}
