import type { Verdict } from '../base/verdict.ts';
import { historyFrom } from './history.ts';
import type { RunStore } from './ports.ts';
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

/** A question for the status of a canary. Runs on demand count only for one without a schedule. */
export interface StatusAsk {
  readonly canary: string;
  readonly isScheduled: boolean;
  readonly nowMs: number;
}

export const DAY_MS: number = 24 * 3_600_000;
/** Entries of history that a status reads at most: a day of slots each minute, and more. One with rarer slots is read further back. */
export const MOST_READ = 2_000;
/** Entries of history that are read at a time. */
const PAGE = 500;

/** Numbers of a day without an outcome. */
const NONE = { passed: 0, failed: 0, noData: 0 };

/** The kinds of outcomes: one in a row ends with the first outcome of another. */
export const KINDS = {
  passed: 'passed',
  degraded: 'degraded',
  failed: 'failed',
  error: 'noData',
  lost: 'noData',
  missed: 'noData',
} as const;

/** Reads the status of a canary from a store that cannot count by itself. */
export async function statusFromHistory(
  runs: Pick<RunStore, 'history'>,
  ask: StatusAsk,
): Promise<CanaryStatus> {
  return canaryStatus(historyFrom(runs, { canary: ask.canary, page: PAGE }), ask);
}

/** The status of a canary from its history, newest first, which is read only as far as it matters. */
export async function canaryStatus(
  history: AsyncIterable<HistoryEntry>,
  { nowMs, isScheduled }: Omit<StatusAsk, 'canary'>,
): Promise<CanaryStatus> {
  const day = { ...NONE };
  let status: Omit<CanaryStatus, 'isSinceAtLeast'> = { day };
  let isSame = true;
  let read = 0;
  for await (const entry of history) {
    const isOfDay = entry.atMs > nowMs - DAY_MS;
    if (!isOfDay && !isSame) break;
    read += 1;
    const outcome = countedOutcome(entry, isScheduled);
    if (outcome !== undefined) {
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
    if (read === MOST_READ) break;
  }
  return { ...status, isSinceAtLeast: isSame && read === MOST_READ && status.outcome !== undefined };
}

/** The share of slots that passed among those with data, from 0 to 1; undefined without data. */
export function uptimeOf({ day: { passed, failed } }: Pick<CanaryStatus, 'day'>): number | undefined {
  return passed + failed === 0 ? undefined : passed / (passed + failed);
}

function firstRun<Status extends Pick<CanaryStatus, 'lastRun'>>(
  status: Status,
  run: RunSummary | undefined,
): Status {
  return run === undefined || status.lastRun !== undefined ? status : { ...status, lastRun: run };
}

/** The moment from which an outcome counts: the begin of its run, or its slot. */
export function startOf({ run, atMs }: HistoryEntry): number {
  return run?.startedAtMs ?? atMs;
}

/** The outcome of an entry; undefined for a slot that still runs or was skipped, and for a run that does not count. */
export function countedOutcome({ what, run }: HistoryEntry, isScheduled: boolean): SlotOutcome | undefined {
  if (what === 'lost' || what === 'missed') return what;
  const counts = what === 'done' || (what === 'extra' && !isScheduled);
  return !counts || run === undefined || run.verdict === 'skipped' ? undefined : run.verdict;
}
