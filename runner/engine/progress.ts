import type { Step } from '../core/canary.ts';
import type { Progress } from '../core/progress.ts';
import type { StepResult } from '../core/run.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';

/** Tells those who look on that a step began, and when it will have given up. */
export function tellStarted(step: Step, { engine, runId, request }: Run, longestMs: number): void {
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

/** Tells those who look on what became of a step. */
export function tellEnded(result: StepResult, { engine, runId }: Run): void {
  emit(engine, { type: 'step-ended', runId, step: engine.redactor.deep(result) });
}

/** Tells those who look on. What they do with it must not change the run: what they throw is dropped. */
export function emit({ onProgress }: Engine, progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch {
    // a display that broke is no reason to leave a run without its cleanup
  }
}
