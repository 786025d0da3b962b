import type { RunResult } from '../../core/model/run-result.ts';
import type { RunStore } from '../../core/store/ports.ts';
import { entriesOfRun } from '../../core/trace/entries-of-run.ts';
import { holdsSubject, type TraceSubject } from '../../core/trace/subject.ts';
import type { SourceReading } from '../../core/trace/trace.ts';
import { runsBeginningWith } from '../setup/find-run.ts';

/** Runs of history that are searched for a value, the newest first. */
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

/** Finds the runs of a series in the history, by their ids or by the first digits of one. A value is looked for in their results. */
export async function tracedRuns(
  subject: TraceSubject,
  store: RunStore,
  sinceMs: number,
): Promise<TracedRuns> {
  const { value = '' } = subject;
  const begun = SHORTEST_PREFIX.test(value)
    ? (await runsBeginningWith(store, value)).flatMap(({ run }) => run?.runId ?? [])
    : [];
  if (begun.length === 1) return tracedRuns({ ids: begun }, store, sinceMs);
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
      ...(found.unread === undefined ? {} : { unread: found.unread }),
    },
  };
}

interface FoundRuns {
  readonly runs: readonly RunResult[];
  readonly unread?: string;
}

async function resultsOf(ids: TraceSubject['ids'], store: RunStore): Promise<FoundRuns> {
  const results = await Promise.all(ids.slice(0, MOST_RUNS).map(async (id) => store.result(id)));
  return { runs: results.filter((one) => one !== undefined) };
}

/** Only results that are kept in full can be searched: those that did not pass, and the newest passes. */
async function resultsWith(subject: TraceSubject, store: RunStore, sinceMs: number): Promise<FoundRuns> {
  const entries = await store.history({ most: MOST_SEARCHED });
  const runs: RunResult[] = [];
  let passedOver = 0;
  for (const { run, canary, atMs } of entries) {
    if (run === undefined || atMs < sinceMs) continue;
    const result = await store.result(run.runId, canary);
    if (result === undefined) passedOver += 1;
    else if (holdsSubject(JSON.stringify(result), subject)) runs.push(result);
    if (runs.length === MOST_RUNS) break;
  }
  const unread =
    passedOver === 0
      ? {}
      : { unread: `${passedOver} results are not kept in full, so they were not searched.` };
  return { runs, ...unread };
}
