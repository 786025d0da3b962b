import type { AwsLocation } from '../aws/location.ts';
import type { Json } from '../base/json.ts';
import type { TapDefinition } from '../model/project.ts';
import type { Unread } from '../model/run-result.ts';
import type { QueueCounts } from './queue-counts.ts';

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

/** A queue that one tap reader reads. */
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

/** Finds the queues to read. */
export interface Taps {
  /**
   * The queue of a tap that the project file lists. `name` identifies the tap for its lease and in messages.
   * @throws ObserverError if the tap is not there, with the command that makes it.
   */
  tapOn(definition: TapDefinition): Promise<{
    readonly name: string;
    readonly queue: TapQueue;
    /** Reads whether the way into the queue is in place. @throws ObserverError that names what is not. */
    inspect(): Promise<void>;
    /** Where lies what canaries give by name. */
    readonly home: AwsLocation;
  }>;
  /** A queue that canaries watch themselves (a dead-letter queue): a name, a URL or an ARN. Its own ARN tells it from namesakes. */
  queueAt(
    address: string,
  ): Promise<{ readonly name: string; readonly arn: string; readonly queue: TapQueue }>;
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

/** One thing a tap reader saw. */
export interface JournalEntry {
  /** Which tap or queue: `bus orders`, `topic shipped`, `queue orders-dlq`. */
  readonly feed: string;
  /** The event's or message's own id; entries of one feed with the same id are redeliveries of one thing. */
  readonly id: string;
  /** Run ids it carries, and the values found at the tap's `ids` paths. */
  readonly keys: readonly string[];
  readonly receivedAtMs: number;
  /** When it was sent, by the reader's clock: the latest that it can have been, and never after it was received. */
  readonly happenedAtMs: number;
  /** It lay in another queue before: `happenedAtMs` is when it was sent there, and when it came here is not known. */
  readonly redriven?: true;
  readonly data: Json;
  /** The parts of it that could not be read as fields. */
  readonly unread?: readonly Unread[];
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
