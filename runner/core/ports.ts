import type { Notice } from './alert/notice.ts';
import type { CanaryState } from './alert/state.ts';
import type { Json } from './json.ts';
import type { RunResult } from './run.ts';
import type { RunId } from './trace.ts';

/** Time. The engine has no other. */
export interface Clock {
  /** Epoch milliseconds that never run backwards within a process, so that a difference is a duration. */
  nowMs(): number;
  /** Calls `fire` once, at or after that moment; what it returns takes the appointment back. */
  at(whenMs: number, fire: () => void): () => void;
}

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
  /** @throws DefinitionError naming what is missing and what to do; ObserverError where it could not be read. */
  read(reference: ExternalName): Promise<{ readonly value: string; readonly secret: boolean }>;
}

/** One message as a tap's queue, or a watched queue, delivered it. */
export interface TapMessage {
  readonly messageId: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch milliseconds by the queue's clock. */
  readonly sentAtMs: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

/** A queue that one witness reads. */
export interface TapQueue {
  /** Waits up to `waitSeconds` (0 to 20) for up to ten messages, hidden from other readers for `hideSeconds`. */
  receive(ask: {
    readonly waitSeconds: number;
    readonly hideSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<readonly TapMessage[]>;
  /** Deletes what was read. */
  remove(messages: readonly TapMessage[]): Promise<void>;
  /** Gives back, visible at once, what was read but is not ours to delete. */
  release(messages: readonly TapMessage[]): Promise<void>;
}

/** Finds the queues to read. */
export interface Taps {
  /**
   * The queue of the tap on that bus or topic. `name` identifies the tap for its lease and in messages.
   * @throws ObserverError where the tap is not there or is switched off, with the command that makes it.
   */
  tapOn(address: { readonly bus: string } | { readonly topic: string }): Promise<{
    readonly name: string;
    readonly queue: TapQueue;
  }>;
  /** A queue that canaries watch themselves (a dead-letter queue): a name, a URL or an ARN. */
  queueAt(address: string): Promise<{ readonly name: string; readonly queue: TapQueue }>;
}

/** The right to be the only reader of a tap, for a while. */
export interface Leases {
  /** Takes or renews it; where another holds it, says who. Lasts `forMs` from `nowMs`. */
  take(ask: {
    readonly name: string;
    readonly owner: string;
    readonly nowMs: number;
    readonly forMs: number;
  }): Promise<{ readonly held: true } | { readonly held: false; readonly by: string }>;
  /** Gives it back, if it is still ours. */
  drop(ask: { readonly name: string; readonly owner: string }): Promise<void>;
}

/** One thing a witness saw. */
export interface JournalEntry {
  /** Which tap or queue: `bus orders`, `topic shipped`, `queue orders-dlq`. */
  readonly feed: string;
  /** The event's or message's own id; entries of one feed with the same id are redeliveries of one thing. */
  readonly id: string;
  /** Run ids it carries, and the values found at the tap's `ids` paths. */
  readonly keys: readonly string[];
  readonly receivedAtMs: number;
  readonly data: Json;
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
}

/** A scheduled moment of a canary: what identifies a run that a schedule asked for. */
export interface SlotKey {
  readonly canary: string;
  /** Epoch milliseconds, as the schedule names it; lateness and jitter do not change it. */
  readonly slotAtMs: number;
}

/** What became of a slot. Only `running` changes; all others are final. */
export type SlotState = 'running' | 'done' | 'lost' | 'missed' | 'skipped';

/** What is known of a slot. */
export interface SlotRecord extends SlotKey {
  readonly state: SlotState;
  /** Who took it, minted once for each attempt to take it. */
  readonly owner: string;
  /** Rises whenever the slot changes hands, so that a late writer is told from the rightful one. */
  readonly fence: number;
  /** Epoch milliseconds after which its runner is taken for dead. */
  readonly leaseUntilMs: number;
  /** When the record was last written, epoch milliseconds. */
  readonly writtenAtMs: number;
  /** How many slots it stands for: one, or a run of missed ones that are recorded together. */
  readonly count: number;
  readonly result?: RunResult;
  /** Why it did not run, or was lost. */
  readonly reason?: string;
  /** False while it must still be told to the alert state. */
  readonly folded: boolean;
}

/** The slots of a fleet, and what became of each. A record is never deleted by the protocol, and a final one never changes. */
export interface RunStore {
  /** Takes a slot, if nobody has. A lost answer is no loss: an owner that asks again is told that it holds the slot. */
  claim(
    ask: SlotKey & { readonly owner: string; readonly nowMs: number; readonly leaseUntilMs: number },
  ): Promise<
    { readonly held: true; readonly fence: number } | { readonly held: false; readonly by: SlotRecord }
  >;
  /** Ends a slot that is still ours. False where it is not: the result is then kept as a late one, and changes nothing. */
  commit(
    ask: SlotKey & {
      readonly owner: string;
      readonly fence: number;
      readonly nowMs: number;
      readonly result: RunResult;
    },
  ): Promise<boolean>;
  /** Records a slot that is not going to run, if nobody has taken it. */
  pass(
    ask: SlotKey & {
      readonly state: 'missed' | 'skipped';
      readonly reason: string;
      readonly count: number;
      readonly nowMs: number;
    },
  ): Promise<boolean>;
  /** Ends, as lost, every running slot whose lease ran out before that moment; gives back those it ended. */
  sweep(ask: { readonly expiredBeforeMs: number; readonly nowMs: number }): Promise<readonly SlotRecord[]>;
  /** The slots of a canary that are running, by what the store knows. */
  running(canary: string): Promise<readonly SlotRecord[]>;
  /** Final records that the alert state has not been told of, oldest slot first. May lag by seconds. */
  unfolded(): Promise<readonly SlotRecord[]>;
  /** Marks a record as told. */
  fold(slot: SlotKey): Promise<void>;
  /** Keeps the result of a run that no schedule asked for. */
  keep(result: RunResult): Promise<void>;
  /** Runs and slots, newest first. */
  history(ask: {
    readonly canary?: string;
    readonly beforeMs?: number;
    readonly most: number;
  }): Promise<readonly SlotRecord[]>;
  /** The result of a run, late ones and runs on demand included. */
  result(runId: RunId): Promise<RunResult | undefined>;
  /** The moment up to which a canary's slots were planned, epoch milliseconds; undefined for one never planned. */
  watermark(canary: string): Promise<number | undefined>;
  /** Moves it forward. It never moves back: an older moment changes nothing. */
  advance(canary: string, toMs: number): Promise<void>;
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
  /** Names of canaries with notices whose next try is due by then. May lag by seconds. */
  withNotices(dueByMs: number): Promise<readonly string[]>;
  /** Every canary that has a state. */
  all(): Promise<readonly CanaryState[]>;
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
