import type { Notice } from './notice.ts';

/** What a channel said to a notice that it took. */
export interface Delivered {
  /** In a few words, for people: `Slack answered 200 ok`. Free of secrets. */
  readonly answer: string;
}

/** Tells people a notice. */
export interface Notifier {
  /**
   * `delayedSinceMs` is the moment, epoch milliseconds, at which a notice that is late was decided.
   * @throws DeliveryError unless they were surely told.
   */
  send(
    notice: Notice,
    ask: { readonly signal: AbortSignal; readonly delayedSinceMs?: number },
  ): Promise<Delivered>;
}
