import type { RunResult } from '../../core/model/run-result.ts';
import { unlessDamaged } from '../../core/store/damaged.ts';
import type { RunStore } from '../../core/store/ports.ts';
import { entriesOfRun } from '../../core/trace/entries-of-run.ts';
import { holdsSubject, type TraceSubject } from '../../core/trace/subject.ts';
import type { SourceReading } from '../../core/trace/trace.ts';
import { formatCandidate, onlyOne, runsBeginningWith } from '../setup/find-run.ts';

/** Slots and runs of history that are searched for a value, the newest first. */
const MOST_SEARCHED = 200;
/** Runs of one series. */
const MOST_RUNS = 5;
/** The shortest beginning of a run id. */
const SHORTEST_PREFIX = /^[0-9a-f]{6,31}$/;

/** Runs of a series, and the subject with their ids. */
export interface TracedRuns {
  readonly subject: TraceSubject;
  readonly runs: readonly RunResult[];
  readonly reading: SourceReading;
}

/**
 * Finds the runs of a series in the history, by their ids or by the first digits of one. A value is looked for in their results.
 * @throws UsageError for digits with which several runs begin.
 */
export async function tracedRuns(
  subject: TraceSubject,
  store: RunStore,
  sinceMs: number,
): Promise<TracedRuns> {
  const { value = '' } = subject;
  const begun = SHORTEST_PREFIX.test(value)
    ? onlyOne(await runsBeginningWith(store, value), value, formatCandidate)
    : undefined;
  if (begun?.run !== undefined) return tracedRuns({ ids: [begun.run.runId] }, store, sinceMs);
  const { ids } = subject;
  const found = ids.length > 0 ? await resultsOf(ids, store) : await resultsWith(subject, store, sinceMs);
  const own = found.runs.map(({ runId }) => runId);
  return {
    subject: { ...subject, ids: [...new Set([...ids, ...own])] },
    runs: found.runs,
    reading: {
      source: 'runs',
      about: 'the history of runs',
      entries: found.runs.flatMap(entriesOfRun),
      ...(found.reasons.length === 0 ? {} : { unread: found.reasons.join(' ') }),
    },
  };
}

interface FoundRuns {
  readonly runs: readonly RunResult[];
  /** Reasons why there may be more, as sentences. */
  readonly reasons: readonly string[];
}

async function resultsOf(ids: TraceSubject['ids'], store: RunStore): Promise<FoundRuns> {
  const runs: RunResult[] = [];
  let unkept = 0;
  for (const id of ids.slice(0, MOST_RUNS)) {
    const result = await unlessDamaged(store.result(id));
    if (result !== undefined) runs.push(result);
    else if ((await runsBeginningWith(store, id)).length > 0) unkept += 1;
  }
  const more = ids.length > MOST_RUNS ? [`Of ${ids.length} ids, ${MOST_RUNS} were looked up.`] : [];
  return { runs, reasons: [...unkeptReason(unkept), ...more] };
}

/** Only results that are kept in full can be searched: those that did not pass, and the newest passes. */
async function resultsWith(subject: TraceSubject, store: RunStore, sinceMs: number): Promise<FoundRuns> {
  const entries = await store.history({ most: MOST_SEARCHED + 1 });
  const searched = entries
    .slice(0, MOST_SEARCHED)
    .flatMap(({ run, canary }) =>
      run !== undefined && run.startedAtMs >= sinceMs ? [{ runId: run.runId, canary }] : [],
    );
  const left = entries.slice(MOST_SEARCHED).some(({ atMs }) => atMs >= sinceMs);
  const reasons = left ? [`Of the history, the newest ${MOST_SEARCHED} slots and runs were searched.`] : [];
  const runs: RunResult[] = [];
  let unkept = 0;
  for (const { runId, canary } of searched) {
    const result = await unlessDamaged(store.result(runId, canary));
    if (result === undefined) unkept += 1;
    else if (!holdsSubject(JSON.stringify(result), subject)) continue;
    else if (runs.length < MOST_RUNS) runs.push(result);
    else return { runs, reasons: [`More than ${MOST_RUNS} runs hold it. The newest are here.`] };
  }
  return { runs, reasons: [...unkeptReason(unkept), ...reasons] };
}

function unkeptReason(unkept: number): readonly string[] {
  if (unkept === 0) return [];
  return [`${unkept} ${unkept === 1 ? 'result is' : 'results are'} not kept in full, or damaged.`];
}
