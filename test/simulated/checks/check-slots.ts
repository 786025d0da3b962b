import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { notBeforeMs, slotsBetween } from '../../../runner/core/schedule/schedule.ts';
import type { SlotRecord } from '../../../runner/core/store/slots.ts';
import type { ScheduledCanary } from '../../../runner/engine/fleet-context.ts';
import { SKEW_MS } from '../simulation.ts';
import { type Entry, type EventLog, type FaultKind, only } from './event-log.ts';

/** Violations of the promises about slots: each becomes final once, is run once, and none vanishes. */
export function slotFaults(log: EventLog): readonly string[] {
  const records = recordsOf(log);
  return [
    ...changedAfterEnd(log),
    ...ranTwice(log),
    ...ranSideBySide(log),
    ...neverEnded(records),
    ...wentBack(log),
    ...unaccounted(log, records),
    ...wronglyMatched(log, records),
    ...lostForNothing(log),
    ...beganEarly(log),
  ];
}

/** The records as they stand in the end, by slot. */
export function recordsOf(log: EventLog): ReadonlyMap<string, SlotRecord> {
  return new Map(only(log, 'slot').map(({ record }) => [keyOf(record), record]));
}

export function keyOf({ canary, slotAtMs }: { readonly canary: string; readonly slotAtMs: number }): string {
  return `${canary}@${slotAtMs}`;
}

/** C1 and C5: the only change of a final record is its application. */
function changedAfterEnd(log: EventLog): readonly string[] {
  return only(log, 'slot').flatMap(({ record, before }) => {
    if (before === undefined || before.state === 'running') return [];
    return JSON.stringify({ ...before, applied: true }) === JSON.stringify(record)
      ? []
      : [`C1: ${keyOf(record)} was ${before.state}, and was made ${record.state} again`];
  });
}

/** C2: once, and once more only to confirm a failure. */
function ranTwice(log: EventLog): readonly string[] {
  const confirms = new Set(
    log.canaries.flatMap(({ name, alert }) => (alert.confirmMs === undefined ? [] : name)),
  );
  const acts = Map.groupBy(only(log, 'acted'), keyOf);
  return [...acts].flatMap(([key, [first, second, ...others]]) => {
    if (second === undefined) return [];
    const isConfirmed = others.length === 0 && confirms.has(second.canary) && first?.runner === second.runner;
    return isConfirmed && (first?.finds === 'down' || first?.finds === 'slow')
      ? []
      : [`C2: ${key} was run ${others.length + 2} times`];
  });
}

/** C11: if runs do not queue, none acts during another that is not presumed dead. */
function ranSideBySide(log: EventLog): readonly string[] {
  const faults: string[] = [];
  const running = new Set<string>();
  const acting = new Map<string, Set<string>>();
  for (const entry of log.entries) {
    if (entry.what === 'slot') {
      const key = keyOf(entry.record);
      if (entry.record.state === 'running') running.add(key);
      else {
        running.delete(key);
        acting.get(entry.record.canary)?.delete(key);
      }
    }
    // A runner that is presumed dead and acts all the same cannot be stopped.
    if (entry.what !== 'acted' || entry.overlap === 'queue' || !running.has(keyOf(entry))) continue;
    const mine = acting.get(entry.canary) ?? new Set();
    acting.set(entry.canary, mine.add(keyOf(entry)));
    if (mine.size > 1) faults.push(`C11: ${keyOf(entry)} ran beside another run of its canary`);
  }
  return faults;
}

/** C3: when all is over, nothing runs any more. */
function neverEnded(records: ReadonlyMap<string, SlotRecord>): readonly string[] {
  return [...records].flatMap(([key, { state }]) => (state === 'running' ? [`C3: ${key} never ended`] : []));
}

/** C12: a watermark never moves back. */
function wentBack(log: EventLog): readonly string[] {
  const samples = new Map<string, number>();
  return only(log, 'advanced').flatMap(({ canary, fromMs, toMs }) => {
    const known = samples.get(canary);
    samples.set(canary, Math.max(toMs, known ?? toMs));
    return known === fromMs ? [] : [`C12: the watermark of ${canary} went from ${known} to ${fromMs}`];
  });
}

/**
 * C13: each slot from the first plan to the last is in one record, and no record is of anything else. The slots are counted
 * apart from the planner.
 */
function unaccounted(log: EventLog, records: ReadonlyMap<string, SlotRecord>): readonly string[] {
  return log.canaries.flatMap((canary) => {
    const advances = only(log, 'advanced').filter((entry) => entry.canary === canary.name);
    // Runners that plan a canary at the same moment, as the first, may each take its life to begin by their own clocks.
    const firstMs = advances[0] === undefined ? 0 : Math.max(advances[0].toMs, advances[0].atMs + SKEW_MS);
    const lastMs = advances.reduce((latest, { toMs }) => Math.max(latest, toMs), 0);
    const slots = slotsOf(canary as ScheduledCanary, firstMs, lastMs);
    const covered = new Map<number, number>(slots.map((slot) => [slot, 0]));
    const faults: string[] = [];
    for (const record of records.values()) {
      if (record.canary !== canary.name) continue;
      const { slotAtMs } = record;
      // A process that saw the life begin earlier may have recorded slots from then on, including some of those that count here.
      const isEarly = slotAtMs <= firstMs;
      const all = isEarly ? slotsOf(canary as ScheduledCanary, slotAtMs - 1, lastMs) : slots;
      const first = all.indexOf(slotAtMs);
      const meant = all.slice(Math.max(0, first), first + record.count);
      const isOfSlots = first >= 0 && meant.length === record.count;
      if (!isOfSlots && !(isEarly && record.count === 1)) faults.push(`C13: ${keyOf(record)} is of no slot`);
      for (const slot of meant) if (covered.has(slot)) covered.set(slot, (covered.get(slot) ?? 0) + 1);
    }
    for (const [slotAtMs, count] of covered)
      if (count !== 1) faults.push(`C13: ${keyOf({ canary: canary.name, slotAtMs })} is in ${count} records`);
    return faults;
  });
}

/** Slots, found minute by minute for a cron. */
export function slotsOf(
  { name, schedule }: ScheduledCanary,
  afterMs: number,
  untilMs: number,
): readonly number[] {
  if ('everyMs' in schedule) return slotsBetween(schedule, name, afterMs, untilMs);
  const [minutes = ''] = schedule.cron.split(' ');
  const every = minutes.startsWith('*/') ? Number(minutes.slice(2)) : undefined;
  const named = minutes.split(',').map(Number);
  const slots: number[] = [];
  for (let atMs = Math.floor(afterMs / 60_000 + 1) * 60_000; atMs <= untilMs; atMs += 60_000) {
    const minute = new Date(atMs).getUTCMinutes(); // zones of whole hours only, so minutes are the same in all of them
    if (every === undefined ? named.includes(minute) : minute % every === 0) slots.push(atMs);
  }
  return slots;
}

/** C15: runs and slots match one to one, and the verdict in the record is the truth about its run. */
function wronglyMatched(log: EventLog, records: ReadonlyMap<string, SlotRecord>): readonly string[] {
  const runs = new Map(only(log, 'acted').map((act) => [act.runId, act]));
  const used = new Set<string>();
  return [...records].flatMap(([key, { state, run }]) => {
    if (state !== 'done') return [];
    const act = runs.get(run?.runId ?? '');
    if (run === undefined || used.has(run.runId)) return [`C15: ${key} has the run of another slot`];
    used.add(run.runId);
    if (act === undefined)
      return run.verdict === 'error' ? [] : [`C15: ${key} says ${run.verdict}, and never ran`];
    if (keyOf(act) !== key) return [`C15: ${key} has the run of ${keyOf(act)}`];
    if (act.finds === 'up' && / did not answer within /.test(run.reason))
      return [`unheard answer: ${key} says '${run.reason}', and the service answered in time`];
    if (run.verdict === 'error' || isTrue(run.verdict, act, log)) return [];
    const kind = run.verdict === 'failed' ? 'failure' : 'pass';
    return [`false ${kind}: ${key} says ${run.verdict}, and the service was ${act.finds}`];
  });
}

function isTrue(verdict: Verdict, act: Acted, log: EventLog): boolean {
  if (verdict === 'failed') return act.finds === 'down' || act.finds === 'slow';
  if (act.finds !== 'slow') return act.finds === 'up';
  // An answer that came while its runner stood still counts, since its time is unknown.
  return only(log, 'fault').some(
    ({ kind, runner, atMs, untilMs = atMs }) =>
      (kind === 'standstill' || kind === 'frozen') &&
      runner === act.runner &&
      untilMs >= act.atMs &&
      atMs <= act.atMs + LONGEST_RUN_MS,
  );
}

type Acted = Entry & { readonly what: 'acted' };

/** No canary of these simulations may take longer. */
const LONGEST_RUN_MS = 150_000;

/** C16: none begins before its turn, by any clock. */
function beganEarly(log: EventLog): readonly string[] {
  const schedules = new Map(log.canaries.map(({ name, schedule }) => [name, schedule]));
  return only(log, 'acted').flatMap((act) => {
    const schedule = schedules.get(act.canary);
    if (schedule === undefined) return [];
    const isEarly = act.atMs < notBeforeMs(schedule, act.canary, act.slotAtMs) - SKEW_MS;
    return isEarly ? [`C16: ${keyOf(act)} began before its turn`] : [];
  });
}

/** C4, and no result lost: a slot is lost only if its runner died, slept, or could not reach the store during its lease. */
function lostForNothing(log: EventLog): readonly string[] {
  const halts = Map.groupBy(log.entries.filter(isHalting), ({ runner }) => runner);
  const claimedAtMs = new Map<string, number>();
  return only(log, 'slot').flatMap(({ record, before, atMs }) => {
    const key = keyOf(record);
    if (record.state === 'running') claimedAtMs.set(key, atMs);
    if (record.state !== 'lost' || before?.state === 'lost') return [];
    const [runner = ''] = record.owner.split(' ');
    const sinceMs = claimedAtMs.get(key) ?? atMs;
    const isExcused = halts
      .get(runner)
      ?.some((halt) => endOf(halt) >= sinceMs - LATENCY_MS && halt.atMs <= atMs);
    return isExcused === true ? [] : [`C4: ${key} was lost, and nothing befell ${runner}`];
  });
}

type Halt = Entry & { readonly what: 'fault' | 'gave up' };

function isHalting(entry: Entry): entry is Halt {
  return entry.what === 'gave up' || (entry.what === 'fault' && HALTING.includes(entry.kind));
}

/** Between a claim that is sent and its arrival. */
const LATENCY_MS = 1_000;

const HALTING: readonly FaultKind[] = ['crash', 'frozen', 'standstill', 'slow'];

/** End of a halt; a dead runner stays dead, though one of its calls may still arrive. */
function endOf(halt: Halt): number {
  if (halt.what === 'fault' && halt.kind === 'crash') return Number.POSITIVE_INFINITY;
  return halt.what === 'fault' ? (halt.untilMs ?? halt.atMs) : halt.atMs;
}
