import type { RunId } from '../base/run-id.ts';
import { isGood } from '../base/verdict.ts';
import type { RunResult } from '../model/run-result.ts';
import { type FailingSince, failingSince } from '../store/failing-since.ts';
import type { RunStore } from '../store/ports.ts';
import type { HopTime } from '../store/slots.ts';
import { compareRuns } from './compare-runs.ts';
import type { Comparison } from './comparison.ts';
import { passesAround } from './passes-around.ts';

/** A run in the history of its canary. */
export interface RunInHistory {
  readonly runId: RunId;
  /** Times of the hops of earlier passes, newest first. */
  readonly times: readonly (readonly HopTime[])[];
  /** Absent for a run that passed. */
  readonly since?: FailingSince;
  /** Absent for a run that passed, and without a pass that is kept in full. */
  readonly comparison?: Comparison;
}

/** Reads the history around a run, within the limits of `passesAround` and `failingSince`. */
export async function runInHistory(
  runs: Pick<RunStore, 'history' | 'result'>,
  run: RunResult,
): Promise<RunInHistory> {
  const { runId } = run;
  const { lastPass, ...others } = await passesAround(runs, run);
  const { times } = others;
  if (isGood(run.verdict) || run.verdict === 'skipped') return { runId, times };
  const since = await failingSince(runs, run);
  return {
    runId,
    times,
    since,
    ...(lastPass === undefined ? {} : { comparison: compareRuns(run, lastPass, others) }),
  };
}
