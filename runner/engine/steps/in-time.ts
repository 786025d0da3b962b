import { formatDuration } from '../../core/base/duration.ts';
import { StandstillError } from '../../core/base/errors.ts';
import type { Blame, Verdict } from '../../core/base/verdict.ts';
import type { ExpectStep } from '../../core/model/canary.ts';
import type { Outcome } from '../context/run-context.ts';
import type { Elapsed } from '../standstill.ts';
import { LONGEST_GAP_MS } from '../taps/reading-gaps.ts';
import { type Assessment, type Candidate, happenedAtMs } from './assertions.ts';
import type { CheckContext } from './check-step.ts';
import type { Observation } from './poll.ts';

/**
 * The time after a deadline, in milliseconds, up to which an effect counts as in time. By a service's date: the most by which its clock may
 * differ from ours. An answer to the run's own request: the time of a quick answer to the last request. Other looked-up things: the longest
 * harmless gap between polls.
 */
const GRACE_MS = { dated: 2_000, answer: 1_000, lookedUp: LONGEST_GAP_MS } as const;

interface ByTime {
  readonly verdict: Extract<Verdict, 'failed' | 'error'>;
  readonly blame: Blame;
  readonly reason: string;
  /** The part that a standstill of the runner leaves open. Absent if the service dates the effect: then none matters. */
  readonly undecided?: string;
}

/**
 * Compares an effect with its deadline. A dated effect counts by the service's date, an answer by its arrival. A looked-up thing
 * counts by the end of the first poll that showed it. If that poll ended long after the deadline, the outcome is unknown.
 * @returns undefined if the effect came in time.
 */
export function tooLate(
  { fitting }: Assessment,
  {
    step,
    context,
    heldSinceMs,
  }: { readonly step: ExpectStep; readonly context: CheckContext; readonly heldSinceMs: number },
): ByTime | undefined {
  const { startedAtMs, noun } = context;
  const { withinMs, count } = step;
  const dates = fitting.flatMap(dateOf).toSorted((a, b) => a - b);
  const isDated = dates.length === fitting.length;
  const atMs = isDated ? (dates[(count?.atLeast ?? 1) - 1] as number) : heldSinceMs;
  const grace = isDated ? 'dated' : noun.repliesToUs === true ? 'answer' : 'lookedUp';
  const tookMs = atMs - startedAtMs;
  if (tookMs <= withinMs + GRACE_MS[grace]) return undefined;
  if (grace === 'lookedUp') return unknownIfInTime(tookMs, withinMs, 'it was there');
  const [within, after] = [formatDuration(withinMs), formatDuration(tookMs)];
  const failed = { verdict: 'failed', blame: 'target' } as const;
  if (grace === 'dated') return { ...failed, reason: `not within ${within}: it came after ${after}` };
  const undecided = `seen after ${after}, perhaps within ${within}`;
  return { ...failed, reason: `not within ${within}: the answer came after ${after}`, undecided };
}

/** The error of a thing that vanished, by a poll that ended long after the deadline. @returns undefined if it was gone in time. */
export function goneTooLate(tookMs: number, withinMs: number): ByTime | undefined {
  return tookMs <= withinMs + GRACE_MS.lookedUp
    ? undefined
    : unknownIfInTime(tookMs, withinMs, 'it was gone');
}

function unknownIfInTime(tookMs: number, withinMs: number, state: string): ByTime {
  const [within, after] = [formatDuration(withinMs), formatDuration(tookMs)];
  const reason = `seen after ${after}, by a poll that ended so late that it is unknown if ${state} within ${within}`;
  const undecided = `seen after ${after}, perhaps within ${within}`;
  return { verdict: 'error', blame: 'observer', reason, undecided };
}

function dateOf({ evidence }: Candidate): readonly number[] {
  return evidence.final === true && evidence.happenedAtMs !== undefined ? [happenedAtMs(evidence)] : [];
}

/**
 * The error of a window with too long a gap between polls of a source that shows only the present. The poll before ended at
 * `seenAtMs`.
 * @returns undefined if there was no such gap.
 */
export function gapBefore(
  observation: Observation,
  seenAtMs: number,
  { noun }: Pick<CheckContext, 'noun'>,
): Omit<ByTime, 'undecided'> | undefined {
  if (observation.result?.present !== true) return undefined;
  // A poll shows some moment between its begin and end. The last one begins after the window.
  const gapMs = (observation.last ? observation.beganAtMs : observation.atMs) - seenAtMs;
  if (gapMs <= noun.pauseMs.longest + LONGEST_GAP_MS) return undefined;
  const reason = `It was not observed for ${formatDuration(gapMs)}, because a poll took that long or failed. The result for that time is unknown. Run it again.`;
  return { verdict: 'error', blame: 'observer', reason };
}

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
