import type { Evidence, StepResult, TrailEntry } from '../../core/model/run-result.ts';
import { happenedAtMs } from '../steps/assertions.ts';

/** Things of others in the evidence of a step: their ids, by the step's. */
export type Foreign = ReadonlyMap<string, ReadonlySet<string>>;

/** Observations of the run, in the order of time: they show how far it came. Things of others show nothing of it. */
export function trailOf(
  steps: readonly StepResult[],
  startedAtMs: number,
  foreign: Foreign,
): readonly TrailEntry[] {
  let act: StepResult | undefined;
  const hops = steps.flatMap((step) => {
    const before = act;
    if (step.mode === 'act') act = step;
    const own = step.evidence.find(
      ({ id, unsent }) => unsent !== true && foreign.get(step.stepId)?.has(id) !== true,
    );
    return own === undefined ? [] : [entryOf(step, own, { startedAtMs, act: before })];
  });
  return hops.toSorted((a, b) => a.afterMs - b.afterMs);
}

interface EntryContext {
  readonly startedAtMs: number;
  /** The step from which it follows. */
  readonly act: StepResult | undefined;
}

function entryOf(step: StepResult, own: Evidence, { startedAtMs, act }: EntryContext): TrailEntry {
  const endedAtMs = step.startedAtMs + step.durationMs;
  const effectAtMs =
    own.final === true ? happenedAtMs(own) : soughtAtMs(step, act?.startedAtMs ?? startedAtMs);
  const atMs = step.mode === 'act' ? endedAtMs : effectAtMs;
  const differs = step.mode === 'expect' && step.checks.some(({ path, ok }) => path !== '' && !ok);
  return {
    hop: step.hop,
    afterMs: Math.max(0, atMs - startedAtMs),
    stepId: step.stepId,
    evidenceId: own.id,
    ...(act === undefined ? {} : { afterStepId: act.stepId }),
    ...(differs ? { note: 'differs' } : {}),
  };
}

/** A looked-up thing has no time of its own: the moment of its first match or, without one, of its last poll. */
function soughtAtMs({ startedAtMs, durationMs, timeToEffectMs }: StepResult, actedAtMs: number): number {
  return timeToEffectMs === undefined ? startedAtMs + durationMs : actedAtMs + timeToEffectMs;
}
