import type { JsonMap } from '../base/json.ts';
import type { RunId } from '../base/run-id.ts';
import type { ActStep } from '../model/canary.ts';

/** What cleanup may take beyond the run's own time, in milliseconds (scenario language, "Timeout"). */
export const CLEANUP_MS = 10_000;

/** What a run may leave behind, and how it is taken away. Values of references are not in it: they are read again. */
export interface CleanupEntry {
  readonly runId: RunId;
  readonly canary: string;
  readonly startedAtMs: number;
  /** What generated values were drawn from. */
  readonly seed: RunId;
  /** Where the run acted, if its environment said so. */
  readonly region?: string;
  /** Whose process made the run. */
  readonly owner: string;
  /** The vars that the steps need, as templates. */
  readonly vars: JsonMap;
  /** What the run has saved of that which the steps need. */
  readonly saves: JsonMap;
  /** Names of values that hold a secret, and so are not kept. */
  readonly withheld: readonly string[];
  /** Names that steps under way may be about to save: what they stand for may be there, and nobody knows what it is called. */
  readonly awaited: readonly string[];
  /** The cleanup steps that are still to be done. */
  readonly steps: readonly ActStep[];
  /** When others may work on it, epoch milliseconds: its run is over by then, or whoever works on it has died. */
  readonly dueAtMs: number;
  /** Until when somebody sweeps it, unless that one dies; epoch milliseconds. */
  readonly heldUntilMs?: number;
  /** True once its steps were done, and are to be done again for effects that came after them. */
  readonly late?: boolean;
  /** How often its steps were tried by now, the run's own cleanup included. */
  readonly tries: number;
  /** Why the newest try did not do all of it. */
  readonly reason?: string;
  /** Rises with each write. */
  readonly version: number;
  /** Minted for each write by another hand, so that a lost answer is recognised. */
  readonly writer: string;
}

/** What runs may leave behind: an entry for each, from before its first act until its cleanup is done. */
export interface CleanupList {
  /**
   * Writes an entry, if the stored version is still `basedOn` (0 where there is none). False where it is in other hands, or gone.
   * `next.version` is `basedOn + 1`; true again for the same writer, whose answer may have been lost.
   */
  save(next: CleanupEntry, basedOn: number): Promise<boolean>;
  /** Takes an entry off, if it still has that version. */
  remove(entry: Pick<CleanupEntry, 'runId' | 'version'>): Promise<void>;
  /** Entries that are due by then, the longest due first. May lag by seconds. */
  due(ask: { readonly byMs: number; readonly most: number }): Promise<readonly CleanupEntry[]>;
}

/** Clocks may differ by this much before a run of another machine is taken for over. */
const SKEW_MS = 30_000;

/** By when whoever works on an entry has done it, or has died. */
export const SWEEP_LEASE_MS: number = CLEANUP_MS + 2 * SKEW_MS;

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** After this many tries an entry is given up: people are told, and only they can have it tried again. */
export const MOST_TRIES = 8;

/** How long an entry that was given up stays on the list, from the start of its run. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** When a run that has this long is certainly over, its cleanup included. */
export function overAtMs(startedAtMs: number, timeoutMs: number): number {
  return startedAtMs + timeoutMs + CLEANUP_MS + SKEW_MS;
}

/** After a run that did not pass, its effects may still come for so long: retries, redrives, queues that are behind. */
export const LATE_EFFECTS_MS: number = 5 * 60_000;

/** An entry whose steps were done, to be done again once late effects have come. */
export function keptForLateEffects(
  entry: CleanupEntry,
  left: Pick<CleanupEntry, 'steps' | 'saves' | 'withheld'>,
  nowMs: number,
): CleanupEntry {
  const dueAtMs = nowMs + LATE_EFFECTS_MS;
  return { ...entry, ...left, awaited: [], late: true, dueAtMs, version: entry.version + 1 };
}

/** Whether the run of an entry may still act, whatever others' clocks say. */
export function leaseValid({ dueAtMs }: CleanupEntry, nowMs: number): boolean {
  return nowMs < dueAtMs - SKEW_MS;
}

/** An entry after a try that did not do all of it, with what is left to do. `hopeless`: another try would end the same. */
export function triedAgain(
  entry: CleanupEntry,
  left: Pick<CleanupEntry, 'steps' | 'saves'> & { readonly reason: string; readonly hopeless: boolean },
  nowMs: number,
): CleanupEntry {
  const { hopeless, ...rest } = left;
  const { heldUntilMs: _, ...free } = entry;
  const tries = hopeless ? Math.max(entry.tries + 1, MOST_TRIES) : entry.tries + 1;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
  const keptUntilMs = Math.max(entry.startedAtMs + KEPT_MS, nowMs + waitMs);
  const dueAtMs = tries < MOST_TRIES ? nowMs + waitMs : keptUntilMs;
  return { ...free, ...rest, awaited: [], tries, dueAtMs, version: entry.version + 1 };
}

/** True for an entry that was given up so long ago that it is taken off the list. */
export function isForgotten(entry: CleanupEntry, nowMs: number): boolean {
  return isGivenUp(entry) && nowMs >= entry.startedAtMs + KEPT_MS;
}

/** True for an entry that nobody tries again by itself. */
export function isGivenUp({ tries }: Pick<CleanupEntry, 'tries'>): boolean {
  return tries >= MOST_TRIES;
}
