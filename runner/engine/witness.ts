import { sayDuration } from '../core/duration.ts';
import { ObserverError } from '../core/errors.ts';
import { journalEntry } from '../core/journal-entry.ts';
import type { Clock, Journal, JournalEntry, TapMessage, TapQueue } from '../core/ports.ts';
import type { OpenedMessage } from '../core/tap-message.ts';
import { Nap } from './wait.ts';

/** What a witness reads, and where it writes. */
export interface WitnessOf {
  /** How people call it, and its key in the journal: `bus orders`. */
  readonly feed: string;
  readonly queue: TapQueue;
  readonly journal: Journal;
  readonly clock: Clock;
  /** `take` deletes what was read (a tap's own queue); `borrow` hides it, and gives it back in the end (a watched queue). */
  readonly mode: 'take' | 'borrow';
  /** Paths of the system's own values by which checks may correlate. */
  readonly ids: readonly string[];
  open(message: TapMessage): OpenedMessage;
}

const LONG_POLL_SECONDS = 20; // SQS's longest
const VOUCH_SECONDS = 1; // long enough for what is on its way to the other receive to arrive there
const TAKE_HIDE_SECONDS = 30;
const BORROW_HIDE_SECONDS = 900; // longer than the longest run may be (14 minutes, deployed)
const LONGEST_BLIND_MS = 5_000;
const PAUSE_AFTER_FAULT_MS = 500;
const MOST_BORROWED = 100;

/** Reads one tap or queue for as long as it lives, and writes what it sees into the journal by run id. */
export class Witness {
  readonly #of: WitnessOf;
  readonly #ending = new AbortController();
  readonly #startedAtMs: number;
  /** Times in which it could not read, longer than is harmless. */
  readonly #blind: { readonly fromMs: number; readonly toMs: number }[] = [];
  /** What was received and must still be written, and the writings under way. */
  readonly #unwritten: JournalEntry[] = [];
  readonly #keeping = new Set<Promise<void>>();
  /** What is borrowed, by message id. */
  readonly #borrowed = new Map<string, TapMessage>();
  #failingSinceMs: number | undefined;
  #fault: unknown;
  #trouble: ObserverError | undefined;
  #vouching: Promise<void> | undefined;
  #reading: Promise<void> | undefined;

  constructor(of: WitnessOf) {
    this.#of = of;
    this.#startedAtMs = of.clock.nowMs();
  }

  /** Starts reading. */
  start(): void {
    this.#reading ??= this.#read();
  }

  /** Stops reading, and gives back what was borrowed. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#reading;
    if (this.#borrowed.size > 0) await this.#of.queue.release([...this.#borrowed.values()]);
    this.#borrowed.clear();
  }

  /** From now on nothing it says can be trusted. */
  distrust(trouble: ObserverError): void {
    this.#trouble ??= trouble;
  }

  /**
   * Returns when all that arrived until now was read, and nothing was missed since then.
   * @throws ObserverError otherwise.
   */
  async vouch(sinceMs: number): Promise<void> {
    await this.#upToNow();
    if (this.#trouble !== undefined) throw this.#trouble;
    const gap = this.#blind.find(({ toMs }) => toMs >= sinceMs);
    if (gap === undefined) return;
    throw new ObserverError(
      `${this.#of.feed} could not be read for ${sayDuration(gap.toMs - gap.fromMs)}, so what came then cannot be known.`,
      { cause: this.#fault },
    );
  }

  /** Those who ask while a receive is under way share the next one: what it shows is newer than their question. */
  async #upToNow(): Promise<void> {
    const before = this.#vouching;
    const mine = (async () => {
      await before?.catch(() => {
        // it was somebody else's question, and is answered there
      });
      await this.#drain();
    })();
    this.#vouching = mine;
    await mine;
  }

  async #drain(): Promise<void> {
    while ((await this.#receive(VOUCH_SECONDS)) > 0) {
      // what came with this receive may not have been all
    }
    await Promise.all(this.#keeping); // what another receive brought may not be written yet
  }

  async #read(): Promise<void> {
    const { clock } = this.#of;
    const nap = new Nap(clock, this.#ending.signal);
    while (!this.#ending.signal.aborted) {
      try {
        await this.#receive(LONG_POLL_SECONDS);
      } catch (thrown) {
        if (this.#ending.signal.aborted) return;
        this.#fault = thrown;
        await nap.until(clock.nowMs() + PAUSE_AFTER_FAULT_MS);
      }
    }
  }

  async #receive(waitSeconds: number): Promise<number> {
    const { queue, clock, mode } = this.#of;
    const hideSeconds = mode === 'take' ? TAKE_HIDE_SECONDS : BORROW_HIDE_SECONDS;
    const startedAtMs = clock.nowMs();
    try {
      const messages = await queue.receive({ waitSeconds, hideSeconds, signal: this.#ending.signal });
      this.#sawAgain(startedAtMs);
      const keeping = this.#keep(messages);
      this.#keeping.add(keeping);
      await keeping.finally(() => this.#keeping.delete(keeping));
      return messages.length;
    } catch (thrown) {
      this.#failingSinceMs ??= clock.nowMs();
      throw thrown;
    }
  }

  /** A receive that came back saw all from its beginning on. */
  #sawAgain(toMs: number): void {
    const fromMs = this.#failingSinceMs ?? toMs;
    this.#failingSinceMs = undefined;
    if (toMs - fromMs > LONGEST_BLIND_MS) this.#blind.push({ fromMs, toMs });
  }

  async #keep(messages: readonly TapMessage[]): Promise<void> {
    const { queue, mode } = this.#of;
    if (mode === 'borrow') this.#borrow(messages);
    this.#unwritten.push(...messages.map((message) => this.#entryOf(message)));
    await this.#write();
    if (mode === 'take' && messages.length > 0) await queue.remove(messages);
  }

  /** What could not be written is written with what comes next: its message stays hidden, so nobody would bring it again in time. */
  async #write(): Promise<void> {
    const entries = this.#unwritten.splice(0);
    if (entries.length === 0) return;
    await this.#of.journal.append(entries).catch((thrown: unknown) => {
      this.#unwritten.unshift(...entries);
      throw thrown;
    });
  }

  #borrow(messages: readonly TapMessage[]): void {
    const { feed } = this.#of;
    for (const message of messages) {
      const shared =
        message.receiveCount > 1 &&
        message.sentAtMs > this.#startedAtMs &&
        !this.#borrowed.has(message.messageId);
      if (shared) {
        const words = `${feed} has a second reader, so some of its messages may never be seen here. Watch a queue that nobody else reads.`;
        this.distrust(new ObserverError(words, { lasting: true }));
      }
      this.#borrowed.set(message.messageId, message);
    }
    if (this.#borrowed.size <= MOST_BORROWED) return;
    const words = `${feed} holds more than ${MOST_BORROWED} messages, more than can be watched. Redrive or purge it.`;
    this.distrust(new ObserverError(words, { lasting: true }));
  }

  #entryOf(message: TapMessage): JournalEntry {
    return journalEntry(message, { ...this.#of, receivedAtMs: this.#of.clock.nowMs() });
  }
}
