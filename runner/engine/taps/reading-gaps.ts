import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { unlessStoodStill } from '../standstill.ts';

/** Wait time of a receive, and hide time of its messages, in seconds. */
export interface Receiving {
  readonly waitSeconds: number;
  readonly hideSeconds: number;
}

/** A longer gap in observation makes a watch unhealthy (docs/reference/language.md). In milliseconds. */
export const LONGEST_GAP_MS = 5_000;
/** The longest delay with which SQS makes a message visible again. */
export const LATE_MS = 2_000;

/** Gaps in the reading of a queue, and the time until which a lost receive may hide messages. */
export class ReadingGaps {
  readonly #feed: string;
  readonly #clock: Clock;
  readonly #receiving: Receiving;
  #failingSinceMs: number | undefined;
  #fault: unknown;
  /** The last time in which it could not be read for longer than is harmless. */
  #observer: { readonly fromMs: number; readonly toMs: number } | undefined;
  #doubtUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ feed, clock }: { readonly feed: string; readonly clock: Clock }, receiving: Receiving) {
    this.#feed = feed;
    this.#clock = clock;
    this.#receiving = receiving;
  }

  /** Records a failure at that time. True if the gap is longer than is harmless. */
  failed(thrown: unknown, atMs: number): boolean {
    this.#failingSinceMs ??= atMs;
    this.#fault = thrown;
    return atMs - this.#failingSinceMs > LONGEST_GAP_MS;
  }

  /** A receive that came back saw all from its beginning on. */
  sawAgain(toMs: number): void {
    const fromMs = this.#failingSinceMs ?? toMs;
    this.#failingSinceMs = undefined;
    if (toMs - fromMs > LONGEST_GAP_MS) this.#observer = { fromMs, toMs };
  }

  /** Records a lost answer: the queue may go on with that receive until the end of its poll, and hide its messages. */
  lost({ beganAtMs, atMs }: { readonly beganAtMs: number; readonly atMs: number }): void {
    const lastMs = Math.max(atMs, beganAtMs + this.#receiving.waitSeconds * 1_000);
    this.#doubtUntilMs = lastMs + this.#receiving.hideSeconds * 1_000 + LATE_MS;
  }

  /** Records an answer. A late one shows a past state of the queue: messages may be visible again since then. */
  came({ beganAtMs, atMs }: { readonly beganAtMs: number; readonly atMs: number }): void {
    const inTimeMs = beganAtMs + this.#receiving.waitSeconds * 1_000 + LATE_MS;
    if (atMs > inTimeMs) this.#doubtUntilMs = Math.max(this.#doubtUntilMs, atMs);
  }

  /** True if messages may be hidden from a receive that begins then. */
  inDoubt(atMs: number): boolean {
    return atMs < this.#doubtUntilMs;
  }

  /** The error for answers that go on to be lost. */
  doubt(): ObserverError {
    return new ObserverError(
      `Answers of ${this.#feed} were lost on their way again and again, or late, and may have hidden messages. ` +
        'Look at the network, and at proxies between here and AWS.',
      { cause: this.#fault },
    );
  }

  /** @throws ObserverError, or StandstillError, if it could not be read for too long since then. */
  refuseGap(sinceMs: number): void {
    if (this.#observer === undefined || this.#observer.toMs < sinceMs) return;
    const { fromMs, toMs } = this.#observer;
    const words = `${this.#feed} could not be read for ${formatDuration(toMs - fromMs)}, so what came then cannot be known.`;
    throw unlessStoodStill(new ObserverError(words, { cause: this.#fault }), {
      clock: this.#clock,
      sinceMs: fromMs,
    });
  }
}
