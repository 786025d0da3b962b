import { referencesIn } from '../../core/expression/template.ts';
import { templatesOf } from '../../core/expression/values.ts';
import type { NeverStep } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import type { StepInput } from '../../kinds/kind.ts';
import { countsFromMs, type Run, unknownAmong } from '../context/run-context.ts';
import { runChecks } from '../steps/check-group.ts';
import type { Watches } from '../steps/watch-set.ts';

/**
 * The results of a run that stopped early, with the checks that explain why. A `never` that counts from the first act on, such as
 * one of a dead-letter queue, still polls.
 */
export async function withDeadLetters(
  results: readonly StepResult[],
  run: Run,
  watches: Watches,
): Promise<readonly StepResult[]> {
  const acted = results.some(
    ({ mode, blame, verdict }) => mode === 'act' && verdict !== 'skipped' && blame !== 'definition',
  );
  if (!acted || run.signal.aborted) return results;
  const { steps } = run.request.canary;
  const explaining = steps.filter(
    (step, index): step is NeverStep =>
      step.mode === 'never' && results[index]?.verdict === 'skipped' && explains(step, run),
  );
  const explained = await runChecks(explaining, { run, watches, sinceMs: countsFromMs(run) });
  const byId = new Map(explained.map((one) => [one.stepId, one]));
  return results.map((one) => byId.get(one.stepId) ?? one);
}

function explains(step: NeverStep, run: Run): boolean {
  const isKnown = unknownAmong(referencesIn(templatesOf(step)), run.values).length === 0;
  return isKnown && run.engine.nouns[step.kind]?.neverFromFirstAct?.(step.input as StepInput) === true;
}
