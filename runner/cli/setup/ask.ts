import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runs/usage-error.ts';
import type { Io } from './io.ts';

/** Questions on the terminal of this process; undefined if there is none, and in CI, where a command must not wait for a person. */
export function askOnTerminal(env: Io['env']): Io['ask'] {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY || (env['CI'] ?? '') !== '') return undefined;
  return asker(stdin, stdout, true);
}

/** Asks one question at a time. Text that was pasted or typed ahead answers the questions that follow. */
export function asker(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  terminal: boolean,
): NonNullable<Io['ask']> {
  const ahead: string[] = [];
  let begun = '';
  return async (question, proposal) => {
    const prompt = `${question} [${proposal}]: `;
    const next = ahead.shift();
    if (next !== undefined) {
      output.write(`${prompt}${next}\n`);
      return next;
    }
    const lines = createInterface({ input, output, terminal });
    try {
      const closed = new Promise<never>((_, reject) => {
        lines.once('close', () => reject(new UsageError('\nInterrupted. Nothing was written.'))); // Ctrl-C or Ctrl-D
      });
      const answer = lines.question(prompt);
      lines.on('line', (line) => ahead.push(line)); // the first line answers, and is no event
      lines.write(begun);
      return await Promise.race([answer, closed]);
    } finally {
      begun = lines.line;
      lines.close();
    }
  };
}
