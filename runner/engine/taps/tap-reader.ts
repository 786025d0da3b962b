import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { QueueCounts } from '../../core/taps/queue-counts.ts';
import { Sleep } from '../abort.ts';
import { HeldMessages, isAll, MOST_RECEIVED } from './held-messages.ts';
import { LATE_MS, ReadingGaps } from './reading-gaps.ts';
import { RECEIVING, type TapReaderOptions, TapReceiver } from './tap-receiver.ts';

/** The longest time for which messages may be out of sight: by then another reader that ends or is killed has released them. */
const LONGEST_UNSEEN_MS = RECEIVING.hideSeconds * 1_000 + LATE_MS;
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
  readonly #receiver: TapReceiver;
  #questions: readonly Question[] = [];
  #reading: Promise<void> | undefined;
  #trouble: ObserverError | undefined;
  #unseenSinceMs: number | undefined;
  #delayMs = 0;

  constructor(of: TapReaderOptions) {
    this.#of = of;
    this.#held = new HeldMessages({ feed: of.feed, isFifo: of.queue.isFifo });
    this.#gaps = new ReadingGaps(of, RECEIVING);
    this.#receiver = new TapReceiver({
      ...of,
      held: this.#held,
      gaps: this.#gaps,
      isTrusted: () => this.#trouble === undefined,
      failed: (thrown) => this.#failed(thrown),
    });
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
    await this.#receiver.rest();
    await this.#receiver.release(this.#held.all()).catch(() => {
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

  /** Receives until one is not full; with pending requests, until all messages that had arrived when it began are read. */
  async #round(questions: readonly Question[]): Promise<void> {
    const beganAtMs = this.#of.clock.nowMs();
    if (this.#of.mode === 'borrow' && this.#of.queue.isFifo) return this.#fifoRound(questions, beganAtMs);
    if (questions.length === 0)
      return this.#receiver.receiveUntil(
        (messages) => messages.length < MOST_RECEIVED || this.#questions.length > 0,
      );
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
      await this.#receiver.release(this.#held.all());
    }
  }

  /** Gives the message groups that a full receive may have cut off. */
  async #drain(beganAtMs: number): Promise<ReadonlySet<string | undefined>> {
    const incomplete = new Set<string | undefined>();
    await this.#receiver.receiveUntil((messages) => {
      if (messages.length === MOST_RECEIVED) for (const { groupId } of messages) incomplete.add(groupId);
      return isAll(messages, beganAtMs);
    });
    return incomplete;
  }

  /**
   * While the first messages of a group are held, no more of it comes. Alone it comes whole, up to ten messages: SQS returns as
   * many of a group as it can (Amazon SQS developer guide, "FIFO delivery logic").
   */
  async #readGroup(group: string | undefined): Promise<void> {
    await this.#receiver.release(this.#held.ofGroup(group));
    await this.#receiver.receive();
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
}
