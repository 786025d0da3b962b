import type { ActionRecord, CanaryState } from '../../core/alert/alert-state.ts';
import { deepFreeze } from '../../core/base/freeze.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isGood } from '../../core/base/verdict.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { unlessDamaged } from '../../core/store/damaged.ts';
import type { QueuedSlot } from '../../core/store/run-queue.ts';
import type { LeasedSlot, SettleOutcome } from '../../core/store/slots.ts';
import { sleepUntil } from '../abort.ts';
import { canaryOf, type FleetContext, newWriteId, reportRun } from '../fleet-context.ts';
import { runCanary } from '../run/run-canary.ts';
import type { OmissionReason } from './plan.ts';
import { type FinalSlot, proposeOutcome, recordOutcome } from './record-outcome.ts';
import { scheduleKeyAt } from './schedule-key.ts';

/**
 * Outcome of a slot at a worker. `taken`: another worker had it. `passed`: it was skipped. `early`, `busy`: it must wait for its
 * moment, or for another run of the canary. `late`: it was presumed dead, or so nearly that it did not begin; its result, if any,
 * is stored and counts for nothing.
 */
export type SlotOutcome = 'ran' | 'taken' | 'skipped' | 'early' | 'busy' | 'late';

export interface ExecuteOptions {
  /** Ends the run early; its cleanup still runs. */
  readonly signal: AbortSignal;
}

/** Time to store the result, and to send notices, after the run has ended. */
const AFTER_RUN_MS = 30_000;

/**
 * Makes the run of one slot, at most once among all workers. Claims the slot, runs, stores the result, applies it to the alert
 * state, delivers the notices. Killed after any step, it leaves the rest to the next tick.
 */
export async function executeSlot(
  slot: QueuedSlot,
  context: FleetContext,
  { signal }: ExecuteOptions,
): Promise<SlotOutcome> {
  const { runs, engine } = context;
  const refused = await refusedAt(slot, context);
  if (refused !== undefined) return refused;
  // The slot was queued ahead of its turn, so pauses and the existence of the canary are checked only now.
  const canary = canaryOf(context, slot.canary);
  if (canary === undefined) return skipSlot(slot, 'the canary is gone', context);
  const state = await unlessDamaged(context.alerts.load(slot.canary));
  if (state?.alert.pause !== undefined) return skipSlot(slot, pausedBy(state.alert.pause), context);
  const queues = canary.schedule.overlap === 'queue';
  if (queues && (await isUnderWay(slot, context))) return 'busy';
  const nowMs = engine.clock.nowMs();
  const owner = newWriteId(context); // the same for all attempts of this claim, and unique among claims of this slot
  const schedule = scheduleKeyAt(canary.schedule, slot.slotAtMs);
  const claim = await runs.claim({
    ...slot,
    owner,
    nowMs,
    leaseUntilMs: nowMs + longestMs(canary),
    schedule,
  });
  if (!claim.held) return 'taken';
  const mine = { canary: slot.canary, slotAtMs: slot.slotAtMs, owner, fence: claim.fence };
  // Only now is it sure that of two that take neighbouring slots at the same moment one sees the other; both give way, maybe.
  if (!queues && (await isUnderWay(slot, context))) {
    await runs.skip({ ...mine, reason: OVERLAP, nowMs: engine.clock.nowMs() });
    return 'skipped';
  }
  // After such a sleep the run is or soon will be presumed dead: it would run next to its successor.
  if (engine.clock.nowMs() > nowMs + AFTER_RUN_MS) return 'late';
  const result = await runConfirmed(canary, slot, { context, signal });
  return conclude({ ...mine, state: 'done', result }, state, context);
}

/** Stores a result and applies it to the alert state, at once if the store can; then sends the notices. */
async function conclude(
  outcome: Omit<LeasedSlot, 'nowMs'> & FinalSlot & { readonly result: RunResult },
  known: CanaryState | undefined,
  context: FleetContext,
): Promise<'ran' | 'late'> {
  const { runs, engine, alerting } = context;
  const proposed = proposeOutcome(outcome, context, known);
  const alerts = omitUndefined({ alerts: proposed?.state });
  const committed = await runs.commit({ ...outcome, nowMs: engine.clock.nowMs(), ...alerts });
  if (committed === 'late') return 'late';
  reportRun(engine, outcome.result);
  const isApplied = committed === 'applied' && proposed !== undefined;
  if (isApplied) alerting.saved(proposed);
  const next = isApplied ? proposed.state : await recordOutcome(outcome, context, known);
  if (next !== undefined && next.outbox.length > 0) await alerting.deliver([outcome.canary]);
  return 'ran';
}

function pausedBy({ by, reason }: ActionRecord): string {
  return `${by} paused the canary: ${reason}`;
}

const OVERTAKEN: OmissionReason = 'a newer one is due';
const OVERLAP = 'another run of the canary was still under way';

async function skipSlot(slot: QueuedSlot, reason: string, context: FleetContext): Promise<'skipped'> {
  const { canary, slotAtMs } = slot;
  const nowMs = context.engine.clock.nowMs();
  const planned = canaryOf(context, canary);
  const schedule = planned && scheduleKeyAt(planned.schedule, slotAtMs);
  const omitted = [{ canary, slotAtMs, state: 'skipped', reason, count: 1, nowMs } as const];
  const advance = { canary, toMs: slotAtMs, ...omitUndefined({ schedule }) };
  const [settled] = (await context.runs.settle([{ canary, omitted, advance }])) as [SettleOutcome];
  if (settled.kind === 'failed') throw settled.thrown;
  return 'skipped';
}

/**
 * The reason why a slot is not run now. Either its turn has not come. Or the slot before it, which was queued too, is in one
 * record with others, and this one may be among them. If that slot was never claimed, it was missed by now.
 */
async function refusedAt(
  slot: QueuedSlot,
  { runs, engine }: FleetContext,
): Promise<'early' | 'taken' | undefined> {
  const { canary, notBeforeMs, overtakes } = slot;
  const nowMs = engine.clock.nowMs();
  if (notBeforeMs > nowMs) return 'early';
  if (overtakes === undefined) return undefined;
  const row = { state: 'missed', reason: OVERTAKEN, count: 1, nowMs } as const;
  const count = await runs.skipMissed({ canary, slotAtMs: overtakes, ...row });
  return count === 1 ? undefined : 'taken';
}

/** True if the store knows a running slot of the canary other than this one: a later slot, if this one came late. */
async function isUnderWay({ canary, slotAtMs }: QueuedSlot, { runs }: FleetContext): Promise<boolean> {
  return (await runs.running(canary)).some((other) => other.slotAtMs !== slotAtMs);
}

function longestMs({ timeoutMs, alert: { confirmMs } }: Canary): number {
  const once = timeoutMs + CLEANUP_MS;
  return (confirmMs === undefined ? once : 2 * once + confirmMs) + AFTER_RUN_MS;
}

interface RunningSlot {
  readonly context: FleetContext;
  readonly signal: AbortSignal;
}

/** Repeats a failed run once if the canary asks for confirmation: the second verdict counts, and a pass is `degraded`. */
async function runConfirmed(canary: Canary, slot: QueuedSlot, running: RunningSlot): Promise<RunResult> {
  const { context, signal } = running;
  const { engine, runs } = context;
  const first = await runOnce(canary, slot, running);
  const { confirmMs } = canary.alert;
  if (first.verdict !== 'failed' || confirmMs === undefined || signal.aborted) return first;
  await sleepUntil(engine.clock.nowMs() + confirmMs, engine.clock, signal);
  if (signal.aborted) return first;
  const second = await runOnce(canary, slot, running);
  await runs.keep(first);
  if (!isGood(second.verdict)) return second;
  const reason = `passed only when it was run again; the first run (${first.runId}) failed`;
  return deepFreeze({ ...second, verdict: 'degraded', blame: 'target', reason });
}

async function runOnce(canary: Canary, { slotAtMs }: QueuedSlot, running: RunningSlot): Promise<RunResult> {
  const { engine, fleet } = running.context;
  const { project, environment } = fleet;
  return runCanary({ canary, project, environment, slotAtMs, signal: running.signal }, engine);
}
