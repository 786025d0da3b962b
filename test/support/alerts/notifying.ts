import { type ChannelKind, type Notifiers, notifiersOf } from '../../../reporters/notifications/notifiers.ts';
import type { Post, PostRequest } from '../../../reporters/notifications/shared/notifier.ts';
import * as table from '../../../reporters/notifications/table.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Delivered } from '../../../runner/core/notice/notifier.ts';
import { NO_SECRETS, type Redactor } from '../../../runner/core/redaction/redact.ts';
import { ManualClock } from '../run/manual-clock.ts';

/** Output of a notifier that is not sent: a body and its headers, or an AWS command's input. */
export interface HandedOver {
  readonly posts: readonly PostRequest[];
  readonly commands: readonly Readonly<Record<string, unknown>>[];
  readonly delivered: Delivered;
}

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alerts';

/** Channels of every kind. */
export const CHANNELS: Readonly<Record<ChannelKind | 'chat', Channel>> = {
  sns: channelOf('sns', TOPIC),
  chat: channelOf('sns', TOPIC, { format: 'chat' }),
  slack: channelOf('slack', 'https://hooks.slack.com/services/T0/B0/x'),
  pagerduty: channelOf('pagerduty', '0123456789abcdef0123456789abcdef'),
  webhook: channelOf('webhook', 'https://example.com/hook', {
    secret: 'whsec_Y2FuYXJpZXMgc2luZyBhdCBuaWdodA==',
  }),
  eventbridge: channelOf('eventbridge', 'alerts'),
};

/** A channel `c`. */
export function channelOf(kind: ChannelKind, address: string, options: Channel['options'] = {}): Channel {
  return { name: 'c', kind, address, options };
}

/** Every kind of channel, posting by a function in place of HTTP. */
export function kindsPosting(post: Post): Notifiers {
  const posting = (kind: Notifiers[string]): Notifiers[string] => ({
    ...kind,
    reach: { ...kind.reach, means: (ports) => ({ ...kind.reach.means(ports), post }) },
  });
  return Object.fromEntries(Object.entries(table).map(([name, kind]) => [name, posting(kind)]));
}

/** Sends a notice through the real notifier of a channel, and returns the notifier's output. */
export async function handedOver(
  to: Channel,
  notice: Notice,
  {
    redactor = NO_SECRETS,
    delayedSinceMs,
  }: { readonly redactor?: Redactor; readonly delayedSinceMs?: number } = {},
): Promise<HandedOver> {
  const posts: PostRequest[] = [];
  const commands: Record<string, unknown>[] = [];
  const post: Post = async (request) => {
    posts.push(request);
    return request.who === 'PagerDuty'
      ? { status: 202, body: '{"status":"success"}', from: 'PagerDuty (events.pagerduty.com)' }
      : { status: 200, body: 'ok', from: `${request.who} (example.com)` };
  };
  const notifiers = notifiersOf({
    kinds: kindsPosting(post),
    project: { channels: [to] },
    environment: { name: 'prod', vars: {} },
    references: { read: async () => ({ value: 'x', secret: true }) },
    redactor,
    clock: new ManualClock(notice.atMs),
    dashboard: 'coalmine-shop-prod',
    clientOf: (() => ({
      send: async (command: { readonly input: Record<string, unknown> }) => {
        commands.push(command.input);
        return { MessageId: 'm-1', Entries: [{ EventId: 'e-1' }], FailedEntryCount: 0 };
      },
    })) as never,
  });
  const signal = new AbortController().signal;
  const delivered = await (notifiers.get(to.name) as NonNullable<ReturnType<typeof notifiers.get>>).send(
    notice,
    delayedSinceMs === undefined ? { signal } : { signal, delayedSinceMs },
  );
  return { posts, commands, delivered };
}
