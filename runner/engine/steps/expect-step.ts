import { formatDuration } from '../../core/base/duration.ts';
import type { CanaryError } from '../../core/base/errors.ts';
import type { ExpectStep } from '../../core/model/canary.ts';
import type { Noun } from '../../kinds/kind.ts';
import { type Outcome, sightingOf } from '../context/run-context.ts';
import { type Elapsed } from '../standstill.ts';
import {
  type Assessment,
  assess,
  type Candidate,
  checksOf,
  differencesOf,
  type Expectation,
  happenedAtMs,
  lagOf,
  notCounted,
  numberOf,
  shownOf,
  thingOf,
  uncompared,
} from './assertions.ts';
import type { CheckContext } from './check-step.ts';
import { emitStepPolled } from './emit-progress.ts';
import { noteThere } from './gone-step.ts';
import { decidedByTime, gapBefore, tooLate } from './in-time.ts';
import { withoutOverlong } from './overlong.ts';
import { type Observation, poll } from './poll.ts';
import { keep, learnSecrets, saveFrom } from './save-values.ts';

/** A shorter lag between an effect and its observation is not mentioned. In milliseconds. */
const LEAST_LAG_MS = 1_000;

/** State of an `expect` between its polls. */
interface ExpectState {
  assessment?: Assessment;
  /** Moment since which it holds; absent if it does not. */
  heldSinceMs?: number;
  /** Of a series, the id of the newest thing then. */
  heldFrom?: string;
  firstHeldAtMs?: number;
  /** End of the last successful poll. */
  seenAtMs?: number;
}

/** Polls until the expectation holds for the required time, or the deadline has passed. */
export function pollUntilItHolds(
  step: ExpectStep,
  expectation: Expectation,
  context: CheckContext,
): Promise<Outcome> {
  const state: ExpectState = {};
  const deadlineMs = context.startedAtMs + step.withinMs;
  const deciding = { step, expectation, state, deadlineMs, context };
  return poll<Outcome>({
    context,
    endsAtMs: () => (state.heldSinceMs === undefined ? deadlineMs : state.heldSinceMs + step.forMs),
    decide: (observation) => {
      const decided = decide(withoutOverlong(observation, expectation), deciding);
      emitStepPolled(step, context.run, observation, state.assessment);
      return decided;
    },
  });
}

interface Deciding {
  readonly step: ExpectStep;
  readonly expectation: Expectation;
  readonly state: ExpectState;
  readonly deadlineMs: number;
  readonly context: CheckContext;
}

function decide(observation: Observation, deciding: Deciding): Outcome | undefined {
  const { step, expectation, state, deadlineMs, context } = deciding;
  if (observation.result === undefined) return unanswered(observation, deciding);
  const assessment = assess(observation.result, { ...expectation, newestSince: state.heldFrom ?? '' });
  state.assessment = assessment;
  learnSecrets(step, shownOf(assessment), context.run);
  if (assessment.unrecoverable)
    return failed(whyUnrecoverable(assessment, step, context.noun), observation, deciding);
  if (!assessment.holds) {
    const left = leave(state);
    if (observation.atMs < deadlineMs || (!left && !observation.last)) return undefined;
    return left
      ? failed(`did not stay so for ${formatDuration(step.forMs)}`, observation, deciding)
      : decidedByTime(
          failed(lateness(assessment, step, context.noun), observation, deciding),
          elapsedOf(context),
        );
  }
  const gap =
    state.heldSinceMs === undefined ? undefined : gapBefore(observation, state.seenAtMs as number, context);
  state.seenAtMs = observation.atMs;
  const stayed = hasStayed(observation, assessment, deciding);
  const late = tooLate(assessment, { step, context, heldSinceMs: state.heldSinceMs as number });
  const unsure = late ?? (gap === undefined ? undefined : { ...gap, undecided: gap.reason });
  if (unsure === undefined) return stayed ? passed(observation, assessment, deciding) : undefined;
  const { undecided, ...outcome } = unsure;
  const found = { ...evidenceOf(observation, assessment, { step, context }), ...outcome };
  return undecided === undefined ? found : decidedByTime(found, elapsedOf(context), undecided);
}

/** It does not hold any more, or cannot be reached. True if it did hold. */
function leave(state: ExpectState): boolean {
  const left = state.heldSinceMs !== undefined;
  delete state.heldSinceMs;
  delete state.heldFrom;
  return left;
}

/** True if it has held for as long as it must. The last poll of a window has covered all of it. */
function hasStayed({ atMs, last }: Observation, { fitting }: Assessment, { step, state }: Deciding): boolean {
  state.heldSinceMs ??= atMs;
  state.firstHeldAtMs ??= atMs;
  state.heldFrom ??= (fitting[0] as Candidate).evidence.id;
  return step.forMs === 0 || (last && atMs >= state.heldSinceMs + step.forMs);
}

function passed(
  observation: Observation,
  assessment: Assessment,
  { step, state, context }: Deciding,
): Outcome {
  const [best] = assessment.fitting as [Candidate];
  const found = evidenceOf(observation, assessment, { step, context });
  const unsure =
    step.count?.atMost === undefined ? undefined : uncompared(assessment.undecided, step, context.noun);
  if (unsure !== undefined) return { ...found, verdict: 'error', blame: 'observer', reason: unsure.message };
  const saving = saveFrom(step, step.kind, best.evidence);
  if ('missing' in saving) return { ...found, verdict: 'failed', blame: 'target', reason: saving.missing };
  const saved = keep(saving.saved, context.run);
  for (const { evidence } of assessment.fitting) context.run.expected.add(sightingOf(context.hop, evidence));
  noteThere(context);
  const effectAtMs = effectOf(best, state.firstHeldAtMs as number);
  // Effects dated by the service do not depend on our clock, nor on a standstill.
  const isDated = best.evidence.final === true && best.evidence.happenedAtMs !== undefined;
  const tookMs = effectAtMs - context.startedAtMs;
  const { warnAfterMs = Number.POSITIVE_INFINITY } = step;
  const late = tookMs > warnAfterMs;
  const stayed = step.forMs === 0 ? '' : `, and still so ${formatDuration(step.forMs)} later`;
  const { lagMs = 0 } = best.evidence.final === true ? lagOf(best.evidence) : {};
  const lag = lagMs < LEAST_LAG_MS ? '' : `, seen ${formatDuration(lagMs)} later`;
  const more = `${lag}${stayed}${notCounted(observation.result?.earlier)}`;
  const outcome: Outcome = {
    ...found,
    saved,
    ...timeToEffect(effectAtMs, { context, isDated }),
    ...lagOf(best.evidence),
    ...(late
      ? {
          verdict: 'degraded',
          blame: 'target',
          reason: `after ${formatDuration(tookMs)}, later than ${formatDuration(warnAfterMs)}${lag}`,
        }
      : { verdict: 'passed', reason: `after ${formatDuration(Math.max(0, tookMs))}${more}` }),
  };
  const undecided = undecidedOf(outcome, { tookMs, step, context, isDated });
  return undecided === undefined ? outcome : decidedByTime(outcome, elapsedOf(context), undecided);
}

interface Timed {
  readonly context: CheckContext;
  /** True if the service dates the effect. */
  readonly isDated: boolean;
}

/** The time to the effect; nothing if the runner stood still meanwhile, and so saw it late. */
function timeToEffect(effectAtMs: number, { context, isDated }: Timed): Pick<Outcome, 'timeToEffectMs'> {
  const { run, actedAtMs } = context;
  const isKnown = isDated || run.engine.clock.stoodStillMs(actedAtMs) === 0;
  return isKnown ? { timeToEffectMs: Math.max(0, effectAtMs - actedAtMs) } : {};
}

/** The part of a pass that is unknown if the runner stood still meanwhile; undefined if that makes no difference. */
function undecidedOf(
  { verdict, reason }: Outcome,
  { tookMs, step, context, isDated }: Timed & { readonly tookMs: number; readonly step: ExpectStep },
): string | undefined {
  if (verdict === 'degraded' && !isDated) return reason;
  if (tookMs > step.withinMs && !isDated)
    return `seen after ${formatDuration(tookMs)}, perhaps within ${formatDuration(step.withinMs)}`;
  // A tap keeps its messages, and the last poll shows all; a polled source may have changed unseen.
  const mayMiss = step.forMs > 0 && context.watch.subscribe === undefined;
  return mayMiss ? `it is unknown if it stayed so for ${formatDuration(step.forMs)}` : undefined;
}

function elapsedOf({ run, startedAtMs }: CheckContext): Elapsed {
  return { clock: run.engine.clock, sinceMs: startedAtMs };
}

/** Moment of the effect: its origin or, for looked-up things, the first match. */
function effectOf({ evidence }: Candidate, firstHeldAtMs: number): number {
  return evidence.final === true ? happenedAtMs(evidence) : firstHeldAtMs;
}

function failed(reason: string, observation: Observation, { state, step, context }: Deciding): Outcome {
  const assessment = state.assessment as Assessment;
  const found = evidenceOf(observation, assessment, { step, context });
  const absent = assessment.undecided.filter(({ undecided }) => undecided?.absent === true);
  const fault = assessment.unrecoverable ? undefined : uncompared(absent, step, context.noun);
  if (fault !== undefined) return { ...found, verdict: 'error', blame: 'observer', reason: fault.message };
  return { ...found, verdict: 'failed', blame: 'target', reason };
}

/** A failed poll. A target may answer later; an observer's failure decides only at the end. */
function unanswered(observation: Observation, deciding: Deciding): Outcome | undefined {
  const { step, state, deadlineMs, context } = deciding;
  const { blame, message } = observation.fault as CanaryError;
  const left = blame === 'target' && leave(state);
  if (left ? observation.atMs < deadlineMs : !observation.last) return undefined;
  const words = left
    ? `did not stay so for ${formatDuration(step.forMs)}`
    : `not within ${formatDuration(step.withinMs)}`;
  // Earlier evidence is shown, but does not decide.
  const found = evidenceOf(observation, state.assessment, { step, context });
  const outcome: Outcome =
    blame === 'target'
      ? { ...found, verdict: 'failed', blame, reason: `${words}: ${message}` }
      : { ...found, verdict: 'error', blame, reason: message };
  return decidedByTime(outcome, elapsedOf(context));
}

function evidenceOf(
  observation: Observation,
  assessment: Assessment | undefined,
  { step, context }: Pick<Deciding, 'step' | 'context'>,
): Pick<Outcome, 'startedAtMs' | 'attempts' | 'checks' | 'evidence' | 'nearby' | 'hop'> {
  return {
    startedAtMs: context.startedAtMs,
    attempts: observation.count,
    hop: context.hop,
    checks: assessment === undefined ? [] : checksOf(assessment, step),
    evidence: (assessment?.selected ?? []).slice(0, 3).map(({ evidence }) => evidence),
    nearby: assessment?.nearby ?? [],
  };
}

function whyUnrecoverable({ selected }: Assessment, { count }: ExpectStep, noun: Noun): string {
  const most = count?.atMost ?? Number.POSITIVE_INFINITY;
  if (selected.length > most) {
    const expected = most === count?.atLeast ? `exactly ${most}` : `at most ${most}`;
    return `${expected} expected, and ${numberOf(selected.length, noun)} were seen`;
  }
  return differing(
    selected.filter(({ fits }) => !fits),
    noun,
  );
}

function lateness({ selected }: Assessment, { withinMs, count }: ExpectStep, noun: Noun): string {
  const within = `not within ${formatDuration(withinMs)}`;
  const misfits = selected.filter(({ fits }) => !fits);
  if (selected.length === 0) return `${within}: no ${thingOf(noun)} was seen`;
  if (misfits.length > 0) return `${within}: ${differing(misfits, noun)}`;
  return `${within}: ${selected.length} of at least ${numberOf((count as { readonly atLeast: number }).atLeast, noun)} were seen`;
}

/** Names the first difference of the nearest thing, so that a notice says what is wrong without the report. */
function differing(misfits: readonly Candidate[], noun: Noun): string {
  const things = numberOf(misfits.length, noun);
  const [nearest] = misfits as [Candidate];
  const differ = misfits.length === 1 ? 'was selected, and differs' : 'were selected, and differ';
  return `${things} ${differ}${differencesOf(nearest.checks)}`;
}
