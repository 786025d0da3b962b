import type { Verdict } from '../base/verdict.ts';
import type { HistoryEntry, RunSummary } from './slots.ts';

/** Result of a slot: the verdict of its run, or why there is none. */
export type SlotOutcome = Exclude<Verdict, 'skipped'> | 'lost' | 'missed';

/** Recent outcomes of a canary. */
export interface CanaryStatus {
  /** The newest outcome; absent if none is known. */
  readonly outcome?: SlotOutcome;
  /** Begin of the outcomes of this kind in a row, epoch milliseconds. */
  readonly sinceMs?: number;
  /** True if older outcomes were not read, so that it may have begun earlier. */
  readonly isSinceAtLeast: boolean;
  /** The newest run that counts. */
  readonly lastRun?: RunSummary;
  /** Numbers of slots in the last 24 hours; a degraded run passed, and one without data neither passed nor failed. */
  readonly day: Readonly<Record<'passed' | 'failed' | 'noData', number>>;
}

const DAY_MS = 24 * 3_600_000;
/** A day of slots each minute, and more; a canary with rarer slots is read further back. */
const MOST_READ = 2_000;

/** The kinds of outcomes: one in a row ends with the first outcome of another. */
export const KINDS = {
  passed: 'passed',
  degraded: 'degraded',
  failed: 'failed',
  error: 'noData',
  lost: 'noData',
  missed: 'noData',
} as const;

/**
 * The status of a canary from its history, newest first, which is read only as far as it matters. Runs on demand count only for a canary
 * without a schedule.
 */
export async function canaryStatus(
  history: AsyncIterable<HistoryEntry>,
  { nowMs, isScheduled }: { readonly nowMs: number; readonly isScheduled: boolean },
): Promise<CanaryStatus> {
  const day = { passed: 0, failed: 0, noData: 0 };
  let status: CanaryStatus = { isSinceAtLeast: false, day };
  let isSame = true;
  let left = MOST_READ;
  for await (const entry of history) {
    const isOfDay = entry.atMs > nowMs - DAY_MS;
    if (!isOfDay && !isSame) break;
    left -= 1;
    if (left < 0) return { ...status, isSinceAtLeast: isSame };
    const outcome = countedOutcome(entry, isScheduled);
    if (outcome === undefined) continue;
    const first = status.outcome ?? outcome;
    isSame &&= KINDS[first] === KINDS[outcome];
    status = {
      ...firstRun(status, entry.run),
      outcome: first,
      ...(isSame ? { sinceMs: startOf(entry) } : {}),
    };
    const kind = KINDS[outcome];
    if (isOfDay) day[kind === 'degraded' ? 'passed' : kind] += entry.count;
  }
  return status;
}

/** The share of slots that passed among those with data, from 0 to 1; undefined without data. */
export function uptimeOf({ day: { passed, failed } }: Pick<CanaryStatus, 'day'>): number | undefined {
  return passed + failed === 0 ? undefined : passed / (passed + failed);
}

function firstRun(status: CanaryStatus, run: RunSummary | undefined): CanaryStatus {
  return run === undefined || status.lastRun !== undefined ? status : { ...status, lastRun: run };
}

function startOf({ run, atMs }: HistoryEntry): number {
  return run?.startedAtMs ?? atMs;
}

/** The outcome of an entry; undefined for a slot that still runs or was skipped, and for a run that does not count. */
export function countedOutcome({ what, run }: HistoryEntry, isScheduled: boolean): SlotOutcome | undefined {
  if (what === 'lost' || what === 'missed') return what;
  const counts = what === 'done' || (what === 'extra' && !isScheduled);
  return !counts || run === undefined || run.verdict === 'skipped' ? undefined : run.verdict;
}
