import { CONTROL_PREFIX } from './journal-record.ts';
import type { JournalEntry } from './ports.ts';

/** The journal key of messages that a tap reader received and could not write; the tap is incomplete as long as it exists. */
export const UNWRITTEN_KEY = `${CONTROL_PREFIX}unwritten`;

/** A received message: its tap, its id, and the time of its receipt. */
export interface ReceivedMark {
  readonly feed: string;
  readonly messageId: string;
  readonly atMs: number;
}

/** A mark in the journal: a message was received and could not be written, or was written after all. */
export function markOf({ feed, messageId, atMs }: ReceivedMark, isWritten: boolean): JournalEntry {
  const id = `${UNWRITTEN_KEY}-${messageId}`;
  return { feed, id, keys: [UNWRITTEN_KEY], receivedAtMs: atMs, happenedAtMs: atMs, data: { isWritten } };
}

/** The number of marked messages that are not written yet; marks stand in the order of their creation. */
export function unwrittenAmong(marks: readonly JournalEntry[]): number {
  const newest = new Map(marks.map(({ id, data }) => [id, data]));
  return [...newest.values()].filter((data) => !(data as { readonly isWritten: boolean }).isWritten).length;
}
