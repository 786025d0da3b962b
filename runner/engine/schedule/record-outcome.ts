import type { CanaryState } from '../../core/alert/alert-state.ts';
import { digestOf } from '../../core/notice/failure-digest.ts';
import type { SlotKey, SlotRecord } from '../../core/store/slots.ts';
import { factsOf, type ToTell, tellAlerts } from '../alerting/apply-alert-events.ts';
import { canaryOf, type Monitor } from '../fleet-context.ts';

/** What is told of a slot. */
export type FinalSlot = SlotKey &
  Pick<SlotRecord, 'state'> &
  Partial<Pick<SlotRecord, 'count' | 'result' | 'reason'>>;

/**
 * Tells the alerts what became of a slot, then marks it as told. Killed in between, it is told again, and that changes
 * nothing. A slot of a canary that is gone is marked only. Gives the state of the canary from then on, where that may be another.
 */
export async function foldSlot(
  record: FinalSlot,
  monitor: Monitor,
  known?: CanaryState,
): Promise<CanaryState | undefined> {
  const event = eventOf(record, monitor);
  const told = event === undefined ? undefined : await tellAlerts(record.canary, [event], monitor, known);
  await monitor.runs.fold(record);
  return told?.state;
}

function eventOf(
  { canary: name, state, slotAtMs, count = 1, result, reason = '' }: FinalSlot,
  monitor: Monitor,
): ToTell | undefined {
  const canary = canaryOf(monitor, name);
  if (canary === undefined || state === 'skipped' || state === 'running') return undefined;
  const about = factsOf(canary, monitor);
  if (state === 'done')
    return result === undefined ? undefined : { kind: 'result', digest: digestOf(result), about };
  return { kind: 'missed', slotAtMs, count, reason, about };
}
