import type { CanaryState } from '../alert/alert-state.ts';
import type { RunId } from '../base/run-id.ts';
import type { CleanupList } from '../cleanup/pending-cleanups.ts';
import type { RunResult } from '../model/run-result.ts';
import type { Leases } from '../taps/ports.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  HistoryEntry,
  LeasedSlot,
  MissedSlots,
  Planning,
  SettleAsk,
  SettleOutcome,
  SlotKey,
  SlotRecord,
} from './slots.ts';

/**
 * The slots of a fleet, and what became of each. A record is never deleted by the protocol, and a final one never changes.
 * History and results are kept for a while (30 days, unless the store was made otherwise); a slot that is running or not
 * yet folded is kept for as long as it is so. Every method may be called again after a failure: it changes nothing twice.
 */
export interface RunStore {
  /** Takes a slot, if nobody has. A lost answer is no loss: an owner that asks again is told that it holds the slot. */
  claim(ask: ClaimAsk): Promise<ClaimAnswer>;
  /**
   * Ends a slot that is still ours. False where it is not: the result is then kept as a late one, and changes nothing.
   * True again for whoever asks again with the same result.
   */
  commit(ask: LeasedSlot & { readonly result: RunResult }): Promise<boolean>;
  /** Gives up a slot that is still ours: it is recorded as skipped. False where it is not ours. */
  skip(ask: LeasedSlot & { readonly reason: string }): Promise<boolean>;
  /**
   * Records slots that are not going to run, if there is no record of the first of them. Gives how many slots the record
   * is for that stands there now, whoever made it: they may be other ones than were asked for.
   */
  skipMissed(ask: MissedSlots): Promise<number>;
  /**
   * Ends, as lost, every running slot whose lease ran out before that moment; gives back those it ended. One whose answer
   * was lost is not among them, but it is among the unfolded. May lag by seconds.
   */
  expireLeases(ask: {
    readonly expiredBeforeMs: number;
    readonly nowMs: number;
  }): Promise<readonly SlotRecord[]>;
  /** The slots of a canary that are running. Never lags: of two that claim and then look, one sees the other at least. */
  running(canary: string): Promise<readonly SlotRecord[]>;
  /** Final records that the alert state has not been told of, oldest slot first, with results. May lag by seconds. */
  unapplied(): Promise<readonly SlotRecord[]>;
  /** Marks a final record as told. */
  markApplied(slot: SlotKey): Promise<void>;
  /** Keeps the result of a run that counts for no slot. */
  keep(result: RunResult): Promise<void>;
  /**
   * Slots and runs, newest first; those of one moment by the canary's name. `after` is the last entry of the page before.
   * Without a canary: of every canary that was ever planned (`advance`) or had a run kept.
   */
  history(ask: {
    readonly canary?: string;
    readonly after?: HistoryEntry;
    readonly most: number;
  }): Promise<readonly HistoryEntry[]>;
  /** The result of a run, late ones and runs on demand included. */
  result(runId: RunId): Promise<RunResult | undefined>;
  /** The moment up to which a canary's slots were planned, epoch milliseconds; undefined for one never planned. */
  watermark(canary: string): Promise<number | undefined>;
  /** Moves it forward. It never moves back: an older moment changes nothing. */
  advance(ask: AdvanceAsk): Promise<void>;
  /** The watermarks of all canaries, and what runs; in as few reads as the store can. */
  planning(): Promise<Planning>;
  /** Writes down what a tick made of its canaries, each by itself; in as few transactions as the store can. In their order. */
  settle(asks: readonly SettleAsk[]): Promise<readonly SettleOutcome[]>;
}

/** What is known of each canary beyond its runs: the life of its incidents, and the notices that must still go out. */
export interface AlertStore {
  load(canary: string): Promise<CanaryState | undefined>;
  /**
   * Writes state and notices together, if the stored version is still `basedOn` (0 for a canary without state). False
   * where another was first. `next.version` is `basedOn + 1`, `next.writer` is minted for this one write: a lost answer is
   * recognised by it.
   */
  save(next: CanaryState, basedOn: number): Promise<boolean>;
  /** Names of canaries that must be looked at by then: a notice is due, or an incident is open. May lag by seconds. */
  withNotices(dueByMs: number): Promise<readonly string[]>;
  /** Every canary that has a state. */
  all(): Promise<readonly CanaryState[]>;
}

/** All that outlasts a run. */
export interface StateStore {
  readonly runs: RunStore;
  readonly alerts: AlertStore;
  readonly leases: Leases;
  readonly cleanups: CleanupList;
  close(): Promise<void>;
}
