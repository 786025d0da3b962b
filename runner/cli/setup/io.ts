import type { OwnerProcess } from '../../core/cleanup/pending-cleanups.ts';
import type { Secrets } from '../../core/redaction/redact.ts';

/** What a command may touch of the process around it. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who runs, for others. */
  readonly who: OwnerProcess;
  /** What must not be told; `main` gives every command one, and takes it out of all that is written to `stderr`. */
  readonly secrets?: Secrets;
  /**
   * Does the first of these at the first Ctrl-C or SIGTERM, the next at the next; then leaves. A SIGHUP, which a closed terminal
   * sends, does the first, and nothing if that was done. The function that it gives back ends that.
   */
  onInterrupt(...stages: readonly Interruption[]): () => void;
}

/** What a command does when it is asked to end, and what it says then. */
export interface Interruption {
  readonly says: string;
  act(): void;
}

/** A stream, or what stands in for one. */
export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Exit codes of every command (scenario language, "Exit codes"). */
export const EXIT = { good: 0, failed: 1, usage: 2, error: 3, interrupted: 130 } as const;

/** A command line that cannot be carried out; its message is all that is printed. */
export class UsageError extends Error {}
