import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { RunResult } from '../model/run-result.ts';

/** A scheduled moment of a canary: what identifies a run that a schedule asked for. */
export interface SlotKey {
  readonly canary: string;
  /** Epoch milliseconds, whole, as the schedule names it; lateness and jitter do not change it. */
  readonly slotAtMs: number;
}

/** What became of a slot. Only `running` changes; all others are final. */
export type SlotState = 'running' | 'done' | 'lost' | 'missed' | 'skipped';

/** What a run came to, in a line; small, whatever the run was like. */
export interface RunSummary {
  readonly runId: RunId;
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** Why, in one sentence: the run's own reason, or that of its first step that did not pass. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** What is known of a slot. */
export interface SlotRecord extends SlotKey {
  readonly state: SlotState;
  /** Who took it, minted once for each attempt to take it; empty for a slot that nobody took. */
  readonly owner: string;
  /** Rises whenever the slot changes hands, so that a late writer is told from the rightful one. */
  readonly fence: number;
  /** Epoch milliseconds after which its runner is taken for dead. */
  readonly leaseUntilMs: number;
  /** When the record was last written, epoch milliseconds. */
  readonly writtenAtMs: number;
  /** How many slots it stands for: one, or a run of missed ones that are recorded together. */
  readonly count: number;
  /** What its run came to, once it is `done`. */
  readonly run?: RunSummary;
  /** The whole result; only `RunStore.unfolded` gives it. */
  readonly result?: RunResult;
  /** Why it did not run, or was lost. */
  readonly reason?: string;
  /** False while it must still be told to the alert state. */
  readonly applied: boolean;
}

/** What takes a slot. */
export interface ClaimAsk extends SlotKey {
  /** Minted before the first try and the same for all tries: by it a lost answer is recognised. */
  readonly owner: string;
  readonly nowMs: number;
  /** When the claimant is to be taken for dead: after now, and at most an hour after. */
  readonly leaseUntilMs: number;
}

/** Whether a slot is the claimant's now, and whose it is otherwise. */
export type ClaimAnswer =
  | { readonly held: true; readonly fence: number }
  | { readonly held: false; readonly by: SlotRecord };

/** A slot as its holder knows it. */
export interface LeasedSlot extends SlotKey {
  readonly owner: string;
  readonly fence: number;
  readonly nowMs: number;
}

/** A slot that nobody is going to run. */
export interface MissedSlots extends SlotKey {
  readonly state: 'missed' | 'skipped';
  readonly reason: string;
  readonly count: number;
  readonly nowMs: number;
}

/** The moment up to which a canary's slots were planned, epoch milliseconds, and by which schedule. */
export interface Watermark {
  readonly toMs: number;
  /** The schedule in a form that can be compared; empty if that is not known. */
  readonly schedule: string;
}

/** Moves a watermark forward. */
export interface AdvanceAsk {
  readonly canary: string;
  readonly toMs: number;
  /** The schedule by which it was planned; without one, that of the watermark stays. */
  readonly schedule?: string;
}

/** A canary's part of a tick: slots that are not going to run, oldest first, and then its watermark. */
export interface SettleAsk {
  readonly canary: string;
  readonly passed: readonly MissedSlots[];
  readonly advance?: AdvanceAsk;
}

/**
 * The outcome of that: all of it is written; or another tick recorded other slots under one of the moments, so that nothing
 * after it was written; or the store failed.
 */
export type SettleOutcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'overtaken'; readonly slotAtMs: number; readonly count: number }
  | { readonly kind: 'failed'; readonly thrown: unknown };

/** All that a tick needs to know to plan a fleet. */
export interface Planning {
  readonly watermarks: ReadonlyMap<string, Watermark>;
  /** The slots that are running, of all canaries. May lag by seconds, other than the watermarks. */
  readonly running: readonly SlotRecord[];
}

/** A line of history: a slot, or a run that counts for none. */
export interface HistoryEntry {
  readonly canary: string;
  /** The slot, or the start of a run that no schedule asked for; epoch milliseconds, whole. */
  readonly atMs: number;
  /** `late`: the run was taken for dead before its result came. `extra`: on demand, or made again and not counted. */
  readonly what: SlotState | 'late' | 'extra';
  /** How many slots it stands for. */
  readonly count: number;
  readonly run?: RunSummary;
  readonly reason?: string;
}
