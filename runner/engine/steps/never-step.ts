import { formatDuration } from '../../core/base/duration.ts';
import type { CanaryError } from '../../core/base/errors.ts';
import type { NeverStep } from '../../core/model/canary.ts';
import type { PollResult } from '../../kinds/kind.ts';
import { type Outcome, sightingOf } from '../context/run-context.ts';
import { LONGEST_BLIND_MS } from '../taps/reading-gaps.ts';
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
  uncompared,
} from './assertions.ts';
import type { CheckContext } from './check-step.ts';
import { decidedByTime } from './decided-by-time.ts';
import { emitStepPolled } from './emit-progress.ts';
import { unlooked } from './in-time.ts';
import { withoutOverlong } from './overlong.ts';
import { type Observation, poll } from './poll.ts';

/** The window of a `never`: open until its own time and all the checks next to it are over. */
export interface NeverWindow {
  isOver(): boolean;
  /** Resolves at the end of the window. */
  readonly over: Promise<void>;
}

/** Watches until the window is over; one sighting fails at once. It passes only if the last poll covers all of it. */
export function watchForIt(
  step: NeverStep,
  asked: Expectation,
  looking: CheckContext & { readonly window: NeverWindow },
): Promise<Outcome> {
  const { window } = looking;
  const sight: NeverState = { seenAtMs: looking.startedAtMs };
  return poll<Outcome>({
    looking,
    endsAtMs: () => (window.isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
    onSleep: (wake) => void window.over.then(wake),
    decide: (glance) => decide(withoutOverlong(glance, asked), { step, asked, looking, sight }),
  });
}

interface NeverState {
  /** End of the last successful poll. */
  seenAtMs: number;
  /** Start and fault of the present failure to poll, if any. */
  blind?: { readonly sinceMs: number; readonly fault: CanaryError } | undefined;
}

interface Deciding {
  readonly step: NeverStep;
  readonly asked: Expectation;
  readonly looking: CheckContext;
  readonly sight: NeverState;
}

function decide(glance: Observation, { step, asked, looking, sight }: Deciding): Outcome | undefined {
  const { startedAtMs, hop } = looking;
  const base = { startedAtMs, hop, attempts: glance.count };
  const assessment =
    glance.look === undefined
      ? undefined
      : assess(unexpectedIn(glance.look, looking), { ...asked, count: undefined });
  emitStepPolled(step, looking.run, glance, assessment);
  if (assessment?.fitting.length) return { ...base, ...sighting(assessment, step, looking) };
  const gap = unlooked(glance, sight.seenAtMs, looking);
  if (assessment !== undefined) sight.seenAtMs = glance.atMs;
  const blind = gap ?? blindBy(glance, assessment, { step, looking, sight });
  const found = assessment === undefined ? base : { ...base, ...seenBy(assessment, step) };
  const elapsed = { clock: looking.run.engine.clock, sinceMs: looking.sinceMs };
  if (blind !== undefined) return decidedByTime({ ...found, ...blind }, elapsed);
  if (assessment === undefined || !glance.last) return undefined;
  const reason = noneIn(glance.atMs - startedAtMs, glance.look as PollResult, step);
  const none: Outcome = { ...found, verdict: 'passed', reason };
  return isPolled(looking) ? decidedByTime(none, elapsed, 'it is unknown if one appeared meanwhile') : none;
}

/** True if changes between two polls are invisible; a tap keeps its messages. */
function isPolled({ watch }: CheckContext): boolean {
  return watch.subscribe === undefined;
}

/** Things that an `expect` above found are expected, also if the check counts from before it. */
function unexpectedIn(look: PollResult, { run, hop, actedAtMs, sinceMs }: CheckContext): PollResult {
  if (sinceMs === actedAtMs || run.expected.size === 0) return look;
  return { ...look, selected: look.selected.filter((one) => !run.expected.has(sightingOf(hop, one))) };
}

/** A window without things of this run proves less if all that came belonged to others. */
function noneIn(ms: number, look: PollResult, { correlate }: NeverStep): string {
  const { others = 0, earlier = 0, nothing } = look;
  const ours = correlate === true ? ' of this run' : ' with that value';
  const came = `${others} other${others === 1 ? '' : 's'} arrived`;
  const none =
    others === 0 ? `none in ${formatDuration(ms)}` : `none${ours} in ${formatDuration(ms)}; ${came}`;
  return `${none}${notCounted(earlier)}${nothing === undefined ? '' : `; ${nothing}`}`;
}

/** The error of a window with gaps, or of an inconclusive last poll. */
function blindBy(
  glance: Observation,
  assessment: Assessment | undefined,
  { step, looking, sight }: Omit<Deciding, 'asked'>,
): ReturnType<typeof blindness> | undefined {
  const fault =
    assessment === undefined
      ? (glance.fault as CanaryError)
      : uncompared(assessment.undecided, step, looking.noun);
  const blind = sight.blind ?? (fault === undefined ? undefined : { sinceMs: glance.atMs, fault });
  sight.blind = fault === undefined ? undefined : blind;
  if (blind === undefined) return undefined;
  // The last poll covers a source that keeps its messages.
  const isKept = assessment !== undefined && !isPolled(looking);
  const isTooLong = !isKept && glance.atMs - blind.sinceMs > LONGEST_BLIND_MS;
  return isTooLong || (glance.last && fault !== undefined) ? blindness(blind.fault) : undefined;
}

function sighting(
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
    ...seenBy(assessment, step),
    evidence: fitting.slice(0, 3).map(({ evidence }) => evidence),
    verdict: 'failed',
    blame: 'target',
    reason: `${numberOf(fitting.length, noun)} ${fitting.length === 1 ? 'was' : 'were'} seen that should never appear`,
    timeToEffectMs: Math.max(0, happenedAtMs(first.evidence) - actedAtMs),
    ...lagOf(first.evidence),
  };
}

function seenBy(assessment: Assessment, step: NeverStep): Pick<Outcome, 'checks' | 'nearby' | 'evidence'> {
  const evidence = assessment.undecided.slice(0, 3).map((one) => one.evidence);
  return { checks: checksOf(assessment, step), nearby: assessment.nearby, evidence };
}

/** A fault of the system is no observation, and an absence unobserved is no proof: the observer is to blame. */
function blindness({ blame, message }: CanaryError): Pick<Outcome, 'verdict' | 'blame' | 'reason'> {
  if (blame !== 'target') return { verdict: 'error', blame, reason: message };
  const words = 'It could not be looked at all the time, so nothing can be said of it: ';
  return { verdict: 'error', blame: 'observer', reason: `${words}${message}` };
}
