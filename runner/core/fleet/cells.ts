import type { RunId } from '../base/run-id.ts';
import type { SlotOutcome } from '../store/canary-status.ts';
import { countedOutcome } from '../store/canary-status.ts';
import type { HistoryEntry } from '../store/slots.ts';

/** The outcome of one slot, or of several missed ones that were recorded together. */
export interface RunCell {
  /** The slot, epoch milliseconds. */
  readonly atMs: number;
  readonly outcome: SlotOutcome;
  /** Number of slots that it stands for. */
  readonly count: number;
  /** Absent if there was no run. */
  readonly runId?: RunId;
  /** Time of the run's slowest hop, in milliseconds. */
  readonly slowestMs?: number;
}

/** A part of a strip: a run, or the worst outcome of an hour or a day. */
export interface StripCell {
  /** The slot, or the begin of the hour or day by UTC; epoch milliseconds. */
  readonly atMs: number;
  /** Absent for a time without a known outcome. */
  readonly outcome?: SlotOutcome;
  /** The run with that outcome, the newest of several. */
  readonly runId?: RunId;
}

export type Grain = 'run' | 'hour' | 'day';

/** Number of cells of a strip, and the length of the time of one, in milliseconds. History is kept for 30 days. */
export const GRAINS: Readonly<Record<Grain, { readonly cells: number; readonly lengthMs?: number }>> = {
  run: { cells: 60 },
  hour: { cells: 48, lengthMs: 3_600_000 },
  day: { cells: 30, lengthMs: 24 * 3_600_000 },
};

/** From the best to the worst. */
const SEVERITY: Readonly<Record<SlotOutcome, number>> = {
  passed: 0,
  degraded: 1,
  missed: 2,
  lost: 3,
  error: 4,
  failed: 5,
};

/** The cell of a line of history; undefined for a slot without an outcome, and for a run that does not count. */
export function cellOf(entry: HistoryEntry, isScheduled: boolean): RunCell | undefined {
  const outcome = countedOutcome(entry, isScheduled);
  if (outcome === undefined) return undefined;
  const { atMs, count, run } = entry;
  return { atMs, outcome, count, ...(run === undefined ? {} : ofRun(run)) };
}

function ofRun({ runId, hops }: NonNullable<HistoryEntry['run']>): Pick<RunCell, 'runId' | 'slowestMs'> {
  return { runId, ...(hops === undefined ? {} : { slowestMs: Math.max(...hops.map(({ ms }) => ms)) }) };
}

/** A strip, oldest cell first, of cells that are given newest first. The worst outcome of a time wins. */
export function stripOf(cells: readonly RunCell[], grain: Grain, nowMs: number): readonly StripCell[] {
  const { cells: most, lengthMs } = GRAINS[grain];
  if (lengthMs === undefined) return cells.slice(0, most).map(stripCell).toReversed();
  const lastMs = Math.floor(nowMs / lengthMs) * lengthMs;
  const worst = new Map<number, RunCell>();
  for (const cell of cells) {
    const atMs = Math.floor(cell.atMs / lengthMs) * lengthMs;
    const known = worst.get(atMs);
    if (known === undefined || SEVERITY[cell.outcome] > SEVERITY[known.outcome]) worst.set(atMs, cell);
  }
  return Array.from({ length: most }, (_, index) => {
    const atMs = lastMs - (most - 1 - index) * lengthMs;
    const cell = worst.get(atMs);
    return cell === undefined ? { atMs } : { ...stripCell(cell), atMs };
  });
}

function stripCell({ atMs, outcome, runId }: RunCell): StripCell {
  return { atMs, outcome, ...(runId === undefined ? {} : { runId }) };
}

/** Percentiles of the time to effect, in milliseconds. */
export interface EffectTimes {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** The times of the slowest hop of the runs that passed, among the newest 60; undefined without any. */
export function effectTimes(cells: readonly RunCell[]): EffectTimes | undefined {
  return percentiles(
    cells
      .slice(0, GRAINS.run.cells)
      .flatMap(({ outcome, slowestMs }) =>
        slowestMs !== undefined && SEVERITY[outcome] <= SEVERITY.degraded ? slowestMs : [],
      ),
  );
}

/** Percentiles of some times; undefined without any. */
export function percentiles(times: readonly number[]): EffectTimes | undefined {
  if (times.length === 0) return undefined;
  const sorted = times.toSorted((a, b) => a - b);
  return { p50Ms: rank(sorted, 0.5), p95Ms: rank(sorted, 0.95) };
}

/** The value of which a share of the values is not greater (nearest rank). */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] as number;
}
