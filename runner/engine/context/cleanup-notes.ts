import type { StepResult } from '../../core/model/run-result.ts';

/** Records the pending cleanups of a run, so that a sweep can clean up after a run that died. */
export interface CleanupNotes {
  /**
   * Records, before an act, the resources that it may leave. `names` are the values that it or its checks may save.
   * @throws ObserverError unless the entry was surely written, or if the run was presumed dead; then it must not act.
   */
  ahead(names: readonly string[]): Promise<void>;
  /** Writes again after a step has saved something. */
  saved(): Promise<void>;
  /** Removes the entry after cleanup, or leaves the steps that failed. */
  settle(results: readonly StepResult[], how: { readonly passed: boolean }): Promise<void>;
}
