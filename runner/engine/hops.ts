import type { Hop, StepResult } from '../core/run.ts';

/** Where the run's id was seen, in the order of time: the trail that says how far it came. */
export function hopsOf(steps: readonly StepResult[], startedAtMs: number): readonly Hop[] {
  let sinceMs = startedAtMs;
  const hops = steps.flatMap((step) => {
    if (step.mode === 'act') sinceMs = step.startedAtMs;
    return seenAt(step, { startedAtMs, sinceMs });
  });
  return hops.toSorted((a, b) => a.afterMs - b.afterMs);
}

interface Since {
  readonly startedAtMs: number;
  /** When the act above began: what effects are timed from. */
  readonly sinceMs: number;
}

function seenAt(step: StepResult, { startedAtMs, sinceMs }: Since): readonly Hop[] {
  const [first] = step.evidence;
  if (first === undefined) return [];
  const endedAtMs = step.startedAtMs + step.durationMs;
  const effectAtMs = first.final === true ? first.takenAtMs : soughtAtMs(step, sinceMs);
  const atMs = step.mode === 'act' ? endedAtMs : effectAtMs;
  const differs = step.mode === 'expect' && step.checks.some(({ path, held }) => path !== '' && !held);
  return [
    { hop: step.hop, afterMs: Math.max(0, atMs - startedAtMs), ...(differs ? { note: 'differs' } : {}) },
  ];
}

/** What is looked up has no time of its own: when it first fitted, or, where it never did, when it was last looked at. */
function soughtAtMs({ startedAtMs, durationMs, timeToEffectMs }: StepResult, sinceMs: number): number {
  return timeToEffectMs === undefined ? startedAtMs + durationMs : sinceMs + timeToEffectMs;
}
