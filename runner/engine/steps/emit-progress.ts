import type { Json } from '../../core/base/json.ts';
import { shortened } from '../../core/evidence/bounded.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Progress } from '../../core/model/progress.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import type { Run } from '../context/run-context.ts';
import type { Engine } from '../engine.ts';
import type { Assessment } from './assertions.ts';
import type { Observation } from './poll.ts';

/** Emits the start of a step, with its latest end. */
export function emitStepStarted(step: Step, { engine, runId, request }: Run, longestMs: number): void {
  if (engine.onProgress === undefined) return;
  const atMs = engine.clock.nowMs();
  const { id, name, kind, mode } = step;
  const canary = request.canary.name;
  emit(engine, {
    type: 'step-started',
    runId,
    canary,
    step: { id, name: engine.redactor.text(name), kind, mode },
    atMs,
    deadlineAtMs: atMs + longestMs,
  });
}

export function emitStepPolled(
  { id }: Step,
  { engine, runId }: Run,
  observation: Observation,
  assessment: Assessment | undefined,
): void {
  if (engine.onProgress === undefined) return;
  const lastSeen = engine.redactor.text(shortened(observation.fault?.message ?? summaryOf(assessment)));
  emit(engine, { type: 'step-looked', runId, stepId: id, attempts: observation.count, lastSeen });
}

export function emitStepEnded(result: StepResult, { engine, runId }: Run): void {
  if (engine.onProgress === undefined) return;
  emit(engine, { type: 'step-ended', runId, step: engine.redactor.deep(result) });
}

/** Emits progress. A listener must not change the run: its errors are dropped. */
export function emit({ onProgress }: Engine, progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch {
    // a display that broke is no reason to leave a run without its cleanup
  }
}

function summaryOf(assessment: Assessment | undefined): string {
  if (assessment === undefined || assessment.selected.length === 0)
    return assessment?.nearby[0] ?? 'nothing yet';
  const [nearest] = assessment.selected;
  const failed = nearest?.checks.find((check) => !check.ok);
  if (failed === undefined) return `${assessment.selected.length} seen`;
  const actual = failed.missing === true ? 'missing' : JSON.stringify(failed.actual satisfies Json);
  return `${assessment.selected.length} seen, ${failed.path} ${actual}`;
}
