import type { AlertState } from '../alert/alert-state.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { RunId } from '../base/run-id.ts';
import { isGood } from '../base/verdict.ts';
import type { ChangesBefore } from '../model/change.ts';
import type { RunResult } from '../model/run-result.ts';
import { unlessDamaged } from '../store/damaged.ts';
import { type FailingSince, failingSince } from '../store/failing-since.ts';
import type { AlertStore, RunStore } from '../store/ports.ts';
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
  /** Changes before the incident that the run belongs to; absent if there is none, or none that is kept. */
  readonly changes?: ChangesBefore;
}

/** The records that the history of a run is read from. */
export interface HistorySource {
  readonly runs: Pick<RunStore, 'history' | 'result'>;
  readonly alerts: Pick<AlertStore, 'load'>;
}

/** Reads the history around a run, within the limits of `passesAround` and `failingSince`. */
export async function runInHistory({ runs, alerts }: HistorySource, run: RunResult): Promise<RunInHistory> {
  const { runId } = run;
  const { lastPass, ...others } = await passesAround(runs, run);
  const { times } = others;
  if (isGood(run.verdict) || run.verdict === 'skipped') return { runId, times };
  const since = await failingSince(runs, run);
  const state = await unlessDamaged(alerts.load(run.canary));
  const comparison = lastPass === undefined ? undefined : compareRuns(run, lastPass, others);
  const changes = state === undefined ? undefined : changesBefore(run, state.alert);
  return { runId, times, since, ...omitUndefined({ comparison, changes }) };
}

/** Changes before the incident in which a run failed. */
function changesBefore(
  { startedAtMs }: Pick<RunResult, 'startedAtMs'>,
  { target, observer }: AlertState,
): ChangesBefore | undefined {
  const open = [target.incident, observer.incident].filter((one) => one !== undefined);
  const ended = [target.lastNotified?.ended, observer.lastNotified?.ended].filter(
    (one) => one !== undefined && startedAtMs <= one.ending.closedAtMs,
  );
  return [...open, ...ended].find((one) => one?.changes !== undefined && one.sinceMs <= startedAtMs)?.changes;
}
