import { formatDuration } from '../../core/base/duration.ts';
import type { CanaryError } from '../../core/base/errors.ts';
import type { JsonMap } from '../../core/base/json.ts';
import type { GoneStep } from '../../core/model/canary.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import type { ThingAt } from '../../kinds/kind.ts';
import type { Outcome } from '../context/run-context.ts';
import { assess, numberOf, thingOf } from './assertions.ts';
import type { CheckContext } from './check-step.ts';
import { emitStepPolled } from './emit-progress.ts';
import { decidedByTime, gapBefore, goneTooLate } from './in-time.ts';
import { type Observation, poll } from './poll.ts';
import { learnSecrets } from './save-values.ts';

/** State of a `gone` between its polls. */
interface GoneState {
  /** True once it is known that a thing was there: by a poll, by an `expect` or by an act of this run. */
  wasThere: boolean;
  /** Moment since which nothing is there; absent if something is. */
  goneSinceMs?: number | undefined;
  /** End of the last successful poll. */
  seenAtMs: number;
  /** The things that the last poll showed. */
  evidence: readonly Evidence[];
}

/** Polls until nothing is at the address any more, for the required time, or the deadline has passed. */
export function pollUntilGone(step: GoneStep, context: CheckContext): Promise<Outcome> {
  const { run, startedAtMs } = context;
  const state: GoneState = { wasThere: false, seenAtMs: startedAtMs, evidence: [] };
  const deadlineMs = startedAtMs + step.withinMs;
  return poll<Outcome>({
    context,
    endsAtMs: () => (state.goneSinceMs === undefined ? deadlineMs : state.goneSinceMs + step.forMs),
    decide: (observation) => {
      const { result } = observation;
      const assessment = result === undefined ? undefined : assess(result, ANYTHING);
      state.evidence = assessment?.selected.map(({ evidence }) => evidence) ?? state.evidence;
      learnSecrets(step, state.evidence, run);
      emitStepPolled(step, run, observation, assessment);
      return decide(observation, { step, context, state, deadlineMs });
    },
  });
}

/** Notes that a check found a thing at its address. */
export function noteThere(context: CheckContext): void {
  if (context.noun.vanishes === true) context.run.there.see(addressOf(context));
}

/** Notes that a check found nothing at its address. */
export function noteMissing(context: CheckContext): void {
  if (context.noun.vanishes === true) context.run.there.miss(addressOf(context));
}

function addressOf({ noun, input }: CheckContext): ThingAt {
  return { kind: noun.name, input: input as JsonMap };
}

/** The conditions of a `gone`: its address alone selects. */
const ANYTHING = { has: undefined, where: undefined, count: undefined };

interface Deciding {
  readonly step: GoneStep;
  readonly context: CheckContext;
  readonly state: GoneState;
  readonly deadlineMs: number;
}

function decide(observation: Observation, deciding: Deciding): Outcome | undefined {
  const { step, context, state } = deciding;
  const { result, fault, atMs, last } = observation;
  if (result === undefined) return last ? unobserved(fault as CanaryError, observation, deciding) : undefined;
  if (state.evidence.length > 0) return stillThere(observation, deciding);
  state.wasThere ||= context.run.there.has(addressOf(context)); // a check next to it may just have seen it
  if (!state.wasThere) return last ? neverSeen(observation, deciding) : undefined;
  const gap = state.goneSinceMs === undefined ? undefined : gapBefore(observation, state.seenAtMs, context);
  state.goneSinceMs ??= atMs;
  state.seenAtMs = atMs;
  const late = goneTooLate(state.goneSinceMs - context.startedAtMs, step.withinMs);
  const unsure = late ?? (gap === undefined ? undefined : { ...gap, undecided: gap.reason });
  if (unsure !== undefined) {
    const { undecided, ...outcome } = unsure;
    return byTime({ ...base(observation, deciding), ...outcome }, context, undecided);
  }
  const hasStayed = last && atMs >= state.goneSinceMs + step.forMs;
  return hasStayed ? passed(observation, deciding) : undefined;
}

/** Something is there: at first, still, or again. */
function stillThere(observation: Observation, deciding: Deciding): Outcome | undefined {
  const { step, context, state, deadlineMs } = deciding;
  const isBack = state.goneSinceMs !== undefined;
  state.wasThere = true;
  state.goneSinceMs = undefined;
  if (observation.atMs < deadlineMs || (!isBack && !observation.last)) return undefined;
  const things = numberOf(state.evidence.length, context.noun);
  const verb = state.evidence.length === 1 ? 'is' : 'are';
  const found = { ...base(observation, deciding), verdict: 'failed', blame: 'target' } as const;
  if (isBack)
    return {
      ...found,
      reason: `did not stay so for ${formatDuration(step.forMs)}: ${things} ${verb} there again`,
    };
  return byTime(
    { ...found, reason: `not within ${formatDuration(step.withinMs)}: ${things} ${verb} still there` },
    context,
  );
}

function passed(observation: Observation, deciding: Deciding): Outcome {
  const { step, context, state } = deciding;
  const { startedAtMs, actedAtMs, run } = context;
  const goneAtMs = state.goneSinceMs as number;
  const isKnown = run.engine.clock.stoodStillMs(actedAtMs) === 0;
  const outcome: Outcome = {
    ...base(observation, deciding),
    verdict: 'passed',
    reason: `after ${formatDuration(goneAtMs - startedAtMs)}, and still so ${formatDuration(step.forMs)} later`,
    ...(isKnown ? { timeToEffectMs: goneAtMs - actedAtMs } : {}),
  };
  noteMissing(context);
  return byTime(outcome, context, 'it is unknown if it was gone all the time');
}

/** An absence proves nothing of a thing that may never have been there. */
function neverSeen(observation: Observation, deciding: Deciding): Outcome {
  const { context } = deciding;
  const seen = context.run.there.had(addressOf(context)) ? 'seen there since it was gone' : 'ever seen there';
  const reason = `No ${thingOf(context.noun)} was ${seen}, so none can be said to be gone. Let an 'expect' above see it first.`;
  return { ...base(observation, deciding), verdict: 'error', blame: 'observer', reason };
}

/** An absence that was not observed is no proof, also if the system is at fault. */
function unobserved({ blame, message }: CanaryError, observation: Observation, deciding: Deciding): Outcome {
  const words = `It could not be observed, so it is unknown if it is gone: ${message}`;
  const reason = blame === 'target' ? words : message;
  const outcome: Outcome = {
    ...base(observation, deciding),
    verdict: 'error',
    blame: blame === 'target' ? 'observer' : blame,
    reason,
  };
  return byTime(outcome, deciding.context);
}

function base(
  { count }: Observation,
  { context: { startedAtMs, hop }, state: { evidence } }: Deciding,
): Pick<Outcome, 'startedAtMs' | 'attempts' | 'hop' | 'checks' | 'evidence'> {
  const actual = evidence.length;
  return {
    startedAtMs,
    hop,
    attempts: count,
    checks: [{ path: '', operator: 'gone', expected: 0, actual, ok: actual === 0 }],
    evidence: evidence.slice(0, 3),
  };
}

function byTime(outcome: Outcome, { run, startedAtMs }: CheckContext, undecided?: string): Outcome {
  return decidedByTime(outcome, { clock: run.engine.clock, sinceMs: startedAtMs }, undecided);
}
