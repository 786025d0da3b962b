import type { Clock } from '../../../runner/core/base/clock.ts';
import type { Channel, ChannelReach, ChannelSchema } from '../../../runner/core/model/channel.ts';
import type { Lookup } from '../../../runner/core/network/guarded-lookup.ts';
import type { ProxyFor } from '../../../runner/core/network/proxies.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Delivered, SendAsk } from '../../../runner/core/notice/notifier.ts';
import type { Message } from '../../message.ts';

/** A kind of channel, with its delivery. It never decides if a notice is sent, and never drops one silently. */
export interface NotifierKind<Option extends string = string, Means = object> extends ChannelSchema<Option> {
  /** The way to the channel. `means` makes what `notify` sends with: a POST, an AWS client. */
  readonly reach: ChannelReach & { means(ports: NotifierPorts): Means };
  /** The text that identifies the receiver of a filled-in channel: equal for two spellings of one address. */
  receiver(channel: Channel<Option>): string;
  /** @throws DeliveryError unless the channel surely accepted it. */
  notify(context: NotifyContext<Option> & Means): Promise<Delivered>;
}

/** A notifier that posts by HTTP. `Option` names the keys that its channels take. */
export type HttpNotifier<Option extends string = never> = NotifierKind<Option, { readonly post: Post }>;

/** A notifier that calls AWS. `Option` names the keys that its channels take. */
export type AwsNotifier<Option extends string = never> = NotifierKind<
  Option,
  Pick<NotifierPorts, 'clientOf'>
>;

/** One notice for one channel. */
export interface NotifyContext<Option extends string = string> extends SendAsk {
  readonly notice: Notice;
  /** The notice as text. */
  readonly message: Message;
  /** The channel with its references filled in. */
  readonly channel: Channel<Option>;
  readonly clock: Clock;
}

/** Ports of notifiers. */
export interface NotifierPorts extends PosterOf {
  /** An AWS client without retries, in the region that an ARN names. */
  clientOf<Client>(constructor: new (config: never) => Client, address?: string): Client;
}

export interface PosterOf {
  readonly clock: Clock;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, if set. */
  readonly runtimeApi?: string | undefined;
  /** Resolves names. @default DNS */
  readonly lookup?: Lookup;
  /** A certificate to trust in addition to the usual ones. */
  readonly ca?: string;
  /** @default no proxies */
  readonly proxyFor?: ProxyFor | undefined;
}

/** Posts a body to a URL. @throws DeliveryError unless there was a whole answer. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

export interface PostRequest extends Pick<SendAsk, 'signal' | 'sent'> {
  /** For messages, in place of the URL, which is a secret: `Slack`. */
  readonly who: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
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
