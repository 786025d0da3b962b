import { ObserverError } from '../../core/base/errors.ts';
import type { TapMessage } from '../../core/taps/ports.ts';
import { outOfSight, type QueueCounts } from '../../core/taps/queue-counts.ts';

/** Limit of messages in one receive (Amazon SQS API, ReceiveMessage). */
export const MOST_RECEIVED = 10;
/** Messages of one watched queue that a run can see. */
export const MOST_HELD = 100;
/** The most by which the clocks of SQS and of this machine may differ. */
const CLOCKS_DIFFER_MS = 2_000;

interface HeldMessage {
  readonly message: TapMessage;
  readonly hiddenUntilMs: number;
}

interface Sighting {
  readonly receiveCount: number;
  /** The number of receives that had been lost by then. */
  readonly lost: number;
  /** SQS delivered a copy of the message, and each copy has a receive count of its own. */
  readonly hasCopies: boolean;
}

/**
 * The messages of a watched queue that this reader hides, with their receives. A standard queue can deliver a copy of a message
 * whose first delivery is still hidden (Amazon SQS developer guide, "At-least-once delivery"). So it holds deliveries by receipt,
 * and identifies messages by id.
 */
export class HeldMessages {
  readonly #feed: string;
  readonly #isFifo: boolean;
  readonly #held = new Map<string, HeldMessage>();
  readonly #sightings = new Map<string, Sighting>();
  readonly #sent = new Set<string>();
  #lost = 0;

  constructor({ feed, isFifo }: { readonly feed: string; readonly isFifo: boolean }) {
    this.#feed = feed;
    this.#isFifo = isFifo;
  }

  /**
   * Adds received messages, hidden until then at least, and returns the new ones.
   * @throws ObserverError if another process receives from the queue, or it holds more than can be watched.
   */
  take(messages: readonly TapMessage[], hiddenUntilMs: number, nowMs: number): readonly TapMessage[] {
    this.#forgetLapsed(nowMs);
    const fresh: TapMessage[] = [];
    let isShared = false;
    for (const message of messages) {
      const known = this.#sightings.get(message.messageId);
      const sighting = this.#sightingOf(message, known);
      if (known === undefined) fresh.push(message);
      isShared ||= isRaisedByOthers(sighting, known);
      this.#sightings.set(message.messageId, sighting);
      this.#held.set(message.receipt, { message, hiddenUntilMs });
    }
    if (isShared)
      throw this.#unwatchable(
        'is read by another process too, so some of its messages may never be seen here. Watch a queue that no other process reads.',
      );
    if (new Set(this.all().map(({ messageId }) => messageId)).size > MOST_HELD)
      throw this.#unwatchable(
        `holds more than ${MOST_HELD} messages, more than can be watched. Redrive or purge it.`,
      );
    return fresh;
  }

  /** Messages that were put into the queue: each must be seen. */
  sent(messageIds: readonly string[]): void {
    for (const messageId of messageIds) this.#sent.add(messageId);
  }

  /** A receive failed that may have hidden messages, and raised their receive counts. */
  lose(): void {
    this.#lost += 1;
  }

  all(): readonly TapMessage[] {
    return [...this.#held.values()].map(({ message }) => message);
  }

  /** The messages that are hidden still, and visible again before `atMs` unless their time is extended. */
  endingBefore(atMs: number, nowMs: number): readonly TapMessage[] {
    this.#forgetLapsed(nowMs);
    return [...this.#held.values()]
      .filter(({ hiddenUntilMs }) => hiddenUntilMs < atMs)
      .map(({ message }) => message);
  }

  extend(messages: readonly TapMessage[], hiddenUntilMs: number): void {
    for (const message of messages) this.#held.set(message.receipt, { message, hiddenUntilMs });
  }

  forget(messages: readonly TapMessage[]): void {
    for (const { receipt } of messages) this.#held.delete(receipt);
  }

  /**
   * The messages of one message group.
   * @throws ObserverError if the group may hold more than can be seen.
   */
  ofGroup(groupId: string | undefined): readonly TapMessage[] {
    const messages = this.all().filter((message) => message.groupId === groupId);
    if (messages.length < MOST_RECEIVED) return messages;
    throw this.#unwatchable(
      `holds ${MOST_RECEIVED} messages or more of one message group, and no more of a group can be seen. Redrive or purge it.`,
    );
  }

  /** The error of possibly unseen messages; undefined if all were seen. It is permanent if another process took some. */
  unseen(counts: QueueCounts): ObserverError | undefined {
    const words = this.outOfSight(counts);
    return words === undefined ? this.#taken() : new ObserverError(words);
  }

  /** Sent messages must have been seen; and seen ones must still be held, since nothing is deleted here. */
  #taken(): ObserverError | undefined {
    const unseen = [...this.#sent].filter((messageId) => !this.#sightings.has(messageId)).length;
    if (unseen > 0)
      return this.#unwatchable(
        `never showed ${messagesOf(unseen)} that this run sent to it: another process takes from the queue. Watch a queue that no other process reads.`,
      );
    const held = new Set(this.all().map(({ messageId }) => messageId));
    const gone = [...this.#sightings.keys()].filter((messageId) => !held.has(messageId)).length;
    if (gone === 0) return undefined;
    return this.#unwatchable(
      `no longer holds ${messagesOf(gone)} that it showed before: another process takes from the queue, or a redrive or a purge did. Watch a queue that no other process reads.`,
    );
  }

  /** Counts of messages out of sight, as a reason; undefined if there are none. SQS counts each copy as in flight. */
  outOfSight(counts: QueueCounts): string | undefined {
    const { hidden, delayed } = outOfSight(counts, { isFifo: this.#isFifo, held: this.#held.size });
    if (hidden > 0)
      return (
        `${this.#feed} holds ${messagesOf(hidden)} that cannot be seen here: ` +
        (this.#isFifo
          ? 'another reader hides them, or they wait behind others of their message group. '
          : 'another reader hides them. ') +
        'Watch a queue that no other process reads, and redrive or purge what lies in it.'
      );
    if (delayed === 0) return undefined;
    return `${this.#feed} holds ${messagesOf(delayed)} whose delay is not over, so they cannot be seen yet. Look for longer than they are delayed.`;
  }

  /** Drops messages that may be visible again: any reader may have them now, and a redelivery has a new receipt. */
  #forgetLapsed(nowMs: number): void {
    for (const [receipt, { hiddenUntilMs }] of this.#held)
      if (hiddenUntilMs <= nowMs) this.#held.delete(receipt);
  }

  /** A message that comes while it is hidden here, or whose receive count did not rise, is a copy. */
  #sightingOf({ messageId, receiveCount }: TapMessage, known: Sighting | undefined): Sighting {
    const hasCopies =
      known !== undefined &&
      (known.hasCopies ||
        receiveCount <= known.receiveCount ||
        this.all().some((message) => message.messageId === messageId));
    return { receiveCount, lost: this.#lost, hasCopies };
  }

  #unwatchable(words: string): ObserverError {
    return new ObserverError(`${this.#feed} ${words}`, { permanent: true });
  }
}

/** A message received again counts one more; a redriven one keeps its count, so the first observation proves nothing. */
function isRaisedByOthers({ receiveCount, lost, hasCopies }: Sighting, known: Sighting | undefined): boolean {
  return known !== undefined && !hasCopies && receiveCount > known.receiveCount + 1 + lost - known.lost;
}

function messagesOf(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}

/** True if every message that had arrived by then was read: the receive was empty, or not full with later ones. */
export function isAll(messages: readonly TapMessage[], atMs: number): boolean {
  return (
    messages.length < MOST_RECEIVED && messages.every(({ sentAtMs }) => sentAtMs > atMs + CLOCKS_DIFFER_MS)
  );
}
