import type { DeliveryFacts } from '../../base/errors.ts';
import type { CanaryState, PendingNotice } from '../alert-state.ts';
import { withByHand } from './by-hand.ts';
import { announcesOpening, coalesce, isStatusUpdate, topicOf } from './coalesce.ts';
import { type EnqueueResult, fallbackOf, prune, type Routes, withFallback } from './outbox.ts';
import { acceptedOf, withoutOldReceipts, withRefusal } from './receipts.ts';

/** Refusal of a notice by a channel, as a `DeliveryError` describes it. */
export interface DeliveryFault extends DeliveryFacts {
  readonly message: string;
  readonly permanent: boolean;
}

/** A state after a refusal. */
export interface RefusedDelivery extends EnqueueResult {
  /** A channel that now counts as broken. The notice about that must go through another channel. */
  readonly broken?: { readonly channel: string; readonly reason: string };
}

interface RefusalContext {
  readonly fault: DeliveryFault;
  readonly nowMs: number;
  readonly routes: Routes;
}

/** The state without a notice that its channel does not take: its fallback gets it, or it is undelivered. `rest` is the notice without its lease. */
export function givenUp(
  state: CanaryState,
  { row, rest }: { readonly row: PendingNotice; readonly rest: PendingNotice },
  ask: RefusalContext,
): RefusedDelivery {
  // Notices behind it are given up with it: the fallback receives them merged.
  const outbox = coalesce(state.outbox.map((one) => (one === row ? rest : one)));
  const dropped = outbox.find((one) => isOfOneKind(one, row)) as PendingNotice;
  const next = notDelivered(withFallback({ ...state, outbox }, dropped, ask), dropped, ask);
  const left = { ...next, outbox: next.outbox.filter(({ id }) => id !== dropped.id) };
  const isCovered = isStatusUpdate(row) || fallbackOf(dropped, ask.routes) !== undefined;
  return {
    state: withoutOldReceipts(prune(askedToClose(left, dropped, ask), ask)),
    undelivered: isCovered ? [] : [dropped.notice],
    // An address that is given up says nothing of the one that the channel has now.
    ...(row.address === undefined ? { broken: { channel: row.channel, reason: ask.fault.message } } : {}),
  };
}

/** The state with a request to the operators, if an end is given up whose beginning its receiver accepted. */
function askedToClose(state: CanaryState, row: PendingNotice, ask: RefusalContext): CanaryState {
  const { notice, channel, address } = row;
  const isKnown = acceptedOf(state.alert, notice.incident).some((one) => one.channel === channel);
  if (notice.kind !== 'closed' || !(isKnown || address !== undefined)) return state;
  return withByHand(state, { notice, channel, reason: ask.fault.message }, ask).state;
}

function isOfOneKind(one: PendingNotice, other: PendingNotice): boolean {
  return topicOf(one) === topicOf(other) && isStatusUpdate(one) === isStatusUpdate(other);
}

/**
 * The state with a channel that did not take an opening removed from `deliveredTo`: it gets no end, and may get the opening yet. One that
 * accepted it before stays, and so does one that had the whole message and only did not confirm it.
 */
function notDelivered(state: CanaryState, row: PendingNotice, { fault, nowMs }: RefusalContext): CanaryState {
  const { channel, notice, unconfirmed = 0 } = row;
  const { [notice.incident]: notified, ...others } = state.alert.deliveredTo;
  const hasAccepted = acceptedOf(state.alert, notice.incident).some((one) => one.channel === channel);
  if (notified === undefined || unconfirmed > 0 || hasAccepted || !announcesOpening(notice)) return state;
  const left = notified.filter((name) => name !== channel);
  const next = withRefusal(state, row, { ...fault, reason: fault.message, nowMs });
  return { ...next, alert: { ...next.alert, deliveredTo: { ...others, [notice.incident]: left } } };
}
