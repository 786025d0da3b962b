import { throughoutOf } from '../../core/cleanup/time-budget.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import type { Run } from '../context/run-context.ts';
import { runCheck } from '../steps/check-step.ts';
import type { Watches } from '../steps/watch-set.ts';

/** The checks under `throughout` while they watch. */
export interface Throughout {
  /** Ends them as soon as each has watched for its time after the last act, which ended at `lastActMs`. Gives their results. */
  end(lastActMs: number): Promise<readonly StepResult[]>;
}

/** Begins the checks under `throughout`: they watch next to all steps, whichever of these fails. */
export function beginThroughout(run: Run, watches: Watches): Throughout {
  const { clock } = run.engine;
  const sinceMs = clock.nowMs();
  const begun = throughoutOf(run.request.canary.steps).map((step) => {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      resolve();
    };
    const window = { over, isOver: () => isOver };
    return { step, end, result: runCheck(step, { run, watches, sinceMs, window }) };
  });
  return {
    end: async (lastActMs) =>
      Promise.all(
        begun.map(async ({ step, end, result }) => {
          const forget = clock.at(lastActMs + step.forMs, end);
          const found = await result;
          forget();
          return found;
        }),
      ),
  };
}
