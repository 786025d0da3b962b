import { ObserverError } from '../core/errors.ts';
import type { SlotRecord } from '../core/ports.ts';
import type { QueuedSlot } from '../core/run-queue.ts';
import { tellAlerts } from './alerts.ts';
import { atMost } from './at-most.ts';
import { deliver } from './deliver.ts';
import { foldSlot } from './fold-slot.ts';
import type { Monitor, ScheduledCanary } from './monitor.ts';
import { lastSlotMs, type PassedSlots, planOf } from './plan.ts';
import { askToSweep, LEFT_BEHIND, relieveCleanup } from './sweep-fleet.ts';

/** What a tick did. Without faults it was complete, and whoever waits for a sign of life may have one. */
export interface Ticked {
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

/** A store across a network answers many at a time: a thousand canaries are planned within seconds. */
const PLANNED_AT_ONCE = 50;

type Trying = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/**
 * One tick: "look now". It carries no meaning of its own, so one that comes twice, late or not at all does no harm: what is
 * due is worked out from what the stores remember. What died is ended and told, what is due is queued, and what people have
 * not heard yet is sent. What one of these cannot do does not keep the others from being done.
 */
export async function tick(monitor: Monitor): Promise<Ticked> {
  const faults: unknown[] = [];
  const trying: Trying = async (work) => {
    try {
      return await work();
    } catch (thrown) {
      faults.push(monitor.engine.sortFault(thrown));
      return undefined;
    }
  };
  const lost = (await trying(() => sweep(monitor))) ?? [];
  await foldAll(monitor, trying);
  const planning = await atMost(PLANNED_AT_ONCE, monitor.fleet.canaries, (canary) =>
    trying(() => planCanary(canary, monitor)),
  );
  const plans = planning.filter((planned) => planned !== undefined);
  await trying(() => askToSweep(monitor));
  await tellAll(monitor, trying);
  return { ...sumOf(plans), lost, faults };
}

function sumOf(plans: readonly Planned[]): Omit<Ticked, 'lost' | 'faults'> {
  return {
    planned: plans.flatMap(({ due }) => due),
    passed: plans.reduce((sum, { passed }) => sum + passed, 0),
    missed: plans.reduce((sum, { missed }) => sum + missed, 0),
    oldestRunMs: Math.max(0, ...plans.map((plan) => plan.oldestRunMs)),
    nextWakeMs: Math.min(...plans.map(({ nextWakeMs }) => nextWakeMs)),
  };
}

async function sweep({ runs, engine }: Monitor): Promise<readonly SlotRecord[]> {
  const nowMs = engine.clock.nowMs();
  return runs.sweep({ expiredBeforeMs: nowMs - SKEW_MS, nowMs });
}

/** What a worker did not come to tell is told now. */
async function foldAll(monitor: Monitor, trying: Trying): Promise<void> {
  const records = (await trying(() => monitor.runs.unfolded())) ?? [];
  for (const record of records) await trying(() => foldSlot(record, monitor));
}

interface Planned {
  readonly oldestRunMs: number;
  readonly due: readonly QueuedSlot[];
  readonly passed: number;
  readonly missed: number;
  readonly nextWakeMs: number;
}

/**
 * The watermark stays before a slot that is handed out until a worker has taken it: lost on the way, it is handed out again by
 * the next tick. It moves last: killed before that, the next tick plans the same slots again, and each is still run once.
 */
async function planCanary(canary: ScheduledCanary, monitor: Monitor): Promise<Planned> {
  const { runs, queue, engine } = monitor;
  const { name } = canary;
  const askedAtMs = engine.clock.nowMs();
  const [watermarkMs, running] = await Promise.all([runs.watermark(name), runs.running(name)]);
  // Handed out, and begun by nobody: only when it is begun is it known what else is due beside it.
  if (running.length === 0 && queue.holds(name)) return WAITING;
  // A canary's life begins when nobody is known to have planned it; by the time of the answer another may have.
  const nowMs = watermarkMs === undefined ? askedAtMs : engine.clock.nowMs();
  const plan = planOf({ canary, nowMs, watermarkMs, running: running.length > 0 });
  if ('fault' in plan) throw new ObserverError(plan.message);
  for (const row of plan.passed) {
    const count = await runs.pass({ canary: name, ...row, nowMs });
    if (count === row.count) continue;
    // Another tick has recorded these slots, by the time that it had: what is left is planned from there.
    await runs.advance(name, lastSlotMs(canary, { ...row, count }));
    return planCanary(canary, monitor);
  }
  const due = plan.due.map((slot) => ({ canary: name, ...slot }));
  if (due.length > 0) await queue.send(due);
  const settledMs = Math.min(plan.watermarkMs, ...due.map(({ slotAtMs }) => slotAtMs - 1));
  if (due.length === 0 || plan.passed.length > 0) await runs.advance(name, settledMs);
  const counted = (some: readonly PassedSlots[]): number => some.reduce((sum, { count }) => sum + count, 0);
  return {
    due,
    passed: counted(plan.passed),
    missed: counted(plan.passed.filter(({ state }) => state === 'missed')),
    oldestRunMs: Math.max(0, ...running.map(({ slotAtMs }) => nowMs - slotAtMs)),
    nextWakeMs: plan.nextWakeMs ?? Number.POSITIVE_INFINITY,
  };
}

const WAITING: Planned = {
  due: [],
  passed: 0,
  missed: 0,
  oldestRunMs: 0,
  nextWakeMs: Number.POSITIVE_INFINITY,
};

/** Reminders fall due, mutes end and retries come up without any run to say so. */
async function tellAll(monitor: Monitor, trying: Trying): Promise<void> {
  const names = (await trying(() => monitor.alerts.withNotices(monitor.engine.clock.nowMs()))) ?? [];
  if (names.includes(LEFT_BEHIND)) await trying(() => relieveCleanup(monitor));
  for (const name of names) await trying(() => tellAlerts(name, [{ kind: 'tick' }], monitor));
  await trying(() => deliver(names, monitor));
}
