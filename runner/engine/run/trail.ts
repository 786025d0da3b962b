import type { StepResult, TrailEntry } from '../../core/model/run-result.ts';
import { happenedAtMs } from '../steps/assertions.ts';

/** Observations of the run's id, in the order of time: they show how far it came. */
export function trailOf(steps: readonly StepResult[], startedAtMs: number): readonly TrailEntry[] {
  let act: StepResult | undefined;
  const hops = steps.flatMap((step) => {
    const before = act;
    if (step.mode === 'act') act = step;
    return entriesOf(step, startedAtMs, before);
  });
  return hops.toSorted((a, b) => a.afterMs - b.afterMs);
}

/** `act` is the step from which it follows. */
function entriesOf(
  step: StepResult,
  startedAtMs: number,
  act: StepResult | undefined,
): readonly TrailEntry[] {
  const [first] = step.evidence;
  if (first === undefined) return [];
  const endedAtMs = step.startedAtMs + step.durationMs;
  const effectAtMs =
    first.final === true ? happenedAtMs(first) : soughtAtMs(step, act?.startedAtMs ?? startedAtMs);
  const atMs = step.mode === 'act' ? endedAtMs : effectAtMs;
  const differs = step.mode === 'expect' && step.checks.some(({ path, ok }) => path !== '' && !ok);
  return [
    {
      hop: step.hop,
      afterMs: Math.max(0, atMs - startedAtMs),
      stepId: step.stepId,
      evidenceId: first.id,
      ...(act === undefined ? {} : { afterStepId: act.stepId }),
      ...(differs ? { note: 'differs' } : {}),
    },
  ];
}

/** A looked-up thing has no time of its own: the moment of its first match or, without one, of its last poll. */
function soughtAtMs({ startedAtMs, durationMs, timeToEffectMs }: StepResult, actedAtMs: number): number {
  return timeToEffectMs === undefined ? startedAtMs + durationMs : actedAtMs + timeToEffectMs;
}
