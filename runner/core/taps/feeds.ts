import type { ObserverError } from '../base/errors.ts';
import type { JournalEntry } from './ports.ts';

/** A connection over which the system pushes to a run. */
export interface Connection {
  /** Its pushes; `assertComplete` throws once the connection is lost. */
  readonly feed: Feed;
  /** The error of the loss; undefined while it is open. */
  readonly lost: ObserverError | undefined;
  close(): void;
}

/** The connections that a run has opened, by name. They are closed at its end. */
export interface Connections {
  keep(name: string, connection: Connection): void;
  named(name: string): Connection | undefined;
}

/** Opens the feeds of tap readers. */
export interface Feeds {
  /** @throws DefinitionError if no tap listens to it; ObserverError if the tap does not exist or another process reads it. */
  open(on: FeedAddress): Promise<Feed>;
}

/** A bus or topic (a name or an ARN), or a queue (a name, a URL or an ARN) without another reader. */
export type FeedAddress = { readonly bus: string } | { readonly topic: string } | { readonly queue: string };

/** The entries of one tap or queue. */
export interface Feed {
  /** A note for the report. */
  readonly caveat?: string;
  /** Entries since then under that key (a run id, or a value at the tap's `ids`); under no key, all. */
  read(ask: { readonly key?: string; readonly sinceMs: number }): Promise<readonly JournalEntry[]>;
  subscribe(key: string | undefined, wake: () => void): () => void;
  /**
   * Resolves when it is certain that every message that arrived until now was read, and that none was missed since then. The messages
   * `sent` to this queue must be among them.
   * @throws ObserverError otherwise.
   */
  assertComplete(sinceMs: number, sent?: readonly SentMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** A message that is known to have been put into a queue. */
export interface SentMessage {
  /** The queue as the step names it: a name, a URL or an ARN. */
  readonly queue: string;
  /** The id assigned by SQS. */
  readonly messageId: string;
}
