import type { DeliveryBatch } from '../../core/alert/outbox/batch-notices.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { CanaryError, DeliveryError, thrownMessage } from '../../core/base/errors.ts';
import { shortReason } from '../../core/base/format.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { DELIVERY_TIMEOUT_MS } from '../../core/model/channel.ts';
import type { Delivered } from '../../core/notice/notifier.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import type { AlertingContext } from './alerting.ts';

/** Limit of one try to deliver on a channel, in milliseconds. */
export function timeoutOf(channel: string, { fleet }: Pick<AlertingContext, 'fleet'>): number {
  return fleet.project.channels.find(({ name }) => name === channel)?.timeoutMs ?? DELIVERY_TIMEOUT_MS;
}

/** Sends a batch to its channel, within the channel's time limit. Gives the channel's answer, or why it did not take it. */
export async function sendNotice(
  { channel, notice, delayedSinceMs, to }: DeliveryBatch,
  { engine, fleet, notifierOf }: Pick<AlertingContext, 'engine' | 'fleet' | 'notifierOf'>,
): Promise<Delivered | DeliveryError> {
  const { clock } = engine;
  const sinceMs = clock.nowMs();
  let isSent = false;
  const sent = (): void => {
    isSent = true;
  };
  const { signal, end } = deadlineIn(timeoutOf(channel, { fleet }), undefined, clock, () =>
    timedOut(channel, isSent),
  );
  const send = async (): Promise<Delivered> =>
    notifierOf(channel).send(notice, { signal, delayedSinceMs, to, sent });
  return raceAbort(send(), signal)
    .catch((thrown: unknown) => {
      const cause: unknown = signal.aborted ? timedOut(channel, isSent) : thrown;
      const fault = cause instanceof DeliveryError ? cause : unexpected(cause, { channel, isSent, engine });
      return excused(fault, clock.stoodStillMs(sinceMs));
    })
    .finally(end);
}

function timedOut(channel: string, isSent: boolean): Error {
  return new DeliveryError(`Channel '${channel}' did not answer in time.`, {
    mayArrive: true,
    unconfirmed: isSent,
  });
}

/** A failure while this process stood still does not count against the channel, unless the channel refused for good. */
function excused(fault: DeliveryError, stoodStillMs: number): DeliveryError {
  if (stoodStillMs === 0 || fault.permanent) return fault;
  const { unclear, mayArrive, retryAfterMs } = fault;
  return new DeliveryError(`The sender stood still for ${formatDuration(stoodStillMs)}. ${fault.message}`, {
    cause: fault,
    stoodStill: true,
    unclear,
    mayArrive,
    ...omitUndefined({ retryAfterMs }),
  });
}

interface Unexpected extends Pick<AlertingContext, 'engine'> {
  readonly channel: string;
  readonly isSent: boolean;
}

/** An error other than the notifier's own, such as a bug. Another try can help if the notice was sent, or if the network or AWS was at fault. */
function unexpected(thrown: unknown, { channel, isSent, engine }: Unexpected): DeliveryError {
  const error = engine.classifyAwsError(thrown);
  const message = thrownMessage(error);
  const mayHelp = isSent || (error instanceof CanaryError && !error.permanent);
  const text = engine.redactor.text(`Channel '${channel}' could not be used: ${message}`);
  return new DeliveryError(shortReason(text), {
    cause: thrown,
    permanent: !mayHelp,
    unclear: isSent,
  });
}
