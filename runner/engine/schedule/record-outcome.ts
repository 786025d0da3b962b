import type { CanaryState } from '../../core/alert/alert-state.ts';
import { digestOf } from '../../core/notice/failure-digest.ts';
import type { SlotKey, SlotRecord } from '../../core/store/slots.ts';
import { type AlertEventInput, applyAlertEvents, factsOf } from '../alerting/apply-alert-events.ts';
import { canaryOf, type FleetContext } from '../fleet-context.ts';

/** What is told of a slot. */
export type FinalSlot = SlotKey &
  Pick<SlotRecord, 'state'> &
  Partial<Pick<SlotRecord, 'count' | 'result' | 'reason'>>;

/**
 * Tells the alerts what became of a slot, then marks it as told. Killed in between, it is told again, and that changes
 * nothing. A slot of a canary that is gone is marked only. Gives the state of the canary from then on, where that may be another.
 */
export async function recordOutcome(
  record: FinalSlot,
  context: FleetContext,
  known?: CanaryState,
): Promise<CanaryState | undefined> {
  const event = eventOf(record, context);
  const told =
    event === undefined ? undefined : await applyAlertEvents(record.canary, [event], context, known);
  await context.runs.markApplied(record);
  return told?.state;
}

function eventOf(
  { canary: name, state, slotAtMs, count = 1, result, reason = '' }: FinalSlot,
  context: FleetContext,
): AlertEventInput | undefined {
  const canary = canaryOf(context, name);
  if (canary === undefined || state === 'skipped' || state === 'running') return undefined;
  const about = factsOf(canary, context);
  if (state === 'done')
    return result === undefined ? undefined : { kind: 'result', digest: digestOf(result), about };
  return { kind: 'missed', slotAtMs, count, reason, about };
}
