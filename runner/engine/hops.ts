import type { Hop, StepResult } from '../core/run.ts';

/** Where the run's id was seen, in the order of time: the trail that says how far it came. */
export function hopsOf(steps: readonly StepResult[], startedAtMs: number): readonly Hop[] {
  return steps.flatMap((step) => seenAt(step, startedAtMs)).toSorted((a, b) => a.afterMs - b.afterMs);
}

function seenAt(step: StepResult, startedAtMs: number): readonly Hop[] {
  const [first] = step.evidence;
  if (first === undefined) return [];
  const soughtAfterMs = step.startedAtMs + step.durationMs;
  const atMs =
    step.mode === 'act'
      ? soughtAfterMs
      : first.final === true
        ? first.takenAtMs
        : soughtAtMs(step, soughtAfterMs);
  const differs = step.mode === 'expect' && step.checks.some(({ path, held }) => path !== '' && !held);
  return [
    { hop: step.hop, afterMs: Math.max(0, atMs - startedAtMs), ...(differs ? { note: 'differs' } : {}) },
  ];
}

/** What is looked up has no time of its own: when it first fitted, or, where it never did, when it was last looked at. */
function soughtAtMs({ startedAtMs, timeToEffectMs }: StepResult, soughtAfterMs: number): number {
  return timeToEffectMs === undefined ? soughtAfterMs : startedAtMs + timeToEffectMs;
}
