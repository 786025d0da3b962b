import type { Clock } from '../../core/base/clock.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isMoment } from '../../core/store/damaged.ts';
import type { QueuedSlot } from '../../core/store/run-queue.ts';
import type {
  AdvanceAsk,
  OmittedSlots,
  SettleAsk,
  SettleOutcome,
  SlotRecord,
  Watermark,
} from '../../core/store/slots.ts';
import { yieldTurn } from '../abort.ts';
import type { FleetContext, ScheduledCanary } from '../fleet-context.ts';
import type { Trying } from '../trying.ts';
import { lastSlotMs, type PlanAsk, planOf, type SlotPlan } from './plan.ts';
import { keepQuiet, quietUntil } from './quiet-canaries.ts';
import { isOfAnother, offsetChangeMs, scheduleKeyAt } from './schedule-key.ts';

/** The outcome of a tick for one canary. */
export interface PlannedCanary {
  readonly oldestRunMs: number;
  readonly due: readonly QueuedSlot[];
  readonly omitted: number;
  readonly missed: number;
  readonly nextWakeMs: number;
}

/** A slot is queued a tick ahead of its turn, plus the lateness of a tick: so each run begins at its own moment. */
export const AHEAD_MS = 65_000;

/** Canaries that are planned without a pause: nothing else in the process is held up for longer. */
const PLANNED_AT_ONCE = 200;

/** Canaries whose plans are written in one transaction. */
const SETTLED_AT_ONCE = 1_000;

/**
 * Plans all canaries by one reading of the store, writes the changes in as few transactions as the store can, and queues the due
 * slots. An ordinary tick writes nothing. The watermark stays before a queued slot until a worker has claimed it, and at it until
 * the next slot has come.
 */
export async function planFleet(context: FleetContext, trying: Trying): Promise<readonly PlannedCanary[]> {
  const { runs, engine, fleet, queue } = context;
  const askedAtMs = engine.clock.nowMs();
  const planning = await trying(() => runs.planning());
  if (planning === undefined) return [];
  const known = { askedAtMs, watermarks: planning.watermarks, running: oldestIn(planning.running) };
  for (const name of damagedIn(planning.watermarks))
    await trying(async () => Promise.reject(begunAnew(name)));
  const { quiet, held, others } = sorted(fleet.canaries, { ...known, nowMs: engine.clock.nowMs() }, queue);
  const drafts = await inSlices(PLANNED_AT_ONCE, others, engine.clock, (some) =>
    Promise.all(some.map((canary) => trying(() => draftOf(canary, known, context)))),
  );
  const made = drafts.filter((draft) => draft !== undefined);
  const [writing, ready] = [made.filter(isWriting), made.filter((draft) => !isWriting(draft))];
  const settled = await inSlices(SETTLED_AT_ONCE, writing, engine.clock, async (some) => {
    const answers = await trying(() => runs.settle(some.map(({ ask }) => ask)));
    return Promise.all(
      (answers ?? []).map((answer, index) => trying(() => after(answer, some[index] as Draft, context))),
    );
  });
  for (const draft of ready) keepIfQuiet(draft, known);
  const handed = await inSlices(PLANNED_AT_ONCE, ready, engine.clock, (some) =>
    Promise.all(some.map((draft) => trying(() => queueDue(draft, context)))),
  );
  const waiting = held.map((canary) => heldBy(canary, known, engine.clock));
  return [quiet, ...settled, ...handed, ...waiting].filter((one) => one !== undefined);
}

/** The canaries of a fleet by what there is to plan for them. */
interface Sorted {
  /** The outcome for all those without anything to do. */
  readonly quiet: PlannedCanary;
  /** Those with a slot that is queued and not yet claimed: other due slots are known only after the claim. */
  readonly held: readonly ScheduledCanary[];
  readonly others: readonly ScheduledCanary[];
}

function sorted(
  canaries: readonly ScheduledCanary[],
  { nowMs, running, watermarks }: KnownSlots & { readonly nowMs: number },
  queue: FleetContext['queue'],
): Sorted {
  let nextWakeMs = Number.POSITIVE_INFINITY;
  const held: ScheduledCanary[] = [];
  const others: ScheduledCanary[] = [];
  for (const canary of canaries) {
    const { name } = canary;
    const isRunning = running.has(name);
    const wakeMs = isRunning ? undefined : quietUntil(canary, watermarks.get(name), nowMs);
    if (!isRunning && queue.holds(name)) held.push(canary);
    else if (wakeMs === undefined) others.push(canary);
    else nextWakeMs = Math.min(nextWakeMs, wakeMs);
  }
  return { quiet: { due: [], omitted: 0, missed: 0, oldestRunMs: 0, nextWakeMs }, held, others };
}

/** A canary whose queued slot is not claimed yet. The slot after it is planned at its own turn, not at the next minute. */
function heldBy(canary: ScheduledCanary, known: KnownSlots, clock: Clock): PlannedCanary {
  const plan = planOf({ ...askOf(canary, known, clock), running: false });
  const { nextWakeMs = Number.POSITIVE_INFINITY } = 'fault' in plan ? {} : plan;
  return { due: [], omitted: 0, missed: 0, oldestRunMs: 0, nextWakeMs };
}

/** Works on things in slices, and lets others have their turn in between. */
async function inSlices<Thing, Outcome>(
  size: number,
  things: readonly Thing[],
  clock: Clock,
  work: (some: readonly Thing[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < things.length; from += size) {
    if (from > 0) await yieldTurn(clock);
    outcomes.push(...(await work(things.slice(from, from + size))));
  }
  return outcomes;
}

/** The slots of all canaries, as far as the store knows them. */
interface KnownSlots {
  readonly askedAtMs: number;
  readonly watermarks: ReadonlyMap<string, Watermark>;
  /** The oldest running slot of each canary that has one. */
  readonly running: ReadonlyMap<string, number>;
}

/** A plan for one canary that is not written down yet. */
interface Draft {
  readonly canary: ScheduledCanary;
  readonly nowMs: number;
  readonly plan: SlotPlan;
  readonly ask: SettleAsk;
  readonly oldestRunMs: number;
}

/** The canaries whose watermark is no moment. */
function damagedIn(watermarks: KnownSlots['watermarks']): readonly string[] {
  const damaged: string[] = [];
  for (const [name, { toMs }] of watermarks) if (!isMoment(toMs)) damaged.push(name);
  return damaged;
}

function begunAnew(name: string): ObserverError {
  return new ObserverError(
    `The watermark of '${name}' in the state was damaged. Its slots are planned from now on.`,
  );
}

function oldestIn(running: readonly SlotRecord[]): ReadonlyMap<string, number> {
  const oldest = new Map<string, number>();
  for (const { canary, slotAtMs } of running)
    oldest.set(canary, Math.min(slotAtMs, oldest.get(canary) ?? slotAtMs));
  return oldest;
}

/** The moment and the watermark by which a canary is planned. */
function askOf(
  canary: ScheduledCanary,
  { askedAtMs, watermarks }: KnownSlots,
  clock: Clock,
): Omit<PlanAsk, 'running'> {
  const found = watermarks.get(canary.name);
  const known = found !== undefined && isMoment(found.toMs) ? found : undefined;
  // Slots of another schedule do not count for this one: a canary whose schedule was changed begins anew.
  const isNew = known === undefined || isOfAnother(known, canary.schedule);
  // The life of a canary begins if no plan of it is known; by the time of the answer another tick may have planned it.
  const nowMs = isNew ? askedAtMs : clock.nowMs();
  if (isNew) return { canary, nowMs, watermarkMs: undefined, aheadMs: AHEAD_MS };
  const shiftMs = offsetChangeMs(known, canary.schedule);
  return { canary, nowMs, watermarkMs: known.toMs, shiftMs, aheadMs: AHEAD_MS };
}

async function draftOf(
  canary: ScheduledCanary,
  known: KnownSlots,
  { runs, engine }: FleetContext,
): Promise<Draft> {
  const { name } = canary;
  const oldestMs = known.running.get(name);
  const asked = askOf(canary, known, engine.clock);
  const { nowMs } = asked;
  let plan = planOf({ ...asked, running: oldestMs !== undefined });
  if ('fault' in plan) throw new ObserverError(plan.message);
  // The list of running slots may lag by seconds, so it is read again before a slot is skipped.
  if (plan.omitted.some(({ state }) => state === 'skipped') && (await runs.running(name)).length === 0)
    plan = planOf({ ...asked, running: false }) as SlotPlan;
  const omitted = plan.omitted.map((row): OmittedSlots => ({ canary: name, ...row, nowMs }));
  const toMs = Math.min(plan.watermarkMs, ...plan.due.map(({ slotAtMs }) => slotAtMs - 1));
  const isUnmarked = asked.watermarkMs === undefined || known.watermarks.get(name)?.schedule === '';
  // A local clock that newer data set back is waited for, at the old watermark.
  const isShifted = (asked.shiftMs ?? 0) !== 0 && plan.watermarkMs <= nowMs;
  const moves = isUnmarked || omitted.length > 0 || isShifted;
  const advance = moves ? markAt(Math.max(toMs, asked.watermarkMs ?? toMs), canary) : undefined;
  const ask = { canary: name, omitted, ...omitUndefined({ advance }) };
  return { canary, nowMs, plan, ask, oldestRunMs: Math.max(0, nowMs - (oldestMs ?? nowMs)) };
}

/** A canary's watermark at a moment, with the schedule as it is then. */
function markAt(toMs: number, { name, schedule }: ScheduledCanary): AdvanceAsk {
  return { canary: name, toMs, schedule: scheduleKeyAt(schedule, toMs) };
}

function isWriting({ ask }: Draft): boolean {
  return ask.omitted.length > 0 || ask.advance !== undefined;
}

/** Keeps a plan that is not written down, if nothing is due by it and nothing is running. */
function keepIfQuiet({ canary, nowMs, plan }: Draft, { watermarks, running }: KnownSlots): void {
  const from = watermarks.get(canary.name);
  if (from === undefined || plan.due.length > 0 || running.has(canary.name)) return;
  const { nextWakeMs = Number.POSITIVE_INFINITY } = plan;
  keepQuiet(canary, { from, sinceMs: nowMs, untilMs: nextWakeMs - AHEAD_MS, nextWakeMs });
}

/** Goes on once a plan was written down. */
async function after(settled: SettleOutcome, draft: Draft, context: FleetContext): Promise<PlannedCanary> {
  if (settled.kind === 'failed') throw settled.thrown;
  if (settled.kind === 'settled') return queueDue(draft, context);
  // Another tick has recorded these slots up to its own moment: planning goes on from there.
  const { runs, engine } = context;
  const { canary } = draft;
  const { name } = canary;
  const lastMs = lastSlotMs(canary, settled);
  await runs.advance(markAt(lastMs, canary));
  const [marked, running] = await Promise.all([runs.watermark(name), runs.running(name)]);
  const toMs = marked as number;
  const watermarks = new Map([[name, { toMs, schedule: scheduleKeyAt(canary.schedule, toMs) }]]);
  const known = { askedAtMs: engine.clock.nowMs(), watermarks, running: oldestIn(running) };
  const next = await draftOf(canary, known, context);
  const [answer] = await runs.settle([next.ask]);
  return after(answer as SettleOutcome, next, context);
}

/** Queues the due slots. A lost one is queued again by the next tick. */
async function queueDue(
  { canary, plan, oldestRunMs }: Draft,
  { queue }: FleetContext,
): Promise<PlannedCanary> {
  const due = plan.due.map((slot) => ({ canary: canary.name, ...slot }));
  if (due.length > 0) await queue.send(due);
  const counted = (some: SlotPlan['omitted']): number => some.reduce((sum, { count }) => sum + count, 0);
  return {
    due,
    omitted: counted(plan.omitted),
    missed: counted(plan.omitted.filter(({ state }) => state === 'missed')),
    oldestRunMs,
    nextWakeMs: plan.nextWakeMs ?? Number.POSITIVE_INFINITY,
  };
}
