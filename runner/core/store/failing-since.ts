import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import type { RunResult } from '../model/run-result.ts';
import { historyFrom, placeBefore } from './history.ts';
import type { RunStore } from './ports.ts';

/** Runs of a canary in a row that did not pass, up to one of them. Times in epoch milliseconds. */
export interface FailingSince {
  /** Begin of the first. */
  readonly firstMs: number;
  /** Their number, this one among them. */
  readonly runs: number;
  /** Begin of the last pass before; absent if none is known. */
  readonly lastPassMs?: number;
  /** True if older entries were not read, so that it may have begun earlier. */
  readonly isAtLeast: boolean;
}

/** Entries of history that are read at most, and in one read. */
const MOST_ENTRIES = 500;
const PAGE = 100;

/** Reads since when a canary fails, as of a run that did not pass; a degraded run passed. */
export async function failingSince(
  runs: Pick<RunStore, 'history'>,
  { canary, slotAtMs, startedAtMs }: Pick<RunResult, 'canary' | 'slotAtMs' | 'startedAtMs'>,
): Promise<FailingSince> {
  const after = placeBefore(Math.floor(slotAtMs));
  let firstMs = startedAtMs;
  let count = 1;
  let left = MOST_ENTRIES;
  let lastPassMs: number | undefined;
  for await (const { run } of historyFrom(runs, { canary, after, page: PAGE })) {
    if (left === 0) break;
    left -= 1;
    if (run === undefined || run.verdict === 'skipped') continue;
    if (isGood(run.verdict)) {
      lastPassMs = run.startedAtMs;
      break;
    }
    firstMs = run.startedAtMs;
    count += 1;
  }
  const isAtLeast = left === 0 && lastPassMs === undefined;
  return { firstMs, runs: count, isAtLeast, ...omitUndefined({ lastPassMs }) };
}
