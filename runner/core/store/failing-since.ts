import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import type { RunResult } from '../model/run-result.ts';
import { historyFrom, placeBefore } from './history.ts';
import type { RunStore } from './ports.ts';

/**
 * Runs of a canary after its last pass, up to one of them, that ended as this one did. A run in error decides nothing about the system: it is no
 * failure, and a failed run ends a row of errors. Times in epoch milliseconds.
 */
export interface FailingSince {
  /** The verdict of these runs. */
  readonly verdict: 'failed' | 'error';
  /** Begin of the first. */
  readonly firstMs: number;
  /** Their number, this one among them. */
  readonly runs: number;
  /** Number of runs after the last pass with the other of these verdicts. */
  readonly others: number;
  /** Begin of the last pass before; absent if none is known. */
  readonly lastPassMs?: number;
  /** True if older entries were not read, so that it may have begun earlier. */
  readonly isAtLeast: boolean;
}

/** Entries of history that are read at most, and in one read. */
const MOST_ENTRIES = 500;
const PAGE = 100;

/** Reads since when a canary fails, or could not check, as of a run that did either; a degraded run passed. */
export async function failingSince(
  runs: Pick<RunStore, 'history'>,
  run: Pick<RunResult, 'canary' | 'slotAtMs' | 'startedAtMs' | 'verdict'>,
): Promise<FailingSince> {
  const verdict = run.verdict === 'error' ? 'error' : 'failed';
  const after = placeBefore(Math.floor(run.slotAtMs));
  let firstMs = run.startedAtMs;
  let count = 1;
  let others = 0;
  let left = MOST_ENTRIES;
  let lastPassMs: number | undefined;
  for await (const { run: earlier } of historyFrom(runs, { canary: run.canary, after, page: PAGE })) {
    if (left === 0) break;
    left -= 1;
    if (earlier === undefined || earlier.verdict === 'skipped') continue;
    if (isGood(earlier.verdict)) {
      lastPassMs = earlier.startedAtMs;
      break;
    }
    if (earlier.verdict !== verdict) others += 1;
    else if (verdict === 'failed' || others === 0) {
      firstMs = earlier.startedAtMs;
      count += 1;
    }
  }
  const isAtLeast = left === 0 && lastPassMs === undefined && (verdict === 'failed' || others === 0);
  return { verdict, firstMs, runs: count, others, isAtLeast, ...omitUndefined({ lastPassMs }) };
}
