import { ObserverError } from '../../base/errors.ts';
import { isSameJson } from '../../base/json.ts';
import type { AlertPolicy } from '../../model/canary.ts';
import type { CanaryFacts, Notice } from '../../notice/notice.ts';
import type { AlertEvent } from '../alert-event.ts';
import type { AlertState, CanaryState } from '../alert-state.ts';
import { isMuted, newAlertState, reduce } from '../reduce.ts';
import { written } from './delivery.ts';
import { followChannels } from './follow-channels.ts';
import { type EnqueueResult, enqueue, type Routes } from './outbox.ts';
import { withoutOldReceipts } from './receipts.ts';

/** Form of the alert states that this code reads and writes. */
const FORM: AlertState['form'] = 2;

/** A changed state, and the notices that were decided on the way. */
export interface AppliedEvents extends EnqueueResult {
  readonly notices: readonly Notice[];
}

/** The state of a canary that has none yet: version 0, which is never written. The caller makes the `incarnation`. */
export function newCanaryState(about: CanaryFacts, incarnation: string): CanaryState {
  return {
    canary: about.canary,
    version: 0,
    writer: '',
    alert: newAlertState(incarnation, about),
    outbox: [],
  };
}

/**
 * The next version of a canary's state: its incidents after the events, and the notices about them. They are one value, so that
 * neither is written without the other. The same object if nothing changes. Events that were applied before change nothing, so a
 * writer that was overtaken may load the state and apply them again.
 * @throws ObserverError for a state that another version of this code has written.
 */
export function applyEvents(
  before: CanaryState,
  events: readonly AlertEvent[],
  given: { readonly policy: AlertPolicy; readonly routes: Routes; readonly writer: string },
): AppliedEvents {
  refuseOtherForms(before);
  let next = before;
  const notices: Notice[] = [];
  const undelivered: Notice[] = [];
  for (const event of events) {
    const reduced = reduce(next.alert, event, given.policy);
    const moment = { routes: given.routes, nowMs: event.nowMs };
    const enqueued = enqueue({ ...next, alert: reduced.state }, reduced.notices, moment);
    const followed = followedAfter(enqueued.state, event, given.routes);
    next = withoutOldReceipts(followed.state);
    notices.push(...reduced.notices);
    undelivered.push(...enqueued.undelivered, ...followed.undelivered);
  }
  const state = isSameJson(next, before) ? before : written(next, given.writer);
  return { state, notices, undelivered };
}

function followedAfter(state: CanaryState, event: AlertEvent, routes: Routes): EnqueueResult {
  if (event.kind !== 'tick' || event.addresses === undefined) return { state, undelivered: [] };
  const { addresses, nowMs } = event;
  return followChannels(state, { addresses, routes, nowMs, isMuted: isMuted(state.alert, event) });
}

function refuseOtherForms({ canary, alert }: CanaryState): void {
  const form: number = alert.form;
  if (form === FORM) return;
  const writer = form > FORM ? 'A newer' : 'An older';
  const remedy = form > FORM ? 'Deploy the newer one again.' : 'Begin with a new state file or table.';
  throw new ObserverError(
    `${writer} Coalmine wrote the alerts of ${canary}: form ${form}, and this one reads form ${FORM}. ${remedy}`,
    { permanent: true },
  );
}
