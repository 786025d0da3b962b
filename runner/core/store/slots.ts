import type { CanaryState } from '../alert/alert-state.ts';
import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { RunResult } from '../model/run-result.ts';

/** A scheduled moment of a canary, the identity of a scheduled run. */
export interface SlotKey {
  readonly canary: string;
  /** Epoch milliseconds, whole, as the schedule names it; lateness and jitter do not change it. */
  readonly slotAtMs: number;
}

/** State of a slot. Only `running` changes; all others are final. */
export type SlotState = 'running' | 'done' | 'lost' | 'missed' | 'skipped';

/** Summary of a run in a line; small, whatever the run was like. */
export interface RunSummary {
  readonly runId: RunId;
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** Reason in one sentence: the run's own, or that of its first step that did not pass. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** The time of each hop, in order: until an effect was there, or an act was answered. Absent without any; at most 30. */
  readonly hops?: readonly HopTime[];
}

/** The time of one hop of a run. */
export interface HopTime {
  /** The name of its step, at most 80 characters. */
  readonly name: string;
  readonly ms: number;
}

export interface SlotRecord extends SlotKey {
  readonly state: SlotState;
  /** Id of the claimant, unique for each attempt to claim; empty for an unclaimed slot. */
  readonly owner: string;
  /** Rises with each claim, so that a late writer is distinguished from the rightful one. */
  readonly fence: number;
  /** Epoch milliseconds after which its runner is presumed dead. */
  readonly leaseUntilMs: number;
  /** Time of the last write, epoch milliseconds. */
  readonly writtenAtMs: number;
  /** Number of slots it stands for: one, or a run of missed ones that are recorded together. */
  readonly count: number;
  /** Summary of its run, once it is `done`. */
  readonly run?: RunSummary;
  /** The whole result; only `RunStore.unapplied` returns it. */
  readonly result?: RunResult;
  /** Reason why it did not run, or was lost. */
  readonly reason?: string;
  /** False until it is applied to the alert state. */
  readonly applied: boolean;
}

export interface ClaimAsk extends SlotKey {
  /** Unique id, made before the first attempt and the same for all: by it a repeated claim is recognised. */
  readonly owner: string;
  readonly nowMs: number;
  /** End of the lease: after now, and at most an hour after. */
  readonly leaseUntilMs: number;
  /** The schedule that planned it. With it, the watermark moves past the slot too, unless the record stands for several. */
  readonly schedule?: string;
}

/** Result of a claim; if it was refused, the state of the slot. */
export type ClaimAnswer =
  | { readonly held: true; readonly fence: number }
  | { readonly held: false; readonly by: SlotRecord };

/** A claimed slot with its owner and fence. */
export interface LeasedSlot extends SlotKey {
  readonly owner: string;
  readonly fence: number;
  readonly nowMs: number;
}

export interface CommitAsk extends LeasedSlot {
  readonly result: RunResult;
  /** The alert state after the result; a store that can write both at once applies the slot with it. */
  readonly alerts?: CanaryState;
}

/**
 * Result of a commit. `late`: the slot is not ours any more. `stored`: the result is, and is still to be applied to the alert state. `applied`:
 * the alert state was saved with it.
 */
export type CommitAnswer = 'late' | 'stored' | 'applied';

/** Slots that are not going to run. */
export interface OmittedSlots extends SlotKey {
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
  readonly omitted: readonly OmittedSlots[];
  readonly advance?: AdvanceAsk;
}

/**
 * Result of settling. `settled`: all of it is written. `overtaken`: another tick recorded other slots under one of the moments,
 * so nothing after it was written. Otherwise the store failed.
 */
export type SettleOutcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'overtaken'; readonly slotAtMs: number; readonly count: number }
  | { readonly kind: 'failed'; readonly thrown: unknown };

/** Input for the planning of a fleet. */
export interface Planning {
  readonly watermarks: ReadonlyMap<string, Watermark>;
  /** The running slots of all canaries. May lag by seconds, unlike the watermarks. */
  readonly running: readonly SlotRecord[];
}

/** A place in history, in the order of its entries. */
export interface HistoryPlace {
  readonly atMs: number;
  readonly canary: string;
  /** Distinguishes the entries of one canary and moment; the highest comes first. */
  readonly key: string;
}

/** A search of history for a run by its id. */
export interface RunIdAsk {
  /** The first hex digits of a run id. */
  readonly prefix: string;
  /** Its slot lies between these moments, epoch milliseconds. */
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly most: number;
}

/** A line of history: a slot, or a run that counts for none. */
export interface HistoryEntry {
  readonly canary: string;
  /** The slot, or the start of a run that no schedule asked for; epoch milliseconds, whole. */
  readonly atMs: number;
  /** `late`: the run was presumed dead before its result came. `extra`: on demand, or repeated and not counted. */
  readonly what: SlotState | 'late' | 'extra';
  readonly count: number;
  readonly run?: RunSummary;
  readonly reason?: string;
}
