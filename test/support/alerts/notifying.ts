import { notifiersOf } from '../../../reporters/notifications/notifiers.ts';
import type { PostRequest } from '../../../reporters/notifications/shared/notifier.ts';
import type { Channel } from '../../../runner/core/model/project.ts';
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

/** Channels of every kind. */
export const CHANNELS: Readonly<
  Record<'sns' | 'chat' | 'slack' | 'pagerduty' | 'webhook' | 'eventbridge', Channel>
> = {
  sns: { name: 'c', kind: 'sns', address: 'arn:aws:sns:eu-west-1:123456789012:alerts' },
  chat: { name: 'c', kind: 'sns', address: 'arn:aws:sns:eu-west-1:123456789012:alerts', format: 'chat' },
  slack: { name: 'c', kind: 'slack', address: 'https://hooks.slack.com/services/T0/B0/x' },
  pagerduty: { name: 'c', kind: 'pagerduty', address: '0123456789abcdef0123456789abcdef' },
  webhook: {
    name: 'c',
    kind: 'webhook',
    address: 'https://example.com/hook',
    secret: 'whsec_Y2FuYXJpZXMgc2luZyBhdCBuaWdodA==',
  },
  eventbridge: { name: 'c', kind: 'eventbridge', address: 'alerts' },
};

/** Sends a notice through the real notifier of a channel, and returns the notifier's output. */
export async function handedOver(
  channel: Channel,
  notice: Notice,
  {
    redactor = NO_SECRETS,
    delayedSinceMs,
  }: { readonly redactor?: Redactor; readonly delayedSinceMs?: number } = {},
): Promise<HandedOver> {
  const posts: PostRequest[] = [];
  const commands: Record<string, unknown>[] = [];
  const notifiers = notifiersOf({
    project: { channels: [channel] },
    environment: { name: 'prod', vars: {} },
    references: { read: async () => ({ value: 'x', secret: true }) },
    redactor,
    clock: new ManualClock(notice.atMs),
    dashboard: 'coalmine-shop-prod',
    post: async (request) => {
      posts.push(request);
      return request.who === 'PagerDuty'
        ? { status: 202, body: '{"status":"success"}', from: 'PagerDuty (events.pagerduty.com)' }
        : { status: 200, body: 'ok', from: `${request.who} (example.com)` };
    },
    clientOf: (() => ({
      send: async (command: { readonly input: Record<string, unknown> }) => {
        commands.push(command.input);
        return { MessageId: 'm-1', Entries: [{ EventId: 'e-1' }], FailedEntryCount: 0 };
      },
    })) as never,
  });
  const signal = new AbortController().signal;
  const delivered = await (notifiers.get(channel.name) as NonNullable<ReturnType<typeof notifiers.get>>).send(
    notice,
    delayedSinceMs === undefined ? { signal } : { signal, delayedSinceMs },
  );
  return { posts, commands, delivered };
}
