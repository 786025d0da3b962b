import type { Notice } from './notice.ts';

/** Confirmation of a channel that it took a notice. */
export interface Delivered {
  /** In a few words, for people: `Slack answered 200 ok`. Free of secrets. */
  readonly answer: string;
}

/** Sends notices to one channel. */
export interface Notifier {
  /** @throws DeliveryError unless the channel confirmed that it took the notice. */
  send(notice: Notice, ask: SendAsk): Promise<Delivered>;
}

/** Circumstances of one try to send. */
export interface SendAsk {
  /** Ends the try. */
  readonly signal: AbortSignal;
  /** Moment at which a late notice was decided, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
  /** Called once the receiver has the whole request, so that only its answer is outstanding. */
  readonly sent?: (() => void) | undefined;
}
