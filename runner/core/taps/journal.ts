import type { Json } from '../base/json.ts';
import type { Unread } from '../evidence/unread.ts';

/** One thing a witness saw. */
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
