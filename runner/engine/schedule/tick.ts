import { CLEANUP_ALERTS } from '../../core/alert/runner-alerts.ts';
import type { QueuedSlot } from '../../core/store/run-queue.ts';
import type { SlotRecord } from '../../core/store/slots.ts';
import { requestSweep, resolveCleanupIncident } from '../cleanup/sweep-fleet.ts';
import type { FleetContext } from '../fleet-context.ts';
import { type Trying, tryingInto } from '../trying.ts';
import { type PlannedCanary, planFleet } from './plan-fleet.ts';
import { recordOutcome } from './record-outcome.ts';

/** Result of a tick. Without faults it was complete, and a heartbeat may be sent. */
export interface TickResult {
  readonly planned: readonly QueuedSlot[];
  /** Number of slots that do not run: missed, or skipped. */
  readonly omitted: number;
  /** Number of those that should have run, and did not. */
  readonly missed: number;
  /** Slots whose runner died. */
  readonly lost: readonly SlotRecord[];
  /** Time since the oldest slot whose run is in progress, in milliseconds; 0 if there is none. */
  readonly oldestRunMs: number;
  /** Errors of parts; the next tick repeats them. */
  readonly faults: readonly unknown[];
  /** The earliest moment of more work, epoch milliseconds; infinite if none is known. */
  readonly nextWakeMs: number;
}

/** Allowance for clock differences before a lease of another process counts as expired. */
const SKEW_MS = 30_000;

/**
 * One tick. It carries no state of its own, so one that comes twice, late or never does no harm: the work is derived from the stores. It
 * ends dead runs and applies them, queues due slots, and sends pending notices. A failure of one part does not stop the others.
 */
export async function tick(context: FleetContext): Promise<TickResult> {
  const faults: unknown[] = [];
  const trying = tryingInto(faults, (thrown) => context.engine.classifyAwsError(thrown));
  const lost = (await trying(() => sweep(context))) ?? [];
  await applyOutcomes(context, trying);
  const plans = await planFleet(context, trying);
  await trying(() => requestSweep(context));
  await notifyAll(context, trying);
  return { ...sumOf(plans), lost, faults };
}

function sumOf(plans: readonly PlannedCanary[]): Omit<TickResult, 'lost' | 'faults'> {
  return {
    planned: plans.flatMap(({ due }) => due),
    omitted: plans.reduce((sum, { omitted }) => sum + omitted, 0),
    missed: plans.reduce((sum, { missed }) => sum + missed, 0),
    oldestRunMs: Math.max(0, ...plans.map((plan) => plan.oldestRunMs)),
    nextWakeMs: Math.min(...plans.map(({ nextWakeMs }) => nextWakeMs)),
  };
}

async function sweep({ runs, engine }: FleetContext): Promise<readonly SlotRecord[]> {
  const nowMs = engine.clock.nowMs();
  return runs.expireLeases({ expiredBeforeMs: nowMs - SKEW_MS, nowMs });
}

/** Applies outcomes that a worker left unapplied. */
async function applyOutcomes(context: FleetContext, trying: Trying): Promise<void> {
  const records = (await trying(() => context.runs.unapplied())) ?? [];
  for (const record of records) await trying(() => recordOutcome(record, context));
}

/** Covers reminders, ends of mutes, changes of channels and retries, which come without a run. */
async function notifyAll(context: FleetContext, trying: Trying): Promise<void> {
  const { alerting, alerts, engine } = context;
  const names = (await trying(() => alerts.withNotices(engine.clock.nowMs()))) ?? [];
  if (names.includes(CLEANUP_ALERTS)) await trying(() => resolveCleanupIncident(context));
  const addresses = names.length === 0 ? undefined : await trying(() => alerting.addresses());
  for (const name of names) await trying(() => alerting.apply(name, [{ kind: 'tick', addresses }]));
  await trying(() => alerting.deliver(names));
  await trying(() => alerting.deliverGroups(names));
}
