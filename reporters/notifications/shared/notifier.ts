import type { Clock } from '../../../runner/core/base/clock.ts';
import type { Channel, ChannelKind } from '../../../runner/core/model/project.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Delivered } from '../../../runner/core/notice/notifier.ts';
import type { Message } from '../../message.ts';

/** A kind of channel, with its delivery. It never decides if a notice is sent, and never drops one silently. */
export interface NotifierKind {
  /** The key of a channel in the project file. */
  readonly name: ChannelKind;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** @throws DeliveryError unless the channel surely accepted it. */
  tell(telling: NotifyContext): Promise<Delivered>;
}

/** One notice for one channel, with the means of delivery. */
export interface NotifyContext extends NotifierContext {
  readonly notice: Notice;
  /** The notice as text. */
  readonly message: Message;
  /** The channel with its references filled in. */
  readonly channel: Channel;
  /** Decision time of a late notice, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Ports of notifiers. */
export interface NotifierContext {
  readonly clock: Clock;
  /** One POST by HTTP; {@link poster} makes it. */
  readonly post: Post;
  /** An AWS client without retries, in the region that an ARN names. */
  clientOf<Client>(constructor: new (config: never) => Client, address?: string): Client;
}

/** Posts a body to a URL. @throws DeliveryError unless there was a whole answer. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

export interface PostRequest {
  /** For messages, in place of the URL, which is a secret: `Slack`. */
  readonly who: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** The `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The answer's text, or its beginning if it is long. */
  readonly body: string;
  /** Display name of the receiver: `Slack (hooks.slack.com)`. */
  readonly from: string;
}
