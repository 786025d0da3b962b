import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runs/usage-error.ts';
import type { Io } from './io.ts';

/** Asks one question at a time at a terminal. Text that was pasted or typed ahead answers the questions that follow. */
export function asker(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): NonNullable<Io['ask']> {
  const ahead: string[] = [];
  let begun = '';
  return async (question, proposal) => {
    const prompt = `${question} [${proposal}]: `;
    const next = ahead.shift();
    if (next !== undefined) {
      output.write(`${prompt}${next}\n`);
      return next;
    }
    const lines = createInterface({ input, output, terminal: true });
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
