import type { Step } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { unlessSeenBefore } from '../context/earlier-runs.ts';
import { hopOf, inputOf, nounOf, type Run, resultOf, skippedStep } from '../context/run-context.ts';
import type { CheckStep } from '../steps/check-step.ts';
import { classifyError } from '../steps/classify-error.ts';

/** The results of steps of which none is done, since some watch could not be opened. */
export async function unopenedSteps(
  steps: readonly Step[],
  faults: ReadonlyMap<CheckStep, unknown>,
  run: Run,
): Promise<readonly StepResult[]> {
  const [first] = faults.keys();
  const why = `not run: '${(first as CheckStep).name}' cannot be checked`;
  const unopened = [...faults].map(
    async ([step, fault]) => [step, await unopenedStep(step, fault, run)] as const,
  );
  const results = new Map<Step, StepResult>(await Promise.all(unopened));
  return steps.map((step) => results.get(step) ?? skippedStep(step, run, why));
}

async function unopenedStep(step: CheckStep, fault: unknown, run: Run): Promise<StepResult> {
  const hop = await hopOfCheck(step, run).catch(() => ''); // the fault itself says more
  const cause = await unlessSeenBefore(fault, { step, hop }, run);
  const judgement = classifyError(cause, run.engine.classifyAwsError, run.signal, hop);
  return resultOf(step, run, { ...judgement, startedAtMs: run.startedAtMs, hop });
}

async function hopOfCheck(step: CheckStep, run: Run): Promise<string> {
  const noun = nounOf(step, run);
  return hopOf(await inputOf(step, noun, run), noun, run);
}
