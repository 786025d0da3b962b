import type { RunId } from '../core/base/run-id.ts';
import type { Canary } from '../core/model/canary.ts';
import type { RunStart, StepEnd, StepPoll, StepStart } from '../core/report/reporter.ts';
import type { RunningRun, RunningStep } from '../pages/running/running-page.ts';

/** The runs of this process that are in progress, by their events. */
export class RunningRuns {
  readonly #stepsOf: (canary: string) => Canary['steps'];
  readonly #runs = new Map<RunId, RunningRun>();

  constructor(stepsOf: (canary: string) => Canary['steps']) {
    this.#stepsOf = stepsOf;
  }

  get(runId: RunId): RunningRun | undefined {
    return this.#runs.get(runId);
  }

  /** The run of a canary that is in progress. */
  of(canary: string): RunningRun | undefined {
    return [...this.#runs.values()].find((run) => run.canary === canary);
  }

  /** A canary has one run at a time: a run that was to be confirmed by this one has no end of its own. */
  start({ runId, canary, atMs }: RunStart): void {
    for (const run of this.#runs.values()) if (run.canary === canary) this.#runs.delete(run.runId);
    const steps = this.#stepsOf(canary).map(({ id, name, kind, mode }) => ({ id, name, kind, mode }));
    this.#runs.set(runId, { runId, canary, startedAtMs: atMs, steps });
  }

  stepStart({ runId, step, atMs, deadlineAtMs }: StepStart): void {
    this.#change(runId, { ...step, begunAtMs: atMs, deadlineAtMs });
  }

  stepPoll({ runId, stepId, attempts, lastSeen }: StepPoll): void {
    this.#change(runId, { id: stepId, attempts, lastSeen });
  }

  stepEnd({ runId, step }: StepEnd): void {
    this.#change(runId, { id: step.stepId, result: step });
  }

  end(runId: RunId): void {
    this.#runs.delete(runId);
  }

  /** Changes a step; one of the cleanup, which is not listed before, is added once it begins. */
  #change(runId: RunId, change: Partial<RunningStep> & Pick<RunningStep, 'id'>): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    const known = run.steps.some(({ id }) => id === change.id);
    const steps = known
      ? run.steps.map((step) => (step.id === change.id ? { ...step, ...change } : step))
      : [...run.steps, ...(change.begunAtMs === undefined ? [] : [change as RunningStep])];
    this.#runs.set(runId, { ...run, steps });
  }
}
