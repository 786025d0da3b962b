import type { QueuedSlot } from '../../core/store/run-queue.ts';
import type { SlotRecord } from '../../core/store/slots.ts';
import { applyAlertEvents } from '../alerting/apply-alert-events.ts';
import { deliverDue } from '../alerting/deliver-due.ts';
import { LEFT_BEHIND, requestSweep, resolveCleanupIncident } from '../cleanup/sweep-fleet.ts';
import type { FleetContext } from '../fleet-context.ts';
import { type PlannedCanary, planFleet, type Trying } from './plan-fleet.ts';
import { recordOutcome } from './record-outcome.ts';

/** What a tick did. Without faults it was complete, and whoever waits for a sign of life may have one. */
export interface TickResult {
  readonly planned: readonly QueuedSlot[];
  /** How many slots were passed by: missed, or not meant to run. */
  readonly passed: number;
  /** How many of them should have run, and did not. */
  readonly missed: number;
  /** Slots whose runner died. */
  readonly lost: readonly SlotRecord[];
  /** Since the oldest slot whose run is under way, in milliseconds; 0 where none is. */
  readonly oldestRunMs: number;
  /** What could not be done; the next tick tries it again. */
  readonly faults: readonly unknown[];
  /** The earliest moment at which there may be more to do, epoch milliseconds; infinite where none is known. */
  readonly nextWakeMs: number;
}

/** Others' clocks may differ from ours by this much before a lease of theirs is taken for spent. */
const SKEW_MS = 30_000;

/**
 * One tick: "look now". It carries no meaning of its own, so one that comes twice, late or not at all does no harm: what is
 * due is worked out from what the stores remember. What died is ended and told, what is due is queued, and what people have
 * not heard yet is sent. What one of these cannot do does not keep the others from being done.
 */
export async function tick(context: FleetContext): Promise<TickResult> {
  const faults: unknown[] = [];
  const trying: Trying = async (work) => {
    try {
      return await work();
    } catch (thrown) {
      faults.push(context.engine.classifyAwsError(thrown));
      return undefined;
    }
  };
  const lost = (await trying(() => sweep(context))) ?? [];
  await foldAll(context, trying);
  const plans = await planFleet(context, trying);
  await trying(() => requestSweep(context));
  await notifyAll(context, trying);
  return { ...sumOf(plans), lost, faults };
}

function sumOf(plans: readonly PlannedCanary[]): Omit<TickResult, 'lost' | 'faults'> {
  return {
    planned: plans.flatMap(({ due }) => due),
    passed: plans.reduce((sum, { passed }) => sum + passed, 0),
    missed: plans.reduce((sum, { missed }) => sum + missed, 0),
    oldestRunMs: Math.max(0, ...plans.map((plan) => plan.oldestRunMs)),
    nextWakeMs: Math.min(...plans.map(({ nextWakeMs }) => nextWakeMs)),
  };
}

async function sweep({ runs, engine }: FleetContext): Promise<readonly SlotRecord[]> {
  const nowMs = engine.clock.nowMs();
  return runs.expireLeases({ expiredBeforeMs: nowMs - SKEW_MS, nowMs });
}

/** What a worker did not come to tell is told now. */
async function foldAll(context: FleetContext, trying: Trying): Promise<void> {
  const records = (await trying(() => context.runs.unapplied())) ?? [];
  for (const record of records) await trying(() => recordOutcome(record, context));
}

/** Reminders fall due, mutes end and retries come up without any run to say so. */
async function notifyAll(context: FleetContext, trying: Trying): Promise<void> {
  const names = (await trying(() => context.alerts.withNotices(context.engine.clock.nowMs()))) ?? [];
  if (names.includes(LEFT_BEHIND)) await trying(() => resolveCleanupIncident(context));
  for (const name of names) await trying(() => applyAlertEvents(name, [{ kind: 'tick' }], context));
  await trying(() => deliverDue(names, context));
}
