import { StandstillError } from '../core/base/errors.ts';
import type { Clock } from '../core/store/ports.ts';
import type { Outcome } from './context/run-context.ts';

/** Since when time ran, and by which clock. */
export interface Elapsed {
  readonly clock: Clock;
  readonly sinceMs: number;
}

/**
 * The error that a fault is instead if the runner stood still since then: nobody knows what would have happened otherwise.
 * The fault itself if it did not stand still.
 */
export function unlessStoodStill(fault: Error, { clock, sinceMs }: Elapsed): Error {
  const stoodStillMs = clock.stoodStillMs(sinceMs);
  return stoodStillMs === 0 ? fault : new StandstillError(stoodStillMs, fault.message, { cause: fault });
}

/**
 * An outcome that time decides (a deadline, a duration): an error of the runner if it stood still since then. `undecided` says
 * what is not known then.
 */
export function decidedByTime(
  outcome: Outcome,
  { clock, sinceMs }: Elapsed,
  undecided = outcome.reason,
): Outcome {
  const stoodStillMs = clock.stoodStillMs(sinceMs);
  if (stoodStillMs === 0 || outcome.blame === 'runner') return outcome;
  const { message, blame } = new StandstillError(stoodStillMs, undecided);
  return { ...outcome, verdict: 'error', blame, reason: message };
}
