import { formatDuration } from '../../core/base/duration.ts';
import type { CanaryError } from '../../core/base/errors.ts';
import type { NeverStep } from '../../core/model/canary.ts';
import type { PollResult } from '../../kinds/kind.ts';
import { type Outcome, sightingOf } from '../context/run-context.ts';
import { LONGEST_GAP_MS } from '../taps/reading-gaps.ts';
import {
  type Assessment,
  assess,
  type Candidate,
  checksOf,
  type Expectation,
  happenedAtMs,
  lagOf,
  notCounted,
  numberOf,
  shownOf,
  uncompared,
} from './assertions.ts';
import type { CheckContext } from './check-step.ts';
import { emitStepPolled } from './emit-progress.ts';
import { noteMissing } from './gone-step.ts';
import { decidedByTime, gapBefore } from './in-time.ts';
import { withoutOverlong } from './overlong.ts';
import { type Observation, poll } from './poll.ts';
import { learnSecrets } from './save-values.ts';

/** The window of a `never`: open until its own time and all the checks next to it are over. */
export interface NeverWindow {
  isOver(): boolean;
  /** Resolves at the end of the window. */
  readonly over: Promise<void>;
}

/** Watches until the window is over; one selected thing fails at once. It passes only if the last poll covers all of it. */
export function pollUntilOver(
  step: NeverStep,
  expectation: Expectation,
  context: CheckContext & { readonly window: NeverWindow },
): Promise<Outcome> {
  const { window } = context;
  const state: NeverState = { seenAtMs: context.startedAtMs };
  return poll<Outcome>({
    context,
    endsAtMs: () => (window.isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
    onSleep: (wake) => void window.over.then(wake),
    decide: (observation) =>
      decide(withoutOverlong(observation, expectation), { step, expectation, context, state }),
  });
}

interface NeverState {
  /** End of the last successful poll. */
  seenAtMs: number;
  /** Start and fault of the present failure to poll, if any. */
  outage?: { readonly sinceMs: number; readonly fault: CanaryError } | undefined;
}

interface Deciding {
  readonly step: NeverStep;
  readonly expectation: Expectation;
  readonly context: CheckContext;
  readonly state: NeverState;
}

function decide(
  observation: Observation,
  { step, expectation, context, state }: Deciding,
): Outcome | undefined {
  const { startedAtMs, hop } = context;
  const base = { startedAtMs, hop, attempts: observation.count };
  const assessment =
    observation.result === undefined
      ? undefined
      : assess(unexpectedIn(observation.result, context), { ...expectation, count: undefined });
  if (assessment !== undefined) learnSecrets(step, shownOf(assessment), context.run);
  emitStepPolled(step, context.run, observation, assessment);
  if (assessment?.fitting.length) return { ...base, ...failure(assessment, step, context) };
  const gap = gapBefore(observation, state.seenAtMs, context);
  if (assessment !== undefined) state.seenAtMs = observation.atMs;
  const blind = gap ?? unobserved(observation, assessment, { step, context, state });
  const found = assessment === undefined ? base : { ...base, ...comparisonsOf(assessment, step) };
  const elapsed = { clock: context.run.engine.clock, sinceMs: context.sinceMs };
  if (blind !== undefined) return decidedByTime({ ...found, ...blind }, elapsed);
  if (assessment === undefined || !observation.last) return undefined;
  const result = observation.result as PollResult;
  if (result.selected.length === 0) noteMissing(context);
  const reason = noneIn(observation.atMs - startedAtMs, result, step);
  const none: Outcome = { ...found, verdict: 'passed', reason };
  return isPolled(context) ? decidedByTime(none, elapsed, 'it is unknown if one appeared meanwhile') : none;
}

/** True if changes between two polls are invisible; a tap keeps its messages. */
function isPolled({ watch }: CheckContext): boolean {
  return watch.subscribe === undefined;
}

/** Things that an `expect` above found are expected, also if the check counts from before it. */
function unexpectedIn(result: PollResult, { run, hop, actedAtMs, sinceMs }: CheckContext): PollResult {
  if (sinceMs === actedAtMs || run.expected.size === 0) return result;
  return { ...result, selected: result.selected.filter((one) => !run.expected.has(sightingOf(hop, one))) };
}

/** A window without things of this run proves less if all that came belonged to others. */
function noneIn(ms: number, result: PollResult, { correlate }: NeverStep): string {
  const { others = 0, earlier = 0, nothing } = result;
  const ours = correlate === true ? ' of this run' : ' with that value';
  const came = `${others} other${others === 1 ? '' : 's'} arrived`;
  const none =
    others === 0 ? `none in ${formatDuration(ms)}` : `none${ours} in ${formatDuration(ms)}; ${came}`;
  return `${none}${notCounted(earlier)}${nothing === undefined ? '' : `; ${nothing}`}`;
}

/** The error of a window with gaps, or of an inconclusive last poll. */
function unobserved(
  observation: Observation,
  assessment: Assessment | undefined,
  { step, context, state }: Omit<Deciding, 'expectation'>,
): ReturnType<typeof observerFault> | undefined {
  const fault =
    assessment === undefined
      ? (observation.fault as CanaryError)
      : uncompared(assessment.undecided, step, context.noun);
  const blind = state.outage ?? (fault === undefined ? undefined : { sinceMs: observation.atMs, fault });
  state.outage = fault === undefined ? undefined : blind;
  if (blind === undefined) return undefined;
  // The last poll covers a source that keeps its messages.
  const isKept = assessment !== undefined && !isPolled(context);
  const isTooLong = !isKept && observation.atMs - blind.sinceMs > LONGEST_GAP_MS;
  return isTooLong || (observation.last && fault !== undefined) ? observerFault(blind.fault) : undefined;
}

function failure(
  assessment: Assessment,
  step: NeverStep,
  { actedAtMs, noun }: CheckContext,
): Pick<
  Outcome,
  'checks' | 'evidence' | 'nearby' | 'verdict' | 'blame' | 'reason' | 'timeToEffectMs' | 'lagMs'
> {
  const { fitting } = assessment;
  const [first] = fitting as [Candidate];
  return {
    ...comparisonsOf(assessment, step),
    evidence: fitting.slice(0, 3).map(({ evidence }) => evidence),
    verdict: 'failed',
    blame: 'target',
    reason: `${numberOf(fitting.length, noun)} ${fitting.length === 1 ? 'was' : 'were'} seen that should never appear`,
    timeToEffectMs: Math.max(0, happenedAtMs(first.evidence) - actedAtMs),
    ...lagOf(first.evidence),
  };
}

function comparisonsOf(
  assessment: Assessment,
  step: NeverStep,
): Pick<Outcome, 'checks' | 'nearby' | 'evidence'> {
  const evidence = assessment.undecided.slice(0, 3).map((one) => one.evidence);
  return { checks: checksOf(assessment, step), nearby: assessment.nearby, evidence };
}

/** A fault of the system is no observation, and an absence unobserved is no proof: the observer is to blame. */
function observerFault({ blame, message }: CanaryError): Pick<Outcome, 'verdict' | 'blame' | 'reason'> {
  if (blame !== 'target') return { verdict: 'error', blame, reason: message };
  const words = 'It could not be observed all the time, so its state is unknown: ';
  return { verdict: 'error', blame: 'observer', reason: `${words}${message}` };
}
