import type { CanaryState } from '../../core/alert/alert-state.ts';
import { batchNotices, type DeliveryBatch } from '../../core/alert/batch-notices.ts';
import {
  type DeliveryAttempt,
  delivered,
  leaseDue,
  mayStillSend,
  type RefusedDelivery,
  refused,
  SEND_MS,
} from '../../core/alert/delivery.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { DeliveryError } from '../../core/base/errors.ts';
import { limitedTo, raceAbort } from '../abort.ts';
import type { FleetContext } from '../fleet-context.ts';
import { applyAlertEvents, BROKEN, changeState, newWriteId, routesFor } from './apply-alert-events.ts';

/**
 * Sends what people must still be told of some canaries: lease, send, mark. Whoever dies in between leaves a lease that runs
 * out, and the next one sends again: a notice may come twice, and is never lost.
 */
export async function deliverDue(names: readonly string[], context: FleetContext): Promise<void> {
  const due = [];
  for (const name of names) {
    const { due: leased } = await changeState(name, { context }, (state) => {
      const nowMs = context.engine.clock.nowMs();
      const asked = {
        owner: context.owner,
        nowMs,
        routes: routesFor(name, context),
        writer: newWriteId(context),
      };
      const leasing = leaseDue(state, asked);
      return { ...leasing, changed: leasing.state };
    });
    due.push(...leased);
  }
  await Promise.all(batchNotices(due).map(async (parcel) => deliverBatch(parcel, context)));
}

/**
 * One message to one channel, and what is written of it at every canary it speaks of. Who comes to send only when the lease
 * is all but over leaves it to the next one, and would otherwise say something old after what is new.
 */
async function deliverBatch(parcel: DeliveryBatch, context: FleetContext): Promise<void> {
  if (!parcel.holds.every(({ row }) => mayStillSend(row, context.engine.clock.nowMs()))) return;
  const fault = await send(parcel, context);
  for (const { canary, row } of parcel.holds) {
    const tried = { id: row.id, owner: context.owner, fence: row.attempts };
    if (fault === undefined) {
      await changeState(canary, { context }, (state) => ({
        changed: delivered(state, tried, newWriteId(context)),
      }));
    } else await refuse(canary, { tried, fault }, context);
  }
  if (fault === undefined) await resolveChannelIncident(parcel.channel, context);
}

async function send(
  { channel, notice, delayedSinceMs }: DeliveryBatch,
  context: FleetContext,
): Promise<DeliveryError | undefined> {
  const { clock } = context.engine;
  const sinceMs = clock.nowMs();
  const limit = limitedTo(SEND_MS, new AbortController().signal, clock, () => tooSlow(channel));
  const late = delayedSinceMs === undefined ? {} : { delayedSinceMs };
  return raceAbort(context.notifierOf(channel).send(notice, { signal: limit.signal, ...late }), limit.signal)
    .then(
      () => undefined,
      (thrown: unknown) => {
        const cause: unknown = limit.aborted ? tooSlow(channel) : thrown;
        const fault = cause instanceof DeliveryError ? cause : unsure(channel, cause, context);
        return excused(fault, clock.stoodStillMs(sinceMs));
      },
    )
    .finally(limit.end);
}

function tooSlow(channel: string): Error {
  return new DeliveryError(`Channel '${channel}' did not answer in time.`, { mayArrive: true });
}

/** A channel that could not be told while we stood still may be well; what it refuses for good, it refuses. */
function excused(fault: DeliveryError, stoodStillMs: number): DeliveryError {
  if (stoodStillMs === 0 || fault.permanent) return fault;
  const { mayArrive, retryAfterMs } = fault;
  return new DeliveryError(`The sender stood still for ${formatDuration(stoodStillMs)}. ${fault.message}`, {
    cause: fault,
    stoodStill: true,
    mayArrive,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What a notifier throws beside its own errors: a reference that could not be read, a bug. It is tried again. */
function unsure(channel: string, thrown: unknown, { engine }: FleetContext): DeliveryError {
  const sorted = engine.classifyAwsError(thrown);
  const words = sorted instanceof Error ? sorted.message : String(sorted);
  return new DeliveryError(engine.redactor.text(`Channel '${channel}' could not be used: ${words}`), {
    cause: thrown,
  });
}

interface Refusal {
  readonly tried: DeliveryAttempt;
  readonly fault: DeliveryError;
}

/** That a notice is given up is told before it is: who dies in between leaves it to be given up, and told, again. */
async function refuse(canary: string, { tried, fault }: Refusal, context: FleetContext): Promise<void> {
  const [byte] = context.engine.random.bytes(1) as unknown as readonly [number];
  const beforeSave = async ({ undelivered, broken }: RefusedDelivery): Promise<void> => {
    await context.undelivered(undelivered);
    if (broken !== undefined) await report(broken, context);
  };
  await changeState<RefusedDelivery & { readonly changed: CanaryState }>(
    canary,
    { context, beforeSave },
    (state) => {
      const asked = {
        fault,
        nowMs: context.engine.clock.nowMs(),
        fraction: byte / 256,
        routes: routesFor(canary, context),
        writer: newWriteId(context),
      };
      const after = refused(state, tried, asked);
      return { ...after, changed: after.state };
    },
  );
}

/** The operators hear of a broken channel as they hear of a blind canary, and by any channel but that one. */
async function report(
  broken: { readonly channel: string; readonly reason: string },
  context: FleetContext,
): Promise<void> {
  const { channel } = broken;
  const reason = `Channel '${channel}' is broken: ${broken.reason}`;
  await applyAlertEvents(nameOf(channel), [{ kind: 'trouble', reason }], context);
}

async function resolveChannelIncident(channel: string, context: FleetContext): Promise<void> {
  const state = await context.alerts.load(nameOf(channel));
  if (state?.alert.observer.incident === undefined) return;
  const reason = `Channel '${channel}' takes notices again.`;
  await applyAlertEvents(nameOf(channel), [{ kind: 'relief', reason }], context);
}

/** Each broken channel has alerts of its own, so that two of them are two incidents. */
function nameOf(channel: string): string {
  return `${BROKEN}${channel}`;
}
