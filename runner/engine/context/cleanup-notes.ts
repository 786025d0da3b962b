import type { StepResult } from '../../core/model/run-result.ts';

/** Records what a run may leave behind, so that a sweep can clean up after a run that died. */
export interface CleanupNotes {
  /**
   * Writes, before an act, what that act may leave. `names` are the values that it or its checks may save.
   * @throws ObserverError unless the entry was surely written, or if the run was presumed dead; then it must not act.
   */
  ahead(names: readonly string[]): Promise<void>;
  /** Writes again after a step has saved something. */
  saved(): Promise<void>;
  /** Takes the entry off the list after cleanup, or leaves what cleanup could not do. */
  settle(results: readonly StepResult[], how: { readonly passed: boolean }): Promise<void>;
}
