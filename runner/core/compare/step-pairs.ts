import type { RunResult, StepResult } from '../model/run-result.ts';
import type { ComparedStep } from './comparison.ts';

/** A step of a run and its counterpart in the pass; one of them is missing if only the other run has the step. */
export interface StepPair {
  readonly now: StepResult | undefined;
  readonly before: StepResult | undefined;
  /** Its counterparts in other passes. */
  readonly others: readonly StepResult[];
}

/** The steps of both runs, each with its counterpart; the cleanup is left out, since it decides nothing. */
export function pairsOf(run: RunResult, pass: RunResult, passes: readonly RunResult[]): readonly StepPair[] {
  const common = run.steps.map((now) => ({
    now,
    before: counterpart(now, pass),
    others: passes.filter(({ runId }) => runId !== pass.runId).flatMap((one) => counterpart(now, one) ?? []),
  }));
  const found = new Set(common.map(({ before }) => before));
  const gone = pass.steps.filter((step) => !found.has(step));
  return [...common, ...gone.map((before) => ({ now: undefined, before, others: [] }))];
}

/** The step of the same id and kind; if the file has changed, the one of the same name. */
function counterpart({ stepId, kind, name }: StepResult, { steps }: RunResult): StepResult | undefined {
  const same = steps.filter((step) => step.kind === kind && step.name === name);
  return same.find((step) => step.stepId === stepId) ?? same[0];
}

/** The names of a step; a skipped one has no hop, so that the pass names it. */
export function comparedStep({ now, before }: Pick<StepPair, 'now' | 'before'>): ComparedStep {
  const step = (now ?? before) as StepResult;
  return { stepId: step.stepId, step: step.name, hop: step.hop || (before?.hop ?? '') };
}
