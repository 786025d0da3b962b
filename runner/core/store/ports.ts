import type { CanaryState } from '../alert/alert-state.ts';
import type { NoticeAttempt } from '../alert/notice-attempt.ts';
import type { RunId } from '../base/run-id.ts';
import type { CleanupList } from '../cleanup/pending-cleanups.ts';
import type { RunResult } from '../model/run-result.ts';
import type { Leases } from '../taps/ports.ts';
import type { CanaryStatus, StatusAsk } from './canary-status.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  CommitAnswer,
  CommitAsk,
  HistoryEntry,
  HistoryPlace,
  LeasedSlot,
  OmittedSlots,
  Planning,
  RunIdAsk,
  SettleAsk,
  SettleOutcome,
  SlotKey,
  SlotRecord,
  Watermark,
} from './slots.ts';

/**
 * The slots of a fleet and their outcomes. The protocol never deletes a record, and a final one never changes. History and
 * results are kept for a while (30 days, unless the store was made otherwise). A slot that is running or not yet applied stays as
 * long as it is so. Every method is idempotent: a repetition after a failure changes nothing twice.
 */
export interface RunStore {
  /**
   * Claims a free slot; idempotent for the same owner, whose first answer may have been lost. A watermark that could not be moved with it is
   * moved by the next claim or tick.
   */
  claim(ask: ClaimAsk): Promise<ClaimAnswer>;
  /**
   * Ends a slot that is still ours. If it is not, the result is kept as a late one, and changes nothing. A repetition with the same result
   * is not late. The alert state is saved only if the slot is ours and no other process saved a version in between.
   */
  commit(ask: CommitAsk): Promise<CommitAnswer>;
  /** Gives up a slot that is still ours: it is recorded as skipped. False if it is not ours. */
  skip(ask: LeasedSlot & { readonly reason: string }): Promise<boolean>;
  /**
   * Records slots that are not going to run, if there is no record of the first of them. Returns the number of slots of the stored record,
   * which another process may have made for other slots.
   */
  skipMissed(ask: OmittedSlots): Promise<number>;
  /**
   * Ends, as lost, every running slot whose lease expired before that moment; returns those it ended. One whose answer was lost is not
   * among them, but it is among the unapplied. May lag by seconds.
   */
  expireLeases(ask: {
    readonly expiredBeforeMs: number;
    readonly nowMs: number;
  }): Promise<readonly SlotRecord[]>;
  /** The running slots of a canary. Never lags: of two processes that claim and then read, at least one sees the other. */
  running(canary: string): Promise<readonly SlotRecord[]>;
  /** Final records that are not yet applied to the alert state, oldest slot first, with results. May lag by seconds. */
  unapplied(): Promise<readonly SlotRecord[]>;
  /** Marks a final record as applied. */
  markApplied(slot: SlotKey): Promise<void>;
  /** Keeps the result of a run that counts for no slot. */
  keep(result: RunResult): Promise<void>;
  /**
   * Slots and runs, newest first; those of one moment by the canary's name. Without a canary: of every canary that was ever planned
   * (`advance`) or had a run kept.
   */
  history(ask: PageAsk): Promise<readonly HistoryEntry[]>;
  /**
   * Recent outcomes of a canary, as `canaryStatus` has them from its history. A store may count by what it keeps next to a record, also if the
   * record itself is damaged.
   */
  status(ask: StatusAsk): Promise<CanaryStatus>;
  /** The runs of history whose ids begin with some digits, newest first, at most so many. */
  runsWithId(ask: RunIdAsk): Promise<readonly HistoryEntry[]>;
  /**
   * The result of a run, late ones and runs on demand included. Of the runs that passed, the newest three of each canary are kept in full.
   * Give the canary if it is known: it saves a search.
   * @throws DamagedRecordError for one that cannot be read.
   */
  result(runId: RunId, canary?: string): Promise<RunResult | undefined>;
  /** The moment up to which a canary's slots were planned, epoch milliseconds; undefined for one never planned. */
  watermark(canary: string): Promise<number | undefined>;
  /** Moves the watermark forward. It never moves back: an older moment changes nothing. */
  advance(ask: AdvanceAsk): Promise<void>;
  /** The watermarks of all canaries, and their running slots; in as few reads as the store can. */
  planning(): Promise<Planning>;
  /** Writes the decisions of a tick, each canary by itself; in as few transactions as the store can. Outcomes keep the order. */
  settle(asks: readonly SettleAsk[]): Promise<readonly SettleOutcome[]>;
}

/** A page of what is kept, newest first. */
export interface PageAsk {
  /** All canaries if absent. */
  readonly canary?: string;
  /** The place of the last entry of the page before. */
  readonly after?: HistoryPlace;
  readonly most: number;
}

/** An attempt to send a notice, at its place in their order; no `attempt` if its record is damaged. */
export interface LoggedAttempt extends HistoryPlace {
  readonly attempt?: NoticeAttempt;
}

/**
 * The alert state of each canary: its incidents, and the notices that must still go out. Attempts to send notices are kept for as long as
 * history is.
 */
export interface AlertStore {
  load(canary: string): Promise<CanaryState | undefined>;
  /**
   * Writes state and notices together, if the stored version is still `basedOn` (0 for a canary without state). False if another process
   * was first. `next.version` is `basedOn + 1`; `next.writer` is unique for this write: the writer recognises its own write by it after a
   * lost answer.
   */
  save(next: CanaryState, basedOn: number): Promise<boolean>;
  /** Names of canaries with a notice due by then, or an open incident. May lag by seconds. */
  withNotices(dueByMs: number): Promise<readonly string[]>;
  /** Every canary that has a state. */
  all(): Promise<readonly CanaryState[]>;
  /** Adds attempts to the log. One that is there already stays as it is. */
  addAttempts(attempts: readonly NoticeAttempt[]): Promise<void>;
  /** Attempts, newest first; those of one moment by the canary's name. Without a canary: of every canary that has a state. */
  attempts(ask: PageAsk): Promise<readonly LoggedAttempt[]>;
}

/** Changes that the protocol of slots does not know, for records of a clock that was ahead. */
export interface Repairs {
  /** Replaces a watermark by one that may lie before it. */
  rewind(canary: string, to: Watermark): Promise<void>;
  /** Removes a slot or run from the history, and puts another in its place if one is given. */
  refile(entry: HistoryEntry, to: HistoryEntry | undefined): Promise<void>;
  /** Ends a running slot. False if it has changed since it was read. */
  end(found: SlotRecord, to: SlotRecord): Promise<boolean>;
}

export interface StateStore {
  readonly runs: RunStore;
  readonly alerts: AlertStore;
  readonly leases: Leases;
  readonly cleanups: CleanupList;
  readonly repairs: Repairs;
  close(): Promise<void>;
}
