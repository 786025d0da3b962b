import type { Notice } from './notice.ts';

/** Confirmation of a channel that it took a notice. */
export interface Delivered {
  /** In a few words, for people: `Slack answered 200`. Free of secrets. */
  readonly answer: string;
  /** Digest of the address that took it. */
  readonly address?: string;
}

/** Sends notices to one channel. */
export interface Notifier {
  /** @throws DeliveryError unless the channel confirmed that it took the notice. */
  send(notice: Notice, ask: SendAsk): Promise<Delivered>;
  /**
   * Digest of the channel's present address: equal for two channels that lead to one receiver. It does not reveal the address.
   * @throws DeliveryError if the address cannot be had.
   */
  address(): Promise<string>;
}

/** Circumstances of one try to send. */
export interface SendAsk {
  /** Ends the try. */
  readonly signal: AbortSignal;
  /** Moment at which a late notice was decided, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
  /** Digest of the address to send to, if that is no longer the channel's own. @default the channel's own address */
  readonly to?: string | undefined;
  /** Called once the receiver has the whole request, so that only its answer is outstanding. */
  readonly sent?: (() => void) | undefined;
}
