import { DefinitionError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { maxStepsMs } from '../../core/cleanup/time-budget.ts';
import { fillAsText } from '../../core/expression/template.ts';
import { fillPattern } from '../../core/matching/fill-pattern.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import type { Noun, StepInput, Watch } from '../../kinds/kind.ts';
import { raceAbort } from '../abort.ts';
import { unlessSeenBefore } from '../context/earlier-runs.ts';
import {
  countsFromMs,
  hopOf,
  inputOf,
  nounOf,
  type Outcome,
  type Run,
  resultOf,
} from '../context/run-context.ts';
import type { Expectation } from './assertions.ts';
import { classifyError } from './classify-error.ts';
import { emitStepEnded, emitStepStarted } from './emit-progress.ts';
import { pollUntilItHolds } from './expect-step.ts';
import { pollUntilGone } from './gone-step.ts';
import { type NeverWindow, pollUntilOver } from './never-step.ts';
import { renewing } from './renew.ts';
import type { Watches } from './watch-set.ts';

export type CheckStep = Exclude<Step, ActStep>;

export interface CheckContext {
  readonly run: Run;
  readonly noun: Noun;
  readonly watch: Watch;
  readonly hop: string;
  readonly input: StepInput;
  /** Start of its clock: the act above was over, and all values were known. */
  readonly startedAtMs: number;
  /** Beginning of the act above. */
  readonly actedAtMs: number;
  /** Earlier evidence does not count: that is from before the act above, or, for some, from before the first. */
  readonly sinceMs: number;
}

export interface CheckWith {
  readonly run: Run;
  readonly watches: Watches;
  readonly sinceMs: number;
  /** Given to all checks of a group with a `never` in it. */
  readonly window?: NeverWindow;
}

/** Makes one check; any error becomes its verdict. */
export async function runCheck(step: CheckStep, given: CheckWith): Promise<StepResult> {
  const { run } = given;
  emitStepStarted(step, run, longestMs(step, run));
  const startedAtMs = run.engine.clock.nowMs();
  let hop = '';
  let outcome: Outcome;
  try {
    const noun = nounOf(step, run);
    const input = await inputOf(step, noun, run);
    hop = hopOf(input, noun, run);
    const watch = renewing(await raceAbort(given.watches.of(step), run.signal), step, given);
    const sinceMs = fromFirstAct(step, noun, input) ? countsFromMs(run) : given.sinceMs;
    const context = { run, noun, watch, hop, input, startedAtMs, actedAtMs: given.sinceMs, sinceMs };
    outcome = await pollFor(step, given, context);
    if (outcome.saved !== undefined) await run.note?.saved();
  } catch (thrown) {
    const cause = await unlessSeenBefore(thrown, { step, hop }, run);
    outcome = { ...classifyError(cause, run.engine.classifyAwsError, run.signal, hop), startedAtMs, hop };
  }
  const result = resultOf(step, run, outcome);
  emitStepEnded(result, run);
  return result;
}

function longestMs(step: CheckStep, { request: { canary } }: Run): number {
  if (step.mode !== 'never') return step.withinMs + step.forMs;
  return step.phase === 'throughout' ? maxStepsMs(canary.steps, canary.vars) : step.forMs;
}

/** A dead letter of this run counts, whichever act caused it. Under `throughout`, that is the rule for everything. */
function fromFirstAct({ mode, phase, correlate }: CheckStep, noun: Noun, input: StepInput): boolean {
  return (
    phase === undefined && mode === 'never' && correlate === true && noun.neverFromFirstAct?.(input) === true
  );
}

function pollFor(step: CheckStep, { window }: CheckWith, context: CheckContext): Promise<Outcome> {
  if (step.mode === 'gone') return pollUntilGone(step, context);
  const expectation = expectationOf(step, context.run);
  return step.mode === 'expect'
    ? pollUntilItHolds(step, expectation, context)
    : pollUntilOver(step, expectation, { ...context, window: window as NeverWindow });
}

/** The correlation of a check with its value put in. */
export function correlationOf({ correlate }: CheckStep, { values }: Run): boolean | string {
  if (typeof correlate !== 'string') return correlate;
  const value = fillAsText(correlate, (mention) => values.valueOf(mention));
  if (value !== '') return value;
  throw new DefinitionError(`'correlate: ${correlate}' is empty in this run, so it selects nothing.`);
}

function expectationOf(step: CheckStep, { values }: Run): Expectation {
  const filled = (pattern: Json | undefined): Json | undefined =>
    pattern === undefined ? undefined : fillPattern(pattern, (mention) => values.valueOf(mention));
  return {
    has: filled(step.has),
    where: filled(step.where),
    count: step.mode === 'expect' ? step.count : undefined,
  };
}
