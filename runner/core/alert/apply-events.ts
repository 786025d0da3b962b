import { ObserverError } from '../base/errors.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { CanaryFacts, Notice } from '../notice/notice.ts';
import type { AlertEvent } from './alert-event.ts';
import type { CanaryState } from './alert-state.ts';
import { written } from './delivery.ts';
import { type EnqueueResult, enqueue, type Routes } from './outbox.ts';
import { newAlertState, reduce } from './reduce.ts';

/** What a state becomes, and what was decided on the way. */
export interface AppliedEvents extends EnqueueResult {
  readonly notices: readonly Notice[];
}

/** The state of a canary that has none yet: version 0, which is never written. `incarnation` is minted by the caller. */
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
 * The next version of a canary's state: what the events make of its incidents, and what people must be told of that, in one
 * value, so that neither can be written without the other. Where nothing changes it is the same object, and need not be written.
 * Who finds that another was first loads again and does it again: events that were folded already change nothing.
 * @throws ObserverError for a state that a newer version of this code has written.
 */
export function applyEvents(
  before: CanaryState,
  events: readonly AlertEvent[],
  given: { readonly policy: AlertPolicy; readonly routes: Routes; readonly writer: string },
): AppliedEvents {
  refuseNewer(before);
  let next = before;
  const notices: Notice[] = [];
  const undelivered: Notice[] = [];
  for (const event of events) {
    const stepped = reduce(next.alert, event, given.policy);
    const told = { ...next, alert: stepped.state };
    const posted = enqueue(told, stepped.notices, { routes: given.routes, nowMs: event.nowMs });
    next = posted.state;
    notices.push(...stepped.notices);
    undelivered.push(...posted.undelivered);
  }
  const changed = JSON.stringify(next) !== JSON.stringify(before);
  return { state: changed ? written(next, given.writer) : before, notices, undelivered };
}

function refuseNewer({ canary, alert }: CanaryState): void {
  const form: number = alert.form;
  if (form === 1) return;
  throw new ObserverError(
    `The alerts of ${canary} were written in form ${form}, and this Coalmine reads form 1, so nobody can be told of them. Deploy the newer one again.`,
    { lasting: true },
  );
}
