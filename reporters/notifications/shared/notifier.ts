import type { Clock } from '../../../runner/core/base/clock.ts';
import type { Channel, ChannelKind } from '../../../runner/core/model/project.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Delivered } from '../../../runner/core/notice/notifier.ts';
import type { Message } from '../../message.ts';

/** A sort of channel: how it is told a notice. It never decides whether to speak, and never returns quietly. */
export interface NotifierKind {
  /** The key of a channel in the project file. */
  readonly name: ChannelKind;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** @throws DeliveryError unless the channel surely took it. */
  tell(telling: NotifyContext): Promise<Delivered>;
}

/** One notice for one channel, and what it takes to tell it. */
export interface NotifyContext extends NotifierContext {
  readonly notice: Notice;
  /** The same in words. */
  readonly message: Message;
  /** The channel with its references filled in. */
  readonly channel: Channel;
  /** When a notice that comes late was decided, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** What notifiers need from outside. */
export interface NotifierContext {
  readonly clock: Clock;
  /** One POST by HTTP; {@link poster} makes it. */
  readonly post: Post;
  /** An AWS client that is asked once, of the region that an ARN names. */
  clientOf<Client>(constructor: new (config: never) => Client, address?: string): Client;
}

/** Posts a body to a URL. @throws DeliveryError where there was no whole answer. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** What is posted. */
export interface PostRequest {
  /** For messages, in place of the URL, which is a secret: `Slack`. */
  readonly who: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What was answered. */
export interface PostAnswer {
  readonly status: number;
  /** How long it asks us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The answer's text, or its beginning where it is long. */
  readonly body: string;
  /** Who answered, for people: `Slack (hooks.slack.com)`. */
  readonly from: string;
}
