import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { referencesIn } from '../../core/expression/template.ts';
import { templatesOf } from '../../core/expression/values.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { deadlineIn } from '../abort.ts';
import { type Run, skippedStep, unknownAmong } from '../context/run-context.ts';
import { runAct } from '../steps/act-step.ts';

/** Every cleanup step, each on its own, with time of their own; a step whose value was never saved has nothing to clean. */
export async function cleanUp(run: Run, steps: readonly StepResult[]): Promise<readonly StepResult[]> {
  const { canary, keep = false } = run.request;
  if (canary.cleanup.length === 0) return [];
  const acted = steps.some(({ mode, verdict }) => mode === 'act' && verdict !== 'skipped');
  if (keep || !acted) {
    const why = keep ? 'kept: nothing is cleaned up with --keep' : 'nothing to clean: no act was done';
    return canary.cleanup.map((step) => skippedStep(step, run, why));
  }
  const { signal, end } = deadlineIn(CLEANUP_MS, undefined, run.engine.clock, cleanupSpent);
  const results: StepResult[] = [];
  for (const step of canary.cleanup) {
    const [unknown] = unknownAmong(referencesIn(templatesOf(step)), run.values);
    if (unknown === undefined) results.push(await runAct(step, { ...run, signal }));
    else results.push(skippedStep(step, run, `nothing to clean: ${unknown.text} was never saved`));
  }
  end();
  return results;
}

/** Reason that ends a cleanup after its time limit. */
export function cleanupSpent(): Error {
  return new ObserverError(`Cleanup's ${formatDuration(CLEANUP_MS)} were spent.`, { permanent: true });
}
