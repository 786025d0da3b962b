import type { CanaryState } from '../../core/alert/alert-state.ts';
import { gather, type Parcel } from '../../core/alert/batch-notices.ts';
import {
  delivered,
  leaseDue,
  mayStillSend,
  type Refused,
  refused,
  SEND_MS,
  type Tried,
} from '../../core/alert/delivery.ts';
import { sayDuration } from '../../core/base/duration.ts';
import { DeliveryError } from '../../core/base/errors.ts';
import { limitedTo, orAborted } from '../abort.ts';
import type { Monitor } from '../fleet-context.ts';
import { BROKEN, changeState, mint, routesFor, tellAlerts } from './apply-alert-events.ts';

/**
 * Sends what people must still be told of some canaries: lease, send, mark. Whoever dies in between leaves a lease that runs
 * out, and the next one sends again: a notice may come twice, and is never lost.
 */
export async function deliver(names: readonly string[], monitor: Monitor): Promise<void> {
  const due = [];
  for (const name of names) {
    const { due: leased } = await changeState(name, { monitor }, (state) => {
      const nowMs = monitor.engine.clock.nowMs();
      const asked = { owner: monitor.owner, nowMs, routes: routesFor(name, monitor), writer: mint(monitor) };
      const leasing = leaseDue(state, asked);
      return { ...leasing, changed: leasing.state };
    });
    due.push(...leased);
  }
  await Promise.all(gather(due).map(async (parcel) => hand(parcel, monitor)));
}

/**
 * One message to one channel, and what is written of it at every canary it speaks of. Who comes to send only when the lease
 * is all but over leaves it to the next one, and would otherwise say something old after what is new.
 */
async function hand(parcel: Parcel, monitor: Monitor): Promise<void> {
  if (!parcel.holds.every(({ row }) => mayStillSend(row, monitor.engine.clock.nowMs()))) return;
  const fault = await send(parcel, monitor);
  for (const { canary, row } of parcel.holds) {
    const tried = { id: row.id, owner: monitor.owner, fence: row.attempts };
    if (fault === undefined) {
      await changeState(canary, { monitor }, (state) => ({
        changed: delivered(state, tried, mint(monitor)),
      }));
    } else await refuse(canary, { tried, fault }, monitor);
  }
  if (fault === undefined) await relieve(parcel.channel, monitor);
}

async function send(
  { channel, notice, delayedSinceMs }: Parcel,
  monitor: Monitor,
): Promise<DeliveryError | undefined> {
  const { clock } = monitor.engine;
  const sinceMs = clock.nowMs();
  const limit = limitedTo(SEND_MS, new AbortController().signal, clock, () => tooSlow(channel));
  const late = delayedSinceMs === undefined ? {} : { delayedSinceMs };
  return orAborted(monitor.notifierOf(channel).send(notice, { signal: limit.signal, ...late }), limit.signal)
    .then(
      () => undefined,
      (thrown: unknown) => {
        const cause: unknown = limit.aborted ? tooSlow(channel) : thrown;
        const fault = cause instanceof DeliveryError ? cause : unsure(channel, cause, monitor);
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
  return new DeliveryError(`The sender stood still for ${sayDuration(stoodStillMs)}. ${fault.message}`, {
    cause: fault,
    stoodStill: true,
    mayArrive,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What a notifier throws beside its own errors: a reference that could not be read, a bug. It is tried again. */
function unsure(channel: string, thrown: unknown, { engine }: Monitor): DeliveryError {
  const sorted = engine.sortFault(thrown);
  const words = sorted instanceof Error ? sorted.message : String(sorted);
  return new DeliveryError(engine.redactor.text(`Channel '${channel}' could not be used: ${words}`), {
    cause: thrown,
  });
}

interface Refusal {
  readonly tried: Tried;
  readonly fault: DeliveryError;
}

/** That a notice is given up is told before it is: who dies in between leaves it to be given up, and told, again. */
async function refuse(canary: string, { tried, fault }: Refusal, monitor: Monitor): Promise<void> {
  const [byte] = monitor.engine.random.bytes(1) as unknown as readonly [number];
  const first = async ({ undelivered, broken }: Refused): Promise<void> => {
    await monitor.undelivered(undelivered);
    if (broken !== undefined) await report(broken, monitor);
  };
  await changeState<Refused & { readonly changed: CanaryState }>(canary, { monitor, first }, (state) => {
    const asked = {
      fault,
      nowMs: monitor.engine.clock.nowMs(),
      fraction: byte / 256,
      routes: routesFor(canary, monitor),
      writer: mint(monitor),
    };
    const after = refused(state, tried, asked);
    return { ...after, changed: after.state };
  });
}

/** The operators hear of a broken channel as they hear of a blind canary, and by any channel but that one. */
async function report(
  broken: { readonly channel: string; readonly reason: string },
  monitor: Monitor,
): Promise<void> {
  const { channel } = broken;
  const reason = `Channel '${channel}' is broken: ${broken.reason}`;
  await tellAlerts(nameOf(channel), [{ kind: 'trouble', reason }], monitor);
}

async function relieve(channel: string, monitor: Monitor): Promise<void> {
  const state = await monitor.alerts.load(nameOf(channel));
  if (state?.alert.blind.incident === undefined) return;
  const reason = `Channel '${channel}' takes notices again.`;
  await tellAlerts(nameOf(channel), [{ kind: 'relief', reason }], monitor);
}

/** Each broken channel has alerts of its own, so that two of them are two incidents. */
function nameOf(channel: string): string {
  return `${BROKEN}${channel}`;
}
