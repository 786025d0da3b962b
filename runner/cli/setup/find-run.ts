import { isoSecond } from '../../core/base/format.ts';
import { parseRunId, type RunId, runIdsIn } from '../../core/base/run-id.ts';
import type { RunStore } from '../../core/store/ports.ts';
import type { HistoryEntry } from '../../core/store/slots.ts';
import { UsageError } from '../../runs/usage-error.ts';

/** The first hex digits of a run id, at most 32. */
export type IdPrefix = string;

/** Candidates that are listed for an ambiguous id. */
const MOST_LISTED = 20;

/** Allowance for clocks that differ between runners: a run may begin so long before its slot. */
const SKEW_MS = 60_000;

/** Longest time between a slot and the run that is looked for by its first digits. */
const LONGEST_DELAY_MS = 24 * 3_600_000;

/**
 * The run id that a text names, in any spelling, or its first digits.
 * @throws UsageError for a text that is neither.
 */
export function readRunId(text: string): IdPrefix {
  const [whole] = runIdsIn(text);
  if (whole !== undefined) return whole;
  const digits = text
    .toLowerCase()
    .replace(/^canary-|^1-/, '')
    .replaceAll('-', '');
  if (/^[0-9a-f]{1,32}$/.test(digits)) return digits;
  throw new UsageError(
    `'${text}' is not a run id: write its 32 hex digits, or the first of them. 'coalmine history' lists the runs.`,
  );
}

/**
 * Runs of history whose ids begin with some digits, newest first; one more than are listed, at most. The first 8 digits are the second of the
 * start, which bounds the search.
 */
export async function runsBeginningWith(
  runs: Pick<RunStore, 'runsWithId'>,
  prefix: IdPrefix,
): Promise<readonly HistoryEntry[]> {
  const [firstMs, lastMs] = ['0', 'f'].map((digit) => secondOf(prefix.slice(0, 8).padEnd(8, digit)));
  return runs.runsWithId({
    prefix,
    afterMs: (firstMs as number) - LONGEST_DELAY_MS,
    beforeMs: (lastMs as number) + 1_000 + SKEW_MS,
    most: MOST_LISTED + 1,
  });
}

/**
 * The only one of some candidates.
 * @throws UsageError that lists them, if there are several.
 */
export function onlyOne<T>(all: readonly T[], prefix: IdPrefix, format: (one: T) => string): T | undefined {
  if (all.length < 2) return all[0];
  const more = all.length > MOST_LISTED ? ['  and more'] : [];
  const listed = all.slice(0, MOST_LISTED).map((one) => `  ${format(one)}`);
  throw new UsageError(
    [`Several runs begin with ${prefix}. Write more digits of one:`, ...listed, ...more].join('\n'),
  );
}

/** A run of history as a candidate of {@link onlyOne}. */
export function formatCandidate({ canary, atMs, run }: HistoryEntry): string {
  return `${run?.runId}  ${isoSecond(atMs)}  ${canary}  ${run?.verdict}`;
}

/** True for all 32 digits. */
export function isWhole(prefix: IdPrefix): prefix is RunId {
  return parseRunId(prefix) !== undefined;
}

function secondOf(digits: string): number {
  return Number.parseInt(digits, 16) * 1_000;
}
