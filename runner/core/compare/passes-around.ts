import { omitUndefined } from '../base/omit-undefined.ts';
import type { RunResult } from '../model/run-result.ts';
import { unlessDamaged } from '../store/damaged.ts';
import { historyFrom, placeBefore } from '../store/history.ts';
import type { RunStore } from '../store/ports.ts';
import { PASSES_KEPT } from '../store/slot-transitions.ts';
import type { HistoryPlace, RunSummary } from '../store/slots.ts';
import type { OtherPasses } from './comparison.ts';

/** Entries of history that are read at most, and in one read. */
const MOST_ENTRIES = 500;
const PAGE = 100;

/** Passes whose times are compared: as many as show a spread. */
const MOST_PASSES = 100;

/** Passes of the canary of a run. */
export interface PassesAround extends Required<OtherPasses> {
  /** The newest pass before the run that is kept in full; if there is none, the oldest after it. */
  readonly lastPass?: RunResult;
}

/** Reads the passes to compare a run with. Reads 500 entries of history and three results at most before the run, 100 and three after it. */
export async function passesAround(
  runs: Pick<RunStore, 'history' | 'result'>,
  { canary, slotAtMs, runId }: Pick<RunResult, 'canary' | 'slotAtMs' | 'runId'>,
): Promise<PassesAround> {
  const before = await passesFrom(runs, {
    canary,
    after: placeBefore(Math.floor(slotAtMs)),
    most: MOST_ENTRIES,
  });
  const times = before.flatMap(({ hops }) => (hops === undefined ? [] : [hops]));
  const earlier = await inFull(runs, before, canary);
  if (earlier.length > 0) return { lastPass: earlier[0] as RunResult, passes: earlier, times };
  const newest = await passesFrom(runs, { canary, most: PAGE });
  const later = await inFull(
    runs,
    newest.filter((one) => one.runId !== runId),
    canary,
  );
  return { ...omitUndefined({ lastPass: later.at(-1) }), passes: later, times };
}

async function passesFrom(
  runs: Pick<RunStore, 'history'>,
  { most, ...ask }: { readonly canary: string; readonly after?: HistoryPlace; readonly most: number },
): Promise<readonly RunSummary[]> {
  const passes: RunSummary[] = [];
  let read = 0;
  for await (const { run } of historyFrom(runs, { ...ask, page: PAGE })) {
    if (run?.verdict === 'passed') passes.push(run);
    read += 1;
    if (read === most || passes.length === MOST_PASSES) break;
  }
  return passes;
}

async function inFull(
  runs: Pick<RunStore, 'result'>,
  passes: readonly RunSummary[],
  canary: string,
): Promise<readonly RunResult[]> {
  const found = passes
    .slice(0, PASSES_KEPT)
    .map(async ({ runId }) => unlessDamaged(runs.result(runId, canary)));
  return (await Promise.all(found)).filter((one) => one !== undefined);
}
