import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { type EntryOf, journalEntry } from '../../core/taps/journal-record.ts';
import type { Journal, JournalEntry, TapMessage, TapQueue } from '../../core/taps/ports.ts';
import type { QueueCounts } from '../../core/taps/queue-counts.ts';
import { deadlineIn, raceAbort, Sleep } from '../abort.ts';
import { HeldMessages, isAll, MOST_RECEIVED } from './held-messages.ts';
import { LATE_MS, ReadingGaps } from './reading-gaps.ts';

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
const RECEIVING = { waitSeconds: 1, hideSeconds: 10 } as const;
const HIDE_MS = RECEIVING.hideSeconds * 1_000;
const LONGEST_ANSWER_MS = 10_000;
/** The longest time for which messages may be out of sight: by then another reader that ends or is killed has released them. */
const LONGEST_UNSEEN_MS = HIDE_MS + LATE_MS;
/** The longest wait for certainty while answers go on to be lost. */
const LONGEST_DOUBT_MS = 30_000;
const PAUSE_AFTER_FAULT_MS = 500;

/** A pending request to read all messages that had arrived when it was made. */
interface Question {
  readonly askedAtMs: number;
  /** True if no message may be left unseen; false if the visible ones are enough. */
  readonly certain: boolean;
  readonly answer: PromiseWithResolvers<void>;
}

/**
 * Reads one tap or queue from the first request on, and writes the messages into the journal by run id. Receives follow one another without
 * pause. No receive is abandoned: a server that does not notice would deliver the next message to a closed connection.
 */
export class TapReader {
  readonly #of: TapReaderOptions;
  readonly #held: HeldMessages;
  readonly #gaps: ReadingGaps;
  readonly #ending = new AbortController();
  /** Entries that were received and must still be written. */
  readonly #unwritten: JournalEntry[] = [];
  #questions: readonly Question[] = [];
  #reading: Promise<void> | undefined;
  #trouble: ObserverError | undefined;
  #unseenSinceMs: number | undefined;
  #delayMs = 0;

  constructor(of: TapReaderOptions) {
    this.#of = of;
    this.#held = new HeldMessages({ feed: of.feed, isFifo: of.queue.isFifo });
    this.#gaps = new ReadingGaps(of, RECEIVING);
  }

  /** True if it has stopped reading. */
  get isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Ends after the present receive, and releases held messages. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#reading;
  }

  /** Marks all further results as untrustworthy, and stops reading. */
  distrust(trouble: ObserverError): void {
    this.#trouble ??= trouble;
    this.#ending.abort();
    this.#settle(this.#questions, this.#trouble);
  }

  /**
   * Resolves when all visible messages are written. Calls before the next drain begins share it.
   * @throws ObserverError if the queue cannot be read.
   */
  drained(): Promise<void> {
    return this.#ask(false);
  }

  /**
   * Resolves if all messages that had arrived by now were seen, those with the ids `sent` too, and none was missed since `sinceMs`.
   * @throws ObserverError otherwise.
   */
  async assertComplete(sinceMs: number, sent: readonly string[] = []): Promise<void> {
    this.#held.sent(sent);
    const watchedMs = this.#of.clock.nowMs() - sinceMs;
    if (watchedMs < this.#delayMs) throw this.#delayed(watchedMs);
    await this.#ask(true);
    this.#gaps.refuseGap(sinceMs);
  }

  #delayed(watchedMs: number): ObserverError {
    return new ObserverError(
      `${this.#of.feed} delays by ${this.#delayMs / 1_000} s (DelaySeconds) and was looked at for ${formatDuration(watchedMs)}, ` +
        'so what was sent in that time cannot be seen yet. Look for longer than the delay.',
    );
  }

  async #ask(certain: boolean): Promise<void> {
    if (this.isOver) throw this.#trouble ?? this.#closed();
    const question = { askedAtMs: this.#of.clock.nowMs(), certain, answer: Promise.withResolvers<void>() };
    this.#questions = [...this.#questions, question];
    this.#reading ??= this.#read();
    return question.answer.promise;
  }

  #settle(questions: readonly Question[], fault?: unknown): void {
    this.#questions = this.#questions.filter((one) => !questions.includes(one));
    for (const { answer } of questions)
      if (fault === undefined) answer.resolve();
      else answer.reject(fault);
  }

  async #read(): Promise<void> {
    const { clock } = this.#of;
    const sleep = new Sleep(clock, this.#ending.signal);
    while (!this.#ending.signal.aborted) {
      try {
        await this.#round(this.#questions);
      } catch (thrown) {
        this.#failed(thrown);
        await sleep.until(clock.nowMs() + PAUSE_AFTER_FAULT_MS);
      }
    }
    this.#settle(this.#questions, this.#closed());
    await this.#release(this.#held.all()).catch(() => {
      // all of it is visible again by itself, soon
    });
  }

  #closed(): ObserverError {
    return new ObserverError(`${this.#of.feed} is not read any more.`);
  }

  #failed(thrown: unknown): void {
    if (thrown instanceof ObserverError && thrown.permanent) return this.distrust(thrown);
    if (this.#gaps.failed(thrown, this.#of.clock.nowMs())) this.#settle(this.#questions, thrown);
  }

  /** One receive; with pending requests, as many as it takes to read all messages that had arrived when it began. */
  async #round(questions: readonly Question[]): Promise<void> {
    const beganAtMs = this.#of.clock.nowMs();
    if (this.#of.mode === 'borrow' && this.#of.queue.isFifo) return this.#fifoRound(questions, beganAtMs);
    if (questions.length === 0) return void (await this.#receive());
    // Hidden messages may become visible after the last receive and before the counts are read again.
    const before = questions.some(({ certain }) => certain) ? await this.#counts() : undefined;
    const hidden = before === undefined ? undefined : this.#held.outOfSight(before);
    await this.#drain(beganAtMs);
    await this.#answer(questions, beganAtMs, hidden);
  }

  /** A held message hides all later ones of its message group, so it is released at once. */
  async #fifoRound(questions: readonly Question[], beganAtMs: number): Promise<void> {
    try {
      for (const group of await this.#drain(beganAtMs)) await this.#readGroup(group);
      await this.#answer(questions, beganAtMs);
    } finally {
      await this.#release(this.#held.all());
    }
  }

  /** Gives the message groups that a full receive may have cut off. */
  async #drain(beganAtMs: number): Promise<ReadonlySet<string | undefined>> {
    const incomplete = new Set<string | undefined>();
    let messages: readonly TapMessage[];
    do {
      messages = await this.#receive();
      if (messages.length === MOST_RECEIVED) for (const { groupId } of messages) incomplete.add(groupId);
    } while (!isAll(messages, beganAtMs));
    return incomplete;
  }

  /**
   * While the first messages of a group are held, no more of it comes. Alone it comes whole, up to ten messages: SQS returns as
   * many of a group as it can (Amazon SQS developer guide, "FIFO delivery logic").
   */
  async #readGroup(group: string | undefined): Promise<void> {
    await this.#release(this.#held.ofGroup(group));
    await this.#receive();
    this.#held.ofGroup(group);
  }

  async #answer(questions: readonly Question[], beganAtMs: number, hiddenBefore?: string): Promise<void> {
    const counts = await this.#counts();
    this.#settle(questions.filter(({ certain }) => !certain));
    const certain = questions.filter((one) => one.certain);
    const nowMs = this.#of.clock.nowMs();
    const longest = certain.filter(({ askedAtMs }) => nowMs - askedAtMs > LONGEST_DOUBT_MS);
    if (this.#gaps.inDoubt(beganAtMs)) return this.#settle(longest, this.#gaps.doubt());
    const unseen = counts === undefined ? undefined : this.#held.unseen(counts);
    if (unseen === undefined) {
      this.#unseenSinceMs = undefined;
      if (hiddenBefore === undefined) return this.#settle(certain);
      return this.#settle(longest, new ObserverError(hiddenBefore));
    }
    this.#unseenSinceMs ??= nowMs;
    if (nowMs - this.#unseenSinceMs <= LONGEST_UNSEEN_MS) return undefined;
    return unseen.permanent ? this.distrust(unseen) : this.#settle(certain, unseen);
  }

  /** Counts of the queue, since messages may be out of sight. A tap's own queue has no other reader and no delay. */
  async #counts(): Promise<QueueCounts | undefined> {
    if (this.#of.mode === 'take') return undefined;
    const counts = await this.#of.queue.count();
    this.#delayMs = counts.delaySeconds * 1_000;
    return counts;
  }

  async #receive(): Promise<readonly TapMessage[]> {
    const { queue, clock, feed } = this.#of;
    await this.#extend();
    const beganAtMs = clock.nowMs();
    const deadline = deadlineIn(
      RECEIVING.waitSeconds * 1_000 + LONGEST_ANSWER_MS,
      undefined,
      clock,
      () => new ObserverError(`${feed} did not answer within ${formatDuration(LONGEST_ANSWER_MS)}.`),
    );
    const messages = await raceAbort(
      queue.receive({ ...RECEIVING, signal: deadline.signal }),
      deadline.signal,
    )
      .catch((thrown: unknown) => {
        if (!queue.isRefusal(thrown)) this.#lose(beganAtMs);
        throw thrown;
      })
      .finally(deadline.end);
    this.#gaps.sawAgain(beganAtMs);
    if (this.#of.mode === 'borrow') this.#gaps.came({ beganAtMs, atMs: clock.nowMs() });
    if (this.#trouble === undefined) await this.#keep(messages, beganAtMs);
    else await queue.hide(messages, 0); // the next reader must see them
    return messages;
  }

  #lose(beganAtMs: number): void {
    this.#gaps.lost({ beganAtMs, atMs: this.#of.clock.nowMs() });
    this.#held.lose();
  }

  async #keep(messages: readonly TapMessage[], beganAtMs: number): Promise<void> {
    const { queue, mode, clock } = this.#of;
    const fresh = mode === 'take' ? messages : this.#held.take(messages, beganAtMs + HIDE_MS, clock.nowMs());
    this.#unwritten.push(...fresh.map((message) => this.#entryOf(message)));
    await this.#write();
    if (mode === 'take' && messages.length > 0) await queue.remove(messages);
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
    const ending = this.#held.endingBefore(nowMs + HIDE_MS / 2, nowMs);
    if (ending.length === 0) return;
    const gone = await this.#of.queue.hide(ending, RECEIVING.hideSeconds);
    this.#held.extend(ending, nowMs + HIDE_MS);
    this.#held.forget(gone);
  }

  /** Releases messages that are not ours to delete, visible at once. After a failed release they are visible when their hide time ends. */
  async #release(messages: readonly TapMessage[]): Promise<void> {
    if (messages.length === 0) return;
    this.#held.forget(messages);
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
