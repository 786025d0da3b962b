import type { RunId } from '../runner/core/base/run-id.ts';
import type { RunInHistory } from '../runner/core/compare/run-in-history.ts';
import type { RunResult } from '../runner/core/model/run-result.ts';
import type { Reporter } from '../runner/core/report/reporter.ts';

/** Results in the order in which their runs began, for a reporter that writes them together. */
export interface Gathered extends Pick<Required<Reporter>, 'onRunStart' | 'onRunEnd'> {
  /** Takes the results gathered so far. */
  take(): readonly RunResult[];
}

/** The same, with the history of each run. */
export interface GatheredInHistory extends Gathered, Pick<Required<Reporter>, 'onRunInHistory'> {
  historyOf(runId: RunId): RunInHistory | undefined;
}

/** Gathers results. */
export function gatherResults(): Gathered {
  const results = new Map<RunId, RunResult[]>();
  const of = (runId: RunId): RunResult[] => {
    const found = results.get(runId) ?? [];
    results.set(runId, found);
    return found;
  };
  return {
    onRunStart: ({ runId }) => void of(runId),
    onRunEnd: (result) => void of(result.runId).push(result),
    take: () => {
      const taken = [...results.values()].flat();
      results.clear();
      return taken;
    },
  };
}

/** Gathers results and their histories. */
export function gatherHistories(): GatheredInHistory {
  const histories = new Map<RunId, RunInHistory>();
  return {
    ...gatherResults(),
    onRunInHistory: (history) => void histories.set(history.runId, history),
    historyOf: (runId) => histories.get(runId),
  };
}
