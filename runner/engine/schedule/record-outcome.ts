import type { AlertEventInput } from '../../core/alert/alert-event.ts';
import type { CanaryState } from '../../core/alert/alert-state.ts';
import { digestOf } from '../../core/notice/failure-digest.ts';
import type { SlotKey, SlotRecord } from '../../core/store/slots.ts';
import { canaryOf, type FleetContext, factsOf, type ProposedState } from '../fleet-context.ts';

export type FinalSlot = SlotKey &
  Pick<SlotRecord, 'state'> &
  Partial<Pick<SlotRecord, 'count' | 'result' | 'reason'>>;

/**
 * Applies a slot's outcome to the alert state, then marks it as applied. Killed in between, it applies it again, which changes nothing. A
 * slot of a removed canary is marked only. Returns the state of the canary afterwards, if that may have changed.
 */
export async function recordOutcome(
  record: FinalSlot,
  context: FleetContext,
  known?: CanaryState,
): Promise<CanaryState | undefined> {
  const event = eventOf(record, context);
  const applied =
    event === undefined ? undefined : await context.alerting.apply(record.canary, [event], known);
  await context.runs.markApplied(record);
  return applied?.state;
}

/**
 * The alert state after a slot's outcome, for a store that saves both at once. Undefined for an outcome that `recordOutcome` must apply, as
 * for one without a state.
 */
export function proposeOutcome(
  record: FinalSlot,
  context: FleetContext,
  known: CanaryState | undefined,
): ProposedState | undefined {
  const event = eventOf(record, context);
  return known && event && context.alerting.propose(record.canary, [event], known);
}

function eventOf(
  { canary: name, state, slotAtMs, count = 1, result, reason = '' }: FinalSlot,
  context: FleetContext,
): AlertEventInput | undefined {
  const canary = canaryOf(context, name);
  if (canary === undefined || state === 'skipped' || state === 'running') return undefined;
  const about = factsOf(canary, context.fleet);
  if (state === 'done')
    return result === undefined ? undefined : { kind: 'result', digest: digestOf(result), about };
  return { kind: 'missed', slotAtMs, count, reason, about };
}
