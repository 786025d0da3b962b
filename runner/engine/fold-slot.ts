import { digestOf } from '../core/alert/digest.ts';
import type { SlotRecord } from '../core/ports.ts';
import { factsOf, type ToTell, tellAlerts } from './alerts.ts';
import { canaryOf, type Monitor } from './monitor.ts';

/**
 * Tells the alerts what became of a slot, then marks it as told. Killed in between, it is told again, and that changes
 * nothing. A slot of a canary that is gone is marked only.
 */
export async function foldSlot(record: SlotRecord, monitor: Monitor): Promise<void> {
  const event = eventOf(record, monitor);
  if (event !== undefined) await tellAlerts(record.canary, [event], monitor);
  await monitor.runs.fold(record);
}

function eventOf({ canary: name, state, slotAtMs, count, result, reason = '' }: SlotRecord, monitor: Monitor): ToTell | undefined {
  const canary = canaryOf(monitor, name);
  if (canary === undefined || state === 'skipped' || state === 'running') return undefined;
  const about = factsOf(canary, monitor);
  if (state === 'done') return result === undefined ? undefined : { kind: 'result', digest: digestOf(result), about };
  return { kind: 'missed', slotAtMs, count, reason, about };
}
