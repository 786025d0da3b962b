import { isGood } from '../base/verdict.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';

/** The first hop at which the run was expected and not seen. */
export interface UnseenHop {
  readonly step: StepResult;
  /** `missing`: it was looked for, and was not there. `unchecked`: the step did not run, or could not observe. */
  readonly is: 'missing' | 'unchecked';
}

/**
 * The first hop of a run without a sight of it, in the order of the steps. Undefined if every hop was seen: then something is wrong with what
 * was seen. A skipped step names no resource.
 */
export function firstUnseen({ steps }: Pick<RunResult, 'steps'>): UnseenHop | undefined {
  const step = steps.find(
    ({ mode, verdict, evidence }) =>
      mode !== 'never' && mode !== 'gone' && !isGood(verdict) && evidence.length === 0,
  );
  return step === undefined ? undefined : { step, is: step.verdict === 'failed' ? 'missing' : 'unchecked' };
}
