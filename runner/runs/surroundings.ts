import type { Output } from '../../reporters/contract.ts';
import type { OwnerProcess } from '../core/cleanup/pending-cleanups.ts';
import type { Secrets } from '../core/redaction/redact.ts';

/** Access of runs to their process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Owner of leases, for messages to other processes. */
  readonly who: OwnerProcess;
  readonly secrets?: Secrets | undefined;
  /** The destination of a reporter without a file; absent if it belongs to the calling program. */
  readonly stdout?: Output;
  /** Receives sentences about trouble that changes no verdict: a reporter that failed, a result that was not stored. */
  warn(text: string): void;
}
