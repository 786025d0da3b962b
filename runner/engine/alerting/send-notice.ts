import type { DeliveryBatch } from '../../core/alert/batch-notices.ts';
import { SEND_MS } from '../../core/alert/delivery.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { DeliveryError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import type { AlertingContext } from './alerting.ts';

/** Sends a batch to its channel, within ten seconds. Gives why the channel did not take it, or undefined. */
export async function sendNotice(
  { channel, notice, delayedSinceMs }: DeliveryBatch,
  { engine, notifierOf }: Pick<AlertingContext, 'engine' | 'notifierOf'>,
): Promise<DeliveryError | undefined> {
  const { clock } = engine;
  const sinceMs = clock.nowMs();
  const { signal, end } = deadlineIn(SEND_MS, undefined, clock, () => timedOut(channel));
  const late = delayedSinceMs === undefined ? {} : { delayedSinceMs };
  return raceAbort(notifierOf(channel).send(notice, { signal, ...late }), signal)
    .then(
      () => undefined,
      (thrown: unknown) => {
        const cause: unknown = signal.aborted ? timedOut(channel) : thrown;
        const fault = cause instanceof DeliveryError ? cause : unexpected(channel, cause, engine);
        return excused(fault, clock.stoodStillMs(sinceMs));
      },
    )
    .finally(end);
}

function timedOut(channel: string): Error {
  return new DeliveryError(`Channel '${channel}' did not answer in time.`, { mayArrive: true });
}

/** A failure while this process stood still does not count against the channel, unless the channel refused for good. */
function excused(fault: DeliveryError, stoodStillMs: number): DeliveryError {
  if (stoodStillMs === 0 || fault.permanent) return fault;
  const { mayArrive, retryAfterMs } = fault;
  return new DeliveryError(`The sender stood still for ${formatDuration(stoodStillMs)}. ${fault.message}`, {
    cause: fault,
    stoodStill: true,
    mayArrive,
    ...omitUndefined({ retryAfterMs }),
  });
}

/** An error other than the notifier's own, such as a reference that could not be read, or a bug. It is retryable. */
function unexpected(channel: string, thrown: unknown, engine: AlertingContext['engine']): DeliveryError {
  const error = engine.classifyAwsError(thrown);
  const message = error instanceof Error ? error.message : String(error);
  return new DeliveryError(engine.redactor.text(`Channel '${channel}' could not be used: ${message}`), {
    cause: thrown,
  });
}
