import { StandstillError } from '../../core/base/errors.ts';
import type { Outcome } from '../context/run-context.ts';
import type { Elapsed } from '../standstill.ts';

/**
 * An outcome that time decides (a deadline, a duration): an error of the runner if it stood still since then. `undecided` names the unknown
 * part.
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
