import { formatSecond } from '../../core/base/format.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import type { Canary, Schedule } from '../../core/model/canary.ts';
import { countSlots, nextSlotMs, notBeforeMs, shortestGapMs } from '../../core/schedule/schedule.ts';
import { CLOCK_TOLERANCE_MS, formatMoment, RESET_REMEDY } from '../../core/store/clock-ahead.ts';

/** Input of a plan for one canary. */
export interface PlanAsk {
  readonly canary: Pick<Canary, 'name' | 'timeoutMs' | 'alert'> & { readonly schedule: Schedule };
  /** Epoch milliseconds, by this machine's clock. */
  readonly nowMs: number;
  /** The moment up to which its slots were planned; undefined for a canary never planned. */
  readonly watermarkMs: number | undefined;
  /**
   * Change of its zone's offset at the watermark by newer time-zone data, in milliseconds. Planning goes on where the local clock had come to.
   * @default 0
   */
  readonly shiftMs?: number;
  /** True if a run of it is in progress, or is queued and has not begun. */
  readonly running: boolean;
  /** The time before its turn at which a slot is queued. @default 0 */
  readonly aheadMs?: number;
  /** Maximum lateness of a run's begin. @default twice the time between two slots, at least five minutes */
  readonly startingDeadlineMs?: number;
}

/** A slot to queue now. */
export interface DueSlot {
  readonly slotAtMs: number;
  /** The slot and its jitter: not later than the moment of the plan, and how long it plans ahead. */
  readonly notBeforeMs: number;
  /** The slot before it, if that is queued too. */
  readonly overtakes?: number;
}

/** Slots that are not going to run, for one reason. */
export interface Omission {
  /** The first of them, by which they are recorded. */
  readonly slotAtMs: number;
  /** Number of consecutive slots, the first included. */
  readonly count: number;
  readonly state: 'missed' | 'skipped';
  readonly reason: OmissionReason;
}

/** Reason why a slot did not run: no tick came in time, a newer slot replaced it, or a run was in progress. */
export type OmissionReason = 'too late' | 'a newer one is due' | 'overlap';

/** Decisions about the slots of a canary. Every slot that the watermark passes is in it, once. */
export interface SlotPlan {
  /** None, one whose turn has come, one whose turn comes soon, or both; oldest first. */
  readonly due: readonly DueSlot[];
  /** Oldest first. */
  readonly omitted: readonly Omission[];
  /** The new watermark, for after all of this is written; it never moves back. */
  readonly watermarkMs: number;
  /** The moment of the next plan, if nothing else happens; undefined if never. */
  readonly nextWakeMs: number | undefined;
}

/** A clock that cannot be right. Nothing is planned by it. */
export interface ClockFault {
  readonly fault: 'clock';
  readonly message: string;
}

export type Plan = SlotPlan | ClockFault;

/** A slot counts as too late after twice the time between two slots, and after this at the least. In milliseconds. */
export const LEAST_DEADLINE_MS = 5 * 60_000;
/** Without catching up: a tick a minute, and one that is late by as much again. */
const ON_TIME_MS = 2 * 60_000;
const MINUTE_MS = 60_000;
const MOST_ROWS = 10; // omitted slots that are recorded one by one

/**
 * Plans a canary's slots: the newest that is not too late is due, all others since the watermark are omitted. A pure function; its cost
 * depends neither on the time since the last plan nor on the number of slots.
 *
 * A slot's turn comes with its jitter; until then the watermark stays before it. It may be queued ahead of its turn, which decides nothing:
 * its outcome is read only once its turn has come. Under `overlap: queue` the watermark stays before the newest slot while a run is in
 * progress, so that one slot waits, and no more. A canary that was never planned has no past: its first slot is the next one. Neither has a
 * changed schedule, since its watermark is kept.
 */
export function planOf(ask: PlanAsk, next: typeof nextSlotMs = nextSlotMs): Plan {
  const { canary, shiftMs = 0 } = ask;
  const { name, schedule } = canary;
  const nowMs = Math.floor(ask.nowMs);
  const jitterMs = notBeforeMs(schedule, name, 0);
  const slots: Slots = {
    next: (afterMs) => next(schedule, name, afterMs),
    count: (afterMs, untilMs) => countSlots(schedule, name, afterMs, untilMs),
    leastGapMs: 'everyMs' in schedule ? schedule.everyMs : MINUTE_MS,
  };
  const soonMs = nowMs + (ask.aheadMs ?? 0) - jitterMs;
  if (ask.watermarkMs === undefined)
    return {
      ...aheadOf(slots, { afterMs: nowMs, untilMs: soonMs }, jitterMs),
      omitted: [],
      watermarkMs: nowMs,
    };
  if (nowMs < ask.watermarkMs - CLOCK_TOLERANCE_MS) return clockFault(name, nowMs, ask.watermarkMs);
  const watermarkMs = ask.watermarkMs - shiftMs;
  const untilMs = Math.max(watermarkMs, nowMs - jitterMs);
  const lateMs = Math.max(watermarkMs, untilMs - deadlineOf(ask));
  const late = rowsOf(slots, watermarkMs, {
    count: slots.count(watermarkMs, lateMs),
    state: 'missed',
    reason: 'too late',
  });
  const timely = timelyOf(slots, { afterMs: lateMs, untilMs }, ask);
  const due = timely.due.map((slotAtMs) => ({
    slotAtMs,
    notBeforeMs: slotAtMs + jitterMs,
  }));
  // Queued runs wait for one another behind the watermark: one slot at a time is handed out.
  const waits = schedule.overlap === 'queue' && (ask.running || due.length > 0);
  const span = { afterMs: untilMs, untilMs: waits ? untilMs : soonMs };
  const ahead = aheadOf(slots, span, jitterMs);
  return {
    due: [...due, ...ahead.due.map((slot) => (due[0] ? { ...slot, overtakes: due[0].slotAtMs } : slot))],
    omitted: [...late, ...timely.omitted],
    watermarkMs: timely.plannedMs,
    nextWakeMs: ahead.nextWakeMs,
  };
}

/** The next slot, if its turn comes soon, and when there is more to plan. */
function aheadOf(
  slots: Slots,
  { afterMs, untilMs }: Span,
  jitterMs: number,
): Pick<SlotPlan, 'due' | 'nextWakeMs'> {
  const slotAtMs = slots.next(afterMs);
  if (slotAtMs === undefined) return { due: [], nextWakeMs: undefined };
  const turnMs = slotAtMs + jitterMs;
  if (slotAtMs > untilMs) return { due: [], nextWakeMs: turnMs };
  const followingMs = slots.next(slotAtMs);
  return {
    due: [{ slotAtMs, notBeforeMs: turnMs }],
    nextWakeMs: followingMs === undefined ? undefined : followingMs + jitterMs,
  };
}

/** The last of so many slots in a row, found by halves. */
export function lastSlotMs(
  { name, schedule }: Pick<PlanAsk['canary'], 'name' | 'schedule'>,
  { slotAtMs, count }: Pick<Omission, 'slotAtMs' | 'count'>,
): number {
  const countTo = (untilMs: number): number => countSlots(schedule, name, slotAtMs - 1, untilMs);
  let beforeMs = slotAtMs - 1;
  let lastMs = slotAtMs;
  for (let stepMs = MINUTE_MS; countTo(lastMs) < count; stepMs *= 2) {
    beforeMs = lastMs;
    lastMs += stepMs;
  }
  while (lastMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + lastMs) / 2);
    if (countTo(middleMs) < count) beforeMs = middleMs;
    else lastMs = middleMs;
  }
  return lastMs;
}

interface Slots {
  readonly next: (afterMs: number) => number | undefined;
  readonly count: (afterMs: number, untilMs: number) => number;
  /** Lower bound of the time between two slots, clock changes included. */
  readonly leastGapMs: number;
}

interface Span {
  readonly afterMs: number;
  readonly untilMs: number;
}

/** Allowed lateness of a slot's start. One that may queue also waits for the longest run before it. */
function deadlineOf({ canary, startingDeadlineMs }: PlanAsk): number {
  const { schedule, timeoutMs, alert } = canary;
  const usualMs = startingDeadlineMs ?? Math.max(2 * shortestGapMs(schedule), LEAST_DEADLINE_MS);
  const lateByMs = schedule.catchUp === 'none' ? Math.min(usualMs, ON_TIME_MS) : usualMs;
  if (schedule.overlap === 'skip') return lateByMs;
  const runMs = timeoutMs + CLEANUP_MS;
  return lateByMs + (alert.confirmMs === undefined ? runMs : 2 * runMs + alert.confirmMs);
}

/** Decisions about the slots that are not too late, and the moment up to which all is decided. */
function timelyOf(
  slots: Slots,
  { afterMs, untilMs }: Span,
  { canary, running }: PlanAsk,
): { readonly due: readonly number[]; readonly omitted: readonly Omission[]; readonly plannedMs: number } {
  const count = slots.count(afterMs, untilMs);
  if (count === 0) return { due: [], omitted: [], plannedMs: untilMs };
  if (!running) {
    const omitted = rowsOf(slots, afterMs, {
      count: count - 1,
      state: 'missed',
      reason: 'a newer one is due',
    });
    return { due: [newestOf(slots, { afterMs, untilMs })], omitted, plannedMs: untilMs };
  }
  const overlap = { state: 'skipped', reason: 'overlap' } as const;
  if (canary.schedule.overlap === 'skip')
    return { due: [], omitted: rowsOf(slots, afterMs, { count, ...overlap }), plannedMs: untilMs };
  const omitted = rowsOf(slots, afterMs, { count: count - 1, ...overlap });
  return { due: [], omitted, plannedMs: newestOf(slots, { afterMs, untilMs }) - 1 };
}

/** Single slots if they are few, one record for all if they are many. */
function rowsOf(
  slots: Slots,
  afterMs: number,
  { count, state, reason }: Omit<Omission, 'slotAtMs'>,
): readonly Omission[] {
  const rows: Omission[] = [];
  let lastMs = afterMs;
  for (let left = count; left > 0; left -= count > MOST_ROWS ? count : 1) {
    lastMs = slots.next(lastMs) as number;
    rows.push({ slotAtMs: lastMs, count: count > MOST_ROWS ? count : 1, state, reason });
  }
  return rows;
}

/** The newest slot of a span that has at least one, found by halves. */
function newestOf(slots: Slots, { afterMs, untilMs }: Span): number {
  let newestMs = slots.next(afterMs) as number;
  let noneAfterMs = untilMs;
  while (noneAfterMs - newestMs >= slots.leastGapMs) {
    const middleMs = Math.floor((newestMs + noneAfterMs) / 2);
    const nextMs = slots.next(middleMs) ?? Number.POSITIVE_INFINITY;
    if (nextMs <= noneAfterMs) newestMs = nextMs;
    else noneAfterMs = middleMs;
  }
  return newestMs;
}

function clockFault(canary: string, nowMs: number, watermarkMs: number): ClockFault {
  return {
    fault: 'clock',
    message:
      `The clock says ${formatSecond(nowMs)}, but the slots of '${canary}' are planned up to ${formatMoment(watermarkMs)}, ` +
      `so nothing is planned until it is past that. Set this machine's clock right. ${RESET_REMEDY}`,
  };
}
