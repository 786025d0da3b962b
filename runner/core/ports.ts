import type { Json } from './json.ts';

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
