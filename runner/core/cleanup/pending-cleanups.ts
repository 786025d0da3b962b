import type { JsonMap } from '../base/json.ts';
import type { RunId } from '../base/run-id.ts';
import type { ActStep } from '../model/canary.ts';

/** Time for cleanup beyond the run's own timeout, in milliseconds (scenario language, "Timeout"). */
export const CLEANUP_MS = 10_000;

/** A process of a user on a host; in a Lambda function `pid` is 0. */
export interface OwnerProcess {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** A pending cleanup of a run. Values of references are not stored: a sweep reads them again. */
export interface CleanupEntry {
  readonly runId: RunId;
  readonly canary: string;
  readonly startedAtMs: number;
  /** Seed of the generated values. */
  readonly seed: RunId;
  /** Region of the run, if its environment names one. */
  readonly region?: string;
  /** The process that made the run. */
  readonly owner: OwnerProcess;
  /** The vars that the steps need, as templates. */
  readonly vars: JsonMap;
  /** Saved values of the run that the steps need. */
  readonly saves: JsonMap;
  /** Names of values that hold a secret, and so are not stored. */
  readonly withheld: readonly string[];
  /** Names that steps in progress may be about to save: their resources may exist under unknown names. */
  readonly awaited: readonly string[];
  /** The cleanup steps that are still to do. */
  readonly steps: readonly ActStep[];
  /** Epoch milliseconds from which other processes may take the entry: by then its run or its sweep has ended or died. */
  readonly dueAtMs: number;
  /** End of the lease of the process that sweeps it, in epoch milliseconds. */
  readonly heldUntilMs?: number;
  /** True once its steps are done, and due again for late effects. */
  readonly late?: boolean;
  /** True if the run was made with `--keep`: only a sweep by command does its cleanup. */
  readonly kept?: boolean;
  /** Number of attempts, the run's own cleanup included. */
  readonly tries: number;
  /** True for an entry whose record could not be read: its steps are unknown. */
  readonly damaged?: boolean;
  /** Reason of the newest incomplete attempt. */
  readonly reason?: string;
  /** Rises with each write. */
  readonly version: number;
  /** Unique id of each write, by which the writer recognises its own write after a lost answer. */
  readonly writer: string;
}

/** Pending cleanups: one entry for each run, from before its first act until its cleanup is done. */
export interface CleanupList {
  /**
   * Writes an entry if the stored version is still `basedOn` (0 if there is none). False if another process changed or removed it.
   * `next.version` is `basedOn + 1`; true again for the same writer, whose answer may have been lost.
   */
  save(next: CleanupEntry, basedOn: number): Promise<boolean>;
  /** Removes an entry if it still has that version. */
  remove(entry: Pick<CleanupEntry, 'runId' | 'version'>): Promise<void>;
  /** Entries due by then, oldest first. May lag by seconds. */
  due(ask: { readonly byMs: number; readonly most: number }): Promise<readonly CleanupEntry[]>;
}

/** Allowance for clock differences before a run of another machine counts as over. */
const SKEW_MS = 30_000;

/** Lease of a sweep: by its end the sweep is done, or dead. */
export const SWEEP_LEASE_MS: number = CLEANUP_MS + 2 * SKEW_MS;

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** After this many attempts an entry is given up: a notice goes out, and only a command can start another attempt. */
export const MOST_TRIES = 8;

/** Retention of an entry that was given up, or kept on purpose, from the start of its run. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** The moment at which a run with this timeout is certainly over, its cleanup included. */
export function overAtMs(startedAtMs: number, timeoutMs: number): number {
  return startedAtMs + timeoutMs + CLEANUP_MS + SKEW_MS;
}

/** The moment until which an entry of a run with `--keep` stays on the list. */
export function keptUntilMs(startedAtMs: number): number {
  return startedAtMs + KEPT_MS;
}

/** Period after a run that did not pass in which effects may still arrive: retries, redrives, queues that are behind. */
export const LATE_EFFECTS_MS: number = 5 * 60_000;

/** An entry whose steps are done, scheduled again for late effects. */
export function keptForLateEffects(
  entry: CleanupEntry,
  left: Pick<CleanupEntry, 'steps' | 'saves' | 'withheld'>,
  nowMs: number,
): CleanupEntry {
  const dueAtMs = nowMs + LATE_EFFECTS_MS;
  return { ...entry, ...left, awaited: [], late: true, dueAtMs, version: entry.version + 1 };
}

/** True if the run of an entry may still act, allowing for clock differences. */
export function leaseValid({ dueAtMs }: CleanupEntry, nowMs: number): boolean {
  return nowMs < dueAtMs - SKEW_MS;
}

/** An entry after an incomplete attempt, with its remaining steps. `unrecoverable`: another attempt would end the same. */
export function afterAttempt(
  entry: CleanupEntry,
  left: Pick<CleanupEntry, 'steps' | 'saves'> & { readonly reason: string; readonly unrecoverable: boolean },
  nowMs: number,
): CleanupEntry {
  const { unrecoverable, ...rest } = left;
  const { heldUntilMs: _, ...free } = entry;
  const tries = unrecoverable ? Math.max(entry.tries + 1, MOST_TRIES) : entry.tries + 1;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
  const lastMs = Math.max(keptUntilMs(entry.startedAtMs), nowMs + waitMs);
  const dueAtMs = tries < MOST_TRIES ? nowMs + waitMs : lastMs;
  return { ...free, ...rest, awaited: [], tries, dueAtMs, version: entry.version + 1 };
}

/** True for an entry given up, or kept on purpose, so long ago that it is removed. */
export function isForgotten(entry: CleanupEntry, nowMs: number): boolean {
  return (isGivenUp(entry) || entry.kept === true) && nowMs >= keptUntilMs(entry.startedAtMs);
}

/** True for an entry that is not retried automatically. */
export function isGivenUp({ tries }: Pick<CleanupEntry, 'tries'>): boolean {
  return tries >= MOST_TRIES;
}
