import { omitUndefined } from '../base/omit-undefined.ts';
import type { RunId } from '../base/run-id.ts';
import { isGood } from '../base/verdict.ts';
import type { Canary, Schedule } from '../model/canary.ts';
import { turnsAfter } from '../schedule/schedule.ts';
import type { AlertStore, RunStore } from '../store/ports.ts';
import { PASSES_KEPT } from '../store/slot-transitions.ts';
import type { HistoryEntry, RunSummary } from '../store/slots.ts';
import { type EffectTimes, percentiles } from './cells.ts';
import type { FleetRow } from './fleet-view.ts';

/** A canary at one moment, for its page. */
export interface CanaryView {
  readonly row: FleetRow;
  readonly environment: string;
  /** Moment at which it was read, epoch milliseconds. */
  readonly nowMs: number;
  /** Path of its file. */
  readonly source: string;
  readonly runbook?: string;
  readonly schedule?: Schedule;
  /** The next moments at which it runs. */
  readonly nextMs: readonly number[];
  /** Its newest slots and runs, newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Runs of which the full result is kept: those that did not pass, and the newest passes. */
  readonly kept: ReadonlySet<RunId>;
  readonly hops: readonly HopHistory[];
  /** Ids of its incidents, as far as notices of them are logged; newest first. */
  readonly incidents: readonly string[];
}

/** The times of one hop in the runs that passed. */
export interface HopHistory extends EffectTimes {
  readonly name: string;
  readonly newestMs: number;
}

const MOST_ENTRIES = 100;
const MOST_ATTEMPTS = 200;
const NEXT_RUNS = 3;

/** Reads the facts of a canary's page that its row in the fleet does not have. A bounded number of records. */
export async function readCanary(
  canary: Pick<Canary, 'name' | 'source' | 'runbook' | 'schedule'>,
  { row, environment, nowMs }: Pick<CanaryView, 'row' | 'environment' | 'nowMs'>,
  {
    runs,
    alerts,
  }: { readonly runs: Pick<RunStore, 'history'>; readonly alerts: Pick<AlertStore, 'attempts'> },
): Promise<CanaryView> {
  const { name, source, runbook, schedule } = canary;
  const [entries, attempts] = await Promise.all([
    runs.history({ canary: name, most: MOST_ENTRIES }),
    alerts.attempts({ canary: name, most: MOST_ATTEMPTS }),
  ]);
  const summaries = entries.flatMap(({ run }) => run ?? []);
  const open = row.incidents.map(({ id }) => id);
  const logged = attempts.flatMap(({ attempt }) => attempt?.incident ?? []);
  const isIdle = schedule === undefined || row.nextMs === undefined;
  return {
    row,
    environment,
    nowMs,
    source,
    ...omitUndefined({ runbook, schedule }),
    nextMs: isIdle ? [] : turnsAfter(schedule, name, nowMs, NEXT_RUNS).map(({ notBeforeMs }) => notBeforeMs),
    entries,
    kept: keptIn(summaries),
    hops: hopsIn(summaries.filter(({ verdict }) => isGood(verdict))),
    incidents: [...new Set([...open, ...logged])],
  };
}

function keptIn(runs: readonly RunSummary[]): ReadonlySet<RunId> {
  const passes = runs.filter(({ verdict }) => verdict === 'passed').slice(0, PASSES_KEPT);
  const others = runs.filter(({ verdict }) => verdict !== 'passed');
  return new Set([...passes, ...others].map(({ runId }) => runId));
}

/** The hops of the newest pass that has any, in their order. */
function hopsIn(passes: readonly RunSummary[]): readonly HopHistory[] {
  const all = passes.flatMap(({ hops }) => (hops === undefined ? [] : [hops]));
  return (all[0] ?? []).map(({ name, ms }) => {
    const times = all.flatMap((hops) => hops.filter((hop) => hop.name === name).map((hop) => hop.ms));
    return { name, newestMs: ms, ...(percentiles(times) as EffectTimes) };
  });
}
