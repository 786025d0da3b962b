import type { Notice } from './notice.ts';

/** Confirmation of a channel that it took a notice. */
export interface Delivered {
  /** In a few words, for people: `Slack answered 200 ok`. Free of secrets. */
  readonly answer: string;
}

/** Sends notices to one channel. */
export interface Notifier {
  /**
   * `delayedSinceMs` is the moment, epoch milliseconds, at which a late notice was decided.
   * @throws DeliveryError unless the channel confirmed that it took the notice.
   */
  send(
    notice: Notice,
    ask: { readonly signal: AbortSignal; readonly delayedSinceMs?: number },
  ): Promise<Delivered>;
}
