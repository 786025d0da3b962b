import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { type EntryOf, journalEntry } from '../../core/taps/journal-record.ts';
import type { Journal, JournalEntry, TapMessage, TapQueue } from '../../core/taps/ports.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import { type HeldMessages, MOST_RECEIVED } from './held-messages.ts';
import { NextRound } from './next-round.ts';
import type { ReadingGaps, Receiving } from './reading-gaps.ts';

/** Source and destination of a tap reader. */
export interface TapReaderOptions {
  /** Display name, and key in the journal: `bus orders`. */
  readonly feed: string;
  readonly queue: TapQueue;
  readonly journal: Journal;
  readonly clock: Clock;
  /** `take` deletes read messages (a tap's own queue); `borrow` hides them, and releases them in the end (a watched queue). */
  readonly mode: 'take' | 'borrow';
  /** Paths of the system's own values by which checks may correlate. */
  readonly ids: readonly string[];
  /** Opens and dates messages. */
  readonly open: EntryOf['open'];
}

/**
 * The shortest poll that asks all servers of a queue (Amazon SQS developer guide, "Short and long polling"). Messages lost on the way, or
 * hidden by a killed reader, are visible again after `hideSeconds`.
 */
export const RECEIVING = { waitSeconds: 1, hideSeconds: 10 } as const;
const HIDE_MS = RECEIVING.hideSeconds * 1_000;
const LONGEST_ANSWER_MS = 10_000;
/**
 * Receives at once while they come back full, and deletions at once. SQS answers in 10 to 20 ms, with ten messages at most: eight receives read
 * about 4,000 messages a second.
 */
const MOST_AT_ONCE = 8;
/** A further receive returns at once, so it delays no round. It may ask some of the queue's servers only. */
const FURTHER_RECEIVE = { ...RECEIVING, waitSeconds: 0 } as const;

/** The source and destination of a receiver, and the notes of its reader. */
interface TapReceiverOptions extends TapReaderOptions {
  readonly held: HeldMessages;
  readonly gaps: ReadingGaps;
  /** False once another process may have taken messages: those that are received then are released. */
  isTrusted(): boolean;
  /** Takes the error of a deletion. */
  failed(thrown: unknown): void;
}

/** Receives messages of a queue, writes them into the journal, and then deletes or holds them. */
export class TapReceiver {
  readonly #of: TapReceiverOptions;
  /** Entries that were received and must still be written. */
  readonly #unwritten: JournalEntry[] = [];
  readonly #writing = new NextRound(async () => this.#write());
  readonly #deletions = new Set<Promise<void>>();

  constructor(of: TapReceiverOptions) {
    this.#of = of;
  }

  /** Returns when all deletions under way are over. */
  async rest(): Promise<void> {
    await Promise.all(this.#deletions);
  }

  /**
   * Receives one after the other until an answer is enough. While answers are full, further receives of a tap's own queue go on next to it.
   * It returns when all of them are over, so no message is on its way then.
   * @throws the first error of a receive.
   */
  async receiveUntil(isEnough: (messages: readonly TapMessage[]) => boolean): Promise<void> {
    const further = new Set<Promise<void>>();
    const faults: unknown[] = [];
    const begin = (): void => {
      const one: Promise<void> = this.#receiveWhileFull()
        .catch((thrown: unknown) => void faults.push(thrown))
        .finally(() => further.delete(one));
      further.add(one);
    };
    try {
      let messages: readonly TapMessage[];
      do {
        messages = await this.receive();
        const isFull = messages.length === MOST_RECEIVED;
        const missing = isFull && this.#of.mode === 'take' ? MOST_AT_ONCE - 1 - further.size : 0;
        for (let n = 0; n < missing; n += 1) begin();
      } while (!isEnough(messages));
    } finally {
      await Promise.all(further);
    }
    if (faults.length > 0) throw faults[0];
  }

  async #receiveWhileFull(): Promise<void> {
    while ((await this.receive(FURTHER_RECEIVE)).length === MOST_RECEIVED);
  }

  /** One receive, until its messages are written. Deletions may go on. */
  async receive({ waitSeconds, hideSeconds }: Receiving = RECEIVING): Promise<readonly TapMessage[]> {
    const { queue, clock, feed, gaps, mode } = this.#of;
    await this.#extend();
    const beganAtMs = clock.nowMs();
    const deadline = deadlineIn(
      waitSeconds * 1_000 + LONGEST_ANSWER_MS,
      undefined,
      clock,
      () => new ObserverError(`${feed} did not answer within ${formatDuration(LONGEST_ANSWER_MS)}.`),
    );
    const messages = await raceAbort(
      queue.receive({ waitSeconds, hideSeconds, signal: deadline.signal }),
      deadline.signal,
    )
      .catch((thrown: unknown) => {
        if (!queue.isRefusal(thrown)) this.#lose(beganAtMs);
        throw thrown;
      })
      .finally(deadline.end);
    gaps.sawAgain(beganAtMs);
    if (mode === 'borrow') gaps.came({ beganAtMs, atMs: clock.nowMs() });
    if (this.#of.isTrusted()) await this.#keep(messages, beganAtMs);
    else await queue.hide(messages, 0); // the next reader must see them
    return messages;
  }

  #lose(beganAtMs: number): void {
    this.#of.gaps.lost({ beganAtMs, atMs: this.#of.clock.nowMs() });
    this.#of.held.lose();
  }

  async #keep(messages: readonly TapMessage[], beganAtMs: number): Promise<void> {
    const { mode, clock } = this.#of;
    const fresh =
      mode === 'take' ? messages : this.#of.held.take(messages, beganAtMs + HIDE_MS, clock.nowMs());
    this.#unwritten.push(...fresh.map((message) => this.#entryOf(message)));
    await this.#writing.done();
    if (mode === 'take' && messages.length > 0) await this.#delete(messages);
  }

  /** Deletes written messages while it reads on. A message that is not deleted comes again, as the same entry. */
  async #delete(messages: readonly TapMessage[]): Promise<void> {
    while (this.#deletions.size >= MOST_AT_ONCE) await Promise.race(this.#deletions);
    const deletion: Promise<void> = this.#of.queue
      .remove(messages)
      .catch((thrown: unknown) => this.#of.failed(thrown))
      .finally(() => this.#deletions.delete(deletion));
    this.#deletions.add(deletion);
  }

  /** Failed writes are repeated with the next ones: their messages stay hidden, so no redelivery would come in time. */
  async #write(): Promise<void> {
    const entries = this.#unwritten.splice(0);
    if (entries.length === 0) return;
    await this.#of.journal.append(entries).catch((thrown: unknown) => {
      this.#unwritten.unshift(...entries);
      throw thrown;
    });
  }

  /** Extends the hide time of messages that would soon be visible. */
  async #extend(): Promise<void> {
    const nowMs = this.#of.clock.nowMs();
    const ending = this.#of.held.endingBefore(nowMs + HIDE_MS / 2, nowMs);
    if (ending.length === 0) return;
    const gone = await this.#of.queue.hide(ending, RECEIVING.hideSeconds);
    this.#of.held.extend(ending, nowMs + HIDE_MS);
    this.#of.held.forget(gone);
  }

  /** Releases messages that are not ours to delete, visible at once. After a failed release they are visible when their hide time ends. */
  async release(messages: readonly TapMessage[]): Promise<void> {
    if (messages.length === 0) return;
    this.#of.held.forget(messages);
    const beganAtMs = this.#of.clock.nowMs();
    await this.#of.queue.hide(messages, 0).catch((thrown: unknown) => {
      this.#lose(beganAtMs);
      throw thrown;
    });
  }

  #entryOf(message: TapMessage): JournalEntry {
    return journalEntry(message, { ...this.#of, receivedAtMs: this.#of.clock.nowMs() });
  }
}
