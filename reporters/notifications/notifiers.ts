import { CanaryError, DeliveryError } from '../../runner/core/base/errors.ts';
import { shortReason } from '../../runner/core/base/format.ts';
import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import type { References } from '../../runner/core/expression/reference.ts';
import { fillSettled } from '../../runner/core/expression/resolve-references.ts';
import type { Channel } from '../../runner/core/model/channel.ts';
import type { Environment, Project } from '../../runner/core/model/project.ts';
import type { Notice } from '../../runner/core/notice/notice.ts';
import type { Delivered, Notifier } from '../../runner/core/notice/notifier.ts';
import type { Redactor } from '../../runner/core/redaction/redact.ts';
import { type Message, messageOf, plainMessageOf } from '../message.ts';
import type { NotifierKind, NotifierPorts, NotifyContext } from './shared/notifier.ts';
import type * as table from './table.ts';

/** The kinds of channels that there are. */
export type ChannelKind = keyof typeof table;

/** Kinds of channels by their names: all of them, or those that a bundle holds. */
export type Notifiers = Readonly<Record<string, NotifierKind>>;

/** Parts of a project's notifiers. */
export interface NotifiersOf extends NotifierPorts {
  readonly kinds: Notifiers;
  readonly project: Pick<Project, 'channels'>;
  readonly environment: Environment;
  readonly references: References;
  readonly redactor: Redactor;
  /** Name of the CloudWatch dashboard to link to. */
  readonly dashboard?: string | undefined;
}

/** Validity of a filled-in channel before its references are read again: secrets change while the process runs. */
const FRESH_MS = 300_000;

/** A notifier for each channel of a project, by the channel's name. References are read when it is first used. */
export function notifiersOf(of: NotifiersOf): ReadonlyMap<string, Notifier> {
  return new Map(of.project.channels.map((channel) => [channel.name, notifierOf(channel, of)]));
}

function notifierOf(channel: Channel, of: NotifiersOf): Notifier {
  const kind = of.kinds[channel.kind];
  const means = kind?.reach.means(of);
  let filled: { readonly channel: Channel; readonly untilMs: number } | undefined;
  let refused = false;
  const current = async (): Promise<Channel> => {
    if (filled === undefined || of.clock.nowMs() >= filled.untilMs) {
      filled = { channel: await fill(channel, of, refused), untilMs: of.clock.nowMs() + FRESH_MS };
      refused = false;
    }
    return filled.channel;
  };
  return {
    send: async (notice, ask) => {
      try {
        if (kind === undefined) throw noKind(channel);
        const context = {
          ...of,
          ...means,
          ...ask,
          notice: of.redactor.deep(notice),
          channel: await current(),
        };
        return await notify(kind, context);
      } catch (thrown) {
        const fault = asDelivery(thrown, channel, of.redactor);
        if (fault.permanent) {
          filled = undefined; // a refused secret may have changed since it was read
          refused = true;
        }
        throw fault;
      }
    },
  };
}

/** Delivers a notice. One without a message gets a plain one, so that it does not block the ones after it. */
async function notify(
  kind: NotifierKind,
  context: Omit<NotifyContext, 'message'> & Pick<NotifiersOf, 'dashboard'>,
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
      owner: String(about?.owner),
      tags: [],
      source: String(about?.source),
    },
    ...omitUndefined({ closedAtMs: notice.closedAtMs }),
  };
  return { notice: whole, message: plainMessageOf(notice) };
}

async function fill(
  channel: Channel,
  { environment, references }: NotifiersOf,
  fresh: boolean,
): Promise<Channel> {
  const filled = async (text: string) => String(await fillSettled(text, environment, references, { fresh }));
  const address = await filled(channel.address);
  const options: Record<string, string> = {};
  for (const [key, text = ''] of Object.entries(channel.options)) options[key] = await filled(text);
  return { ...channel, address, options };
}

function noKind({ name, kind }: Channel): DeliveryError {
  return new DeliveryError(
    `The channel '${name}' cannot be used: this build holds no notifier '${kind}'. Build it again.`,
    { permanent: true },
  );
}

/** A delivery error for any error: the notice is uncertain. Texts of other systems may hold a secret. */
function asDelivery(thrown: unknown, channel: Channel, redactor: Redactor): DeliveryError {
  const fault = deliveryOf(thrown, channel);
  const { permanent, unconfirmed, retryAfterMs } = fault;
  return new DeliveryError(shortReason(redactor.text(fault.message)), {
    cause: fault.cause ?? thrown,
    permanent,
    unconfirmed,
    ...omitUndefined({ retryAfterMs }),
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
    { cause: thrown, permanent: true },
  );
}
