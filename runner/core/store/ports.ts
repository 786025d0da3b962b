import type { CanaryState } from '../alert/alert-state.ts';
import type { RunId } from '../base/run-id.ts';
import type { CleanupList } from '../cleanup/pending-cleanups.ts';
import type { RunResult } from '../model/run-result.ts';
import type { Notice } from '../notice/notice.ts';
import type { JournalEntry } from '../taps/journal.ts';
import type { QueueCounts } from '../taps/queue-counts.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  HeldSlot,
  HistoryEntry,
  PassAsk,
  Planning,
  SettleAsk,
  Settled,
  SlotKey,
  SlotRecord,
} from './slots.ts';

export type { Clock } from '../base/clock.ts';

/** Chance. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** A value outside the file: `${env:NAME}`, `${ssm:/path}`, `${secret:name#key}`, `${cf:stack.Output}`. */
export interface ExternalName {
  readonly scheme: 'env' | 'ssm' | 'secret' | 'cf';
  readonly name: string;
}

/** Reads values from outside the file. */
export interface References {
  /**
   * A value may be some minutes old; `fresh` reads it again, for one that was refused where it was used.
   * @throws DefinitionError naming what is missing and what to do; ObserverError where it could not be read.
   */
  read(reference: ExternalName, how?: { readonly fresh?: boolean }): Promise<ExternalValue>;
}

/** What a reference stands for; a secret is masked in everything that is told. */
export interface ExternalValue {
  readonly value: string;
  readonly secret: boolean;
}

/** One message as a tap's queue, or a watched queue, delivered it. */
export interface TapMessage {
  readonly messageId: string;
  readonly receipt: string;
  readonly body: string;
  /** By name; binary ones in base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The system attribute AWSTraceHeader, which may be all that carries the run's id. */
  readonly traceHeader?: string;
  /** Epoch milliseconds by the queue's clock. */
  readonly sentAtMs: number;
  /** When the queue's service gave it out, epoch milliseconds by its clock, cut to the second; absent if it did not say. */
  readonly answeredAtMs?: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** Its message group, in a FIFO queue. */
  readonly groupId?: string;
  /** SQS moved it here from another queue, and kept the moment at which it was first sent. */
  readonly redriven?: true;
}

/** A queue that one witness reads. */
export interface TapQueue {
  /** While a message of a FIFO queue is hidden, no more of its message group is handed out. */
  readonly isFifo: boolean;
  /** Waits up to `waitSeconds` (0 to 20) for up to ten messages, hidden from all readers for `hideSeconds`. One attempt. */
  receive(ask: {
    readonly waitSeconds: number;
    readonly hideSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<readonly TapMessage[]>;
  /** True if what `receive` threw is the queue's own refusal. After anything else, messages may have been handed out and lost. */
  isRefusal(thrown: unknown): boolean;
  /** Deletes what was read. */
  remove(messages: readonly TapMessage[]): Promise<void>;
  /** Hides what was received for `seconds` from now; 0 makes it visible at once. Gives those that are not this reader's any more. */
  hide(messages: readonly TapMessage[], seconds: number): Promise<readonly TapMessage[]>;
  count(): Promise<QueueCounts>;
}

/** The answer to an attempt to take a lease. */
export type Leased =
  | { readonly held: true }
  | {
      readonly held: false;
      /** The owner of the lease. */
      readonly by: string;
      /** The moment at which it ends unless its owner renews it, in epoch milliseconds; absent if it has just been given back. */
      readonly untilMs?: number;
    };

/** The right to be the only one to do something (read a tap, run a fleet), for a while. */
export interface Leases {
  /** Takes or renews it, for `forMs` from `nowMs`. If another holds it, says which, and until when if that is known. */
  take(ask: {
    readonly name: string;
    readonly owner: string;
    readonly nowMs: number;
    readonly forMs: number;
  }): Promise<Leased>;
  /** Gives it back, if it is still ours. */
  drop(ask: { readonly name: string; readonly owner: string }): Promise<void>;
}

/** What was seen, by run id. */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** What a feed brought since then under that key; under no key, everything. Oldest first. */
  read(ask: {
    readonly feed: string;
    readonly key?: string;
    readonly sinceMs: number;
  }): Promise<readonly JournalEntry[]>;
  /** Calls `wake` after each append that touches the feed and the key; what it returns ends that. */
  subscribe(ask: { readonly feed: string; readonly key?: string }, wake: () => void): () => void;
  droppedUntilMs?(feed: string): number | undefined; // receipt of the newest entry dropped for lack of room, epoch ms
}

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
  commit(ask: HeldSlot & { readonly result: RunResult }): Promise<boolean>;
  /** Gives up a slot that is still ours: it is recorded as skipped. False where it is not ours. */
  skip(ask: HeldSlot & { readonly reason: string }): Promise<boolean>;
  /**
   * Records slots that are not going to run, if there is no record of the first of them. Gives how many slots the record
   * is for that stands there now, whoever made it: they may be other ones than were asked for.
   */
  pass(ask: PassAsk): Promise<number>;
  /**
   * Ends, as lost, every running slot whose lease ran out before that moment; gives back those it ended. One whose answer
   * was lost is not among them, but it is among the unfolded. May lag by seconds.
   */
  sweep(ask: { readonly expiredBeforeMs: number; readonly nowMs: number }): Promise<readonly SlotRecord[]>;
  /** The slots of a canary that are running. Never lags: of two that claim and then look, one sees the other at least. */
  running(canary: string): Promise<readonly SlotRecord[]>;
  /** Final records that the alert state has not been told of, oldest slot first, with results. May lag by seconds. */
  unfolded(): Promise<readonly SlotRecord[]>;
  /** Marks a final record as told. */
  fold(slot: SlotKey): Promise<void>;
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
  settle(asks: readonly SettleAsk[]): Promise<readonly Settled[]>;
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

/** What a channel said to a notice that it took. */
export interface Delivered {
  /** In a few words, for people: `Slack answered 200 ok`. Free of secrets. */
  readonly answer: string;
}

/** Tells people a notice. */
export interface Notifier {
  /**
   * `delayedSinceMs` is the moment, epoch milliseconds, at which a notice that is late was decided.
   * @throws DeliveryError unless they were surely told.
   */
  send(
    notice: Notice,
    ask: { readonly signal: AbortSignal; readonly delayedSinceMs?: number },
  ): Promise<Delivered>;
}
