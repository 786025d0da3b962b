import { CanaryError, DeliveryError } from '../../runner/core/base/errors.ts';
import { shortReason } from '../../runner/core/base/format.ts';
import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import type { References } from '../../runner/core/expression/reference.ts';
import type { Channel } from '../../runner/core/model/channel.ts';
import type { Environment, Project } from '../../runner/core/model/project.ts';
import type { Notice } from '../../runner/core/notice/notice.ts';
import type { Delivered, Notifier } from '../../runner/core/notice/notifier.ts';
import type { Redactor } from '../../runner/core/redaction/redact.ts';
import { type Message, type MessageWith, messageOf, plainMessageOf } from '../message.ts';
import { ChannelAddresses, type FilledChannel } from './shared/channel-addresses.ts';
import type { NotifierKind, NotifierPorts, NotifyContext } from './shared/notifier.ts';
import type * as table from './table.ts';

/** The kinds of channels that there are. */
export type ChannelKind = keyof typeof table;

/** Kinds of channels by their names: all of them, or those that a bundle holds. */
export type Notifiers = Readonly<Record<string, NotifierKind>>;

/** Parts of a project's notifiers. */
export interface NotifiersOf extends NotifierPorts, Omit<MessageWith, 'delayedSinceMs'> {
  readonly kinds: Notifiers;
  readonly project: Pick<Project, 'channels'>;
  readonly environment: Environment;
  readonly references: References;
  readonly redactor: Redactor;
}

/** A notifier for each channel of a project, by the channel's name. References are read when it is first used. */
export function notifiersOf(of: NotifiersOf): ReadonlyMap<string, Notifier> {
  return new Map(of.project.channels.map((channel) => [channel.name, notifierOf(channel, of)]));
}

function notifierOf(channel: Channel, of: NotifiersOf): Notifier {
  const kind = of.kinds[channel.kind];
  const means = kind?.reach.means(of);
  const addresses = new ChannelAddresses(channel, kind, of);
  return {
    address: async () => {
      try {
        return (await addresses.current()).digest;
      } catch (thrown) {
        throw asDelivery(thrown, channel, of.redactor);
      }
    },
    send: async (notice, ask) => {
      let filled: FilledChannel | undefined;
      try {
        if (kind === undefined) throw noKind(channel);
        filled = await addresses.at(ask.to);
        const context = {
          ...of,
          ...means,
          ...ask,
          notice: withRegion(of.redactor.deep(notice), of.region),
          channel: filled.channel,
        };
        return { ...(await notify(kind, context)), address: filled.digest };
      } catch (thrown) {
        const fault = asDelivery(thrown, channel, of.redactor, filled?.digest);
        if (fault.permanent) addresses.refused(); // a refused secret may have changed since it was read
        throw fault;
      }
    },
  };
}

/** The notice with the region of the runner, if its environment names none: there its canaries run. */
export function withRegion(notice: Notice, region: string | undefined): Notice {
  if (region === undefined || notice.about?.region !== undefined) return notice;
  return { ...notice, about: { ...notice.about, region } };
}

/** Delivers a notice. One without a message gets a plain one, so that it does not block the ones after it. */
async function notify(
  kind: NotifierKind,
  context: Omit<NotifyContext, 'message'> & MessageWith,
): Promise<Delivered> {
  try {
    return await kind.notify({ ...context, message: messageOf(context.notice, context) });
  } catch (thrown) {
    if (thrown instanceof CanaryError) throw thrown;
    return kind.notify({ ...context, ...inFewWords(context.notice) });
  }
}

/** The notice with defaults for everything that a channel needs. */
function inFewWords(notice: Partial<Notice>): { readonly notice: Notice; readonly message: Message } {
  const { about, kind = 'opened', stream = 'target', severity = 'critical', openedAtMs = 0 } = notice;
  const whole: Notice = {
    id: String(notice.id),
    incident: String(notice.incident),
    stream,
    kind,
    severity,
    number: 1,
    atMs: Number.isFinite(notice.atMs) ? (notice.atMs as number) : 0,
    sinceMs: openedAtMs,
    openedAtMs,
    runs: 0,
    neverPassed: false,
    flapping: false,
    about: {
      canary: String(about?.canary),
      project: String(about?.project),
      environment: String(about?.environment),
      owner: about?.owner ?? '',
      tags: [],
      source: String(about?.source),
    },
    ...omitUndefined({ closedAtMs: notice.closedAtMs }),
  };
  return { notice: whole, message: plainMessageOf(notice) };
}

function noKind({ name, kind }: Channel): DeliveryError {
  return new DeliveryError(
    `The channel '${name}' cannot be used: this build holds no notifier '${kind}'. Build it again.`,
    { permanent: true },
  );
}

/** A delivery error for any error: the notice is uncertain. Texts of other systems may hold a secret. */
function asDelivery(thrown: unknown, channel: Channel, redactor: Redactor, address?: string): DeliveryError {
  const fault = deliveryOf(thrown, channel);
  const { permanent, unclear, unconfirmed, moved, retryAfterMs } = fault;
  return new DeliveryError(shortReason(redactor.text(fault.message)), {
    cause: fault.cause ?? thrown,
    permanent,
    unclear,
    unconfirmed,
    moved,
    ...omitUndefined({ retryAfterMs, address }),
  });
}

function deliveryOf(thrown: unknown, { name }: Channel): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (thrown instanceof CanaryError) {
    return new DeliveryError(
      `The channel '${name}' cannot be used, so the notice was not delivered. ${thrown.message}`,
      { cause: thrown, permanent: thrown.permanent },
    );
  }
  // Each way of sending gives its own errors a delivery error, so this one came before or after it, and will come again.
  const what = Error.isError(thrown) ? thrown.name : typeof thrown;
  return new DeliveryError(
    `The channel '${name}' broke (${what}), so it is unknown if the notice was delivered. Correct the channel, or report the fault.`,
    { cause: thrown, permanent: true, unclear: true },
  );
}
