import { isGood } from '../../core/base/verdict.ts';
import type { Step } from '../../core/model/canary.ts';
import type { IdContinuity, IdHop, StepResult } from '../../core/model/run-result.ts';
import { continuityOf, type NamedHop } from '../../core/trace/continuity.ts';
import { type Noun, selectsBy, type Verb } from '../../kinds/kind.ts';
import type { Run } from '../context/run-context.ts';
import type { CheckStep } from '../steps/check-step.ts';
import { asksForItsOwn, carriesId, selectsItsOwn } from './belonging.ts';
import type { Foreign } from './trail.ts';

/** The continuity of a run's id over its steps, by the evidence that the result keeps. */
export function continuityOfRun(
  results: readonly StepResult[],
  steps: readonly Step[],
  run: Run,
): IdContinuity | undefined {
  let isSent = false;
  const hops = results.flatMap((result, index): readonly NamedHop[] => {
    const step = steps[index] as Step;
    const { stepId, hop, verdict } = result;
    if (step.mode === 'act') {
      isSent = isSentBy(result, step, run);
      return isSent ? [{ stepId, hop, id: 'sent' }] : [];
    }
    const noun = run.engine.nouns[step.kind];
    if (!isSent || step.mode !== 'expect' || verdict === 'skipped' || noun?.lacksId === undefined) return [];
    return [{ stepId, hop, ...idIn(result, step, noun as ShowsId, run) }];
  });
  return continuityOf(hops);
}

/** An act that sent a span was begun, so its verb is known. */
function isSentBy({ spanId, evidence }: StepResult, { kind }: Step, run: Run): boolean {
  if (spanId === undefined || evidence[0]?.unsent === true) return false;
  return (run.engine.verbs[kind] as Verb).ownIds !== undefined;
}

/**
 * Things of others in the evidence of each check, by its step: those that the continuity names, and some of a `never`. These surely lack the id, and no
 * value of the run selected them.
 */
export function foreignIn(
  results: readonly StepResult[],
  steps: readonly Step[],
  { run, continuity }: { readonly run: Run; readonly continuity: IdContinuity | undefined },
): Foreign {
  const named = (continuity?.hops ?? []).map(
    ({ stepId, foreign = [] }) => [stepId, new Set(foreign)] as const,
  );
  const unwanted = results.flatMap(({ mode, stepId, evidence }, index) => {
    const step = steps[index] as CheckStep;
    if (mode !== 'never' || evidence.length === 0) return [];
    // A check with evidence was made, so its noun is known.
    if (selectsItsOwn(step, run.engine.nouns[step.kind] as Noun, run)) return [];
    const foreign = evidence.filter((one) => carriesId(one, run.runId) === false);
    return [[stepId, new Set(foreign.map(({ id }) => id))] as const];
  });
  return new Map([...named, ...unwanted]);
}

type ShowsId = Noun & Required<Pick<Noun, 'lacksId'>>;

/** A thing without the id is a loss only if it belongs to the run: many things of others lie on the same way. */
function idIn(result: StepResult, step: CheckStep, noun: ShowsId, run: Run): Omit<IdHop, 'stepId'> {
  const { evidence, verdict } = result;
  if (evidence.length === 0) return { id: verdict === 'failed' ? 'absent' : 'unknown' };
  if (step.correlate === true && selectsBy(noun, step.input) === 'id') return { id: 'seen' };
  const carried = evidence.map((one) => carriesId(one, run.runId));
  const isOwn = ownIn(result, step, noun, run);
  const foreign = evidence.flatMap(({ id }, at) => (carried[at] === true || isOwn(at) ? [] : [id]));
  const strangers = foreign.length === 0 ? {} : { foreign };
  if (carried.includes(true)) return { id: 'seen', ...strangers };
  const lacking = evidence.find((_, at) => isOwn(at));
  if (lacking === undefined || carried.includes(undefined)) return { id: 'unknown', ...strangers };
  return { id: 'lost', why: noun.lacksId(lacking.data, run.request.project.correlation), ...strangers };
}

/** Of a check that passed, the first thing fits its conditions; with a count, all of them do. */
function ownIn({ verdict }: StepResult, step: CheckStep, noun: Noun, run: Run): (at: number) => boolean {
  if (selectsItsOwn(step, noun, run)) return () => true;
  const isFound = isGood(verdict) && asksForItsOwn(step, run);
  const isCounted = step.mode === 'expect' && step.count !== undefined;
  return (at) => isFound && (at === 0 || isCounted);
}
