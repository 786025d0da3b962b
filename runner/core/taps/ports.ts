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
  /** The system attribute AWSTraceHeader, possibly the only carrier of the run's id. */
  readonly traceHeader?: string;
  /** Epoch milliseconds by the queue's clock. */
  readonly sentAtMs: number;
  /** Moment of the answer, epoch milliseconds by the service's clock, cut to the second; absent if undated. */
  readonly answeredAtMs?: number;
  /** Number of receives, this one included. */
  readonly receiveCount: number;
  readonly groupId?: string;
  /** True if SQS moved it here from another queue, and kept its first send time. */
  readonly redriven?: true;
}

/** A queue that one tap reader reads. */
export interface TapQueue {
  /** While a message of a FIFO queue is hidden, the rest of its message group is withheld. */
  readonly isFifo: boolean;
  /** Waits up to `waitSeconds` (0 to 20) for up to ten messages, hidden from all readers for `hideSeconds`. One attempt. */
  receive(ask: {
    readonly waitSeconds: number;
    readonly hideSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<readonly TapMessage[]>;
  /** True if an error of `receive` is the queue's own refusal. After any other error, messages may have been handed out and lost. */
  isRefusal(thrown: unknown): boolean;
  remove(messages: readonly TapMessage[]): Promise<void>;
  /** Hides received messages for `seconds` from now; 0 makes them visible at once. Returns those that are no longer this reader's. */
  hide(messages: readonly TapMessage[], seconds: number): Promise<readonly TapMessage[]>;
  count(): Promise<QueueCounts>;
}

/** Finds the queues to read. */
export interface Taps {
  /**
   * The queue of a tap that the project file lists. `name` identifies the tap for its lease and in messages.
   * @throws ObserverError if the tap does not exist, with the command that creates it.
   */
  tapOn(definition: TapDefinition): Promise<{
    readonly name: string;
    readonly queue: TapQueue;
    /** Checks that the route into the queue is in place. @throws ObserverError that names what is missing. */
    inspect(): Promise<void>;
    /** Location of resources given by name. */
    readonly home: AwsLocation;
  }>;
  /** A queue that canaries watch themselves (a dead-letter queue): a name, a URL or an ARN. Its own ARN distinguishes it from namesakes. */
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
      /** Its end unless renewed, in epoch milliseconds; absent if it was just given back. */
      readonly untilMs?: number;
    };

/** A lease to take or renew. */
export interface LeaseAsk {
  readonly name: string;
  readonly owner: string;
  readonly nowMs: number;
  readonly forMs: number;
  /** True to take it also from an owner whose clock was ahead, as the end of its lease shows. @default false */
  readonly evenAhead?: boolean;
}

/** An exclusive right for a limited time (to read a tap, to run a fleet). */
export interface Leases {
  /** Takes or renews it, for `forMs` from `nowMs`. If another owner holds it, returns that owner, and the end if known. */
  take(ask: LeaseAsk): Promise<Leased>;
  /** Releases it, if it is still ours. */
  drop(ask: { readonly name: string; readonly owner: string }): Promise<void>;
}

/** One thing a tap reader saw. */
export interface JournalEntry {
  /** The tap or queue: `bus orders`, `topic shipped`, `queue orders-dlq`. */
  readonly feed: string;
  /** The event's or message's own id; entries of one feed with the same id are redeliveries of one thing. */
  readonly id: string;
  /** Run ids it carries, and the values at the tap's `ids` paths. */
  readonly keys: readonly string[];
  readonly receivedAtMs: number;
  /** Send time, by the reader's clock: the latest possible, and never after its receipt. */
  readonly happenedAtMs: number;
  /** True if it lay in another queue before: `happenedAtMs` is its send time there, and its arrival here is unknown. */
  readonly redriven?: true;
  readonly data: Json;
  readonly unread?: readonly Unread[];
  /** The reason why `keys` may lack an id that it carries: `it is compressed by Snappy`. */
  readonly opaque?: string;
}

/** Observations by run id. */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Entries of a feed since then under that key; under no key, all. Oldest first. */
  read(ask: {
    readonly feed: string;
    readonly key?: string;
    readonly sinceMs: number;
  }): Promise<readonly JournalEntry[]>;
  /** Calls `wake` after each append that touches the feed and the key; the returned function unsubscribes. */
  subscribe(ask: { readonly feed: string; readonly key?: string }, wake: () => void): () => void;
  droppedUntilMs?(feed: string): number | undefined; // receipt of the newest entry dropped for lack of room, epoch ms
}
