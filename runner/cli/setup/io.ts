import type { OwnerProcess } from '../../core/cleanup/pending-cleanups.ts';
import type { Secrets } from '../../core/redaction/redact.ts';
import type { Surroundings } from '../../runs/surroundings.ts';

/** Access of a command to its process. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Owner of leases, for messages to other processes. */
  readonly who: OwnerProcess;
  /** Asks the person at the terminal, and gives the answer as it was typed. Absent if the input or the output is no terminal, and in CI. */
  readonly ask?: (question: string, proposal: string) => Promise<string>;
  /** Secrets to mask; `main` gives every command one, and masks them in all output to `stderr`. */
  readonly secrets?: Secrets;
  /**
   * Runs the first of these at the first SIGINT (Ctrl-C), SIGTERM or SIGQUIT, the next at the next; then leaves. A SIGHUP, which a closed
   * terminal sends, runs the first, unless it ran already. The returned function removes the handlers.
   */
  onInterrupt(...stages: readonly Interruption[]): () => void;
}

/** Reaction of a command to an interruption, and its message. */
export interface Interruption {
  readonly message: string;
  act(): void;
}

/** A stream, or a substitute. */
export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The stream behind it, for a display that moves the cursor. */
  readonly terminal?: Writable;
}

/** Exit codes of every command (scenario language, "Exit codes"). */
export const EXIT = { good: 0, failed: 1, usage: 2, error: 3, interrupted: 130 } as const;

/** The surroundings of runs that a command makes: warnings are printed on standard error. */
export function surroundingsOf(io: Io): Surroundings {
  const { env, cwd, who, secrets, stdout, stderr } = io;
  return { env, cwd, who, secrets, stdout, warn: (text) => void stderr.write(`${text}\n`) };
}
