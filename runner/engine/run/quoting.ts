import { truncateText } from '../../core/base/format.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { type RunId, runIdsIn } from '../../core/base/run-id.ts';
import { namesItsOwn } from '../../core/cleanup/cleanup-dependencies.ts';
import { differenceOf, MOST_LINES, quotesOf } from '../../core/evidence/quotes.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import type { Evidence, Quote, StepResult } from '../../core/model/run-result.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import type { Run } from '../context/run-context.ts';

/** A reason is one sentence; a longer one contains long values. In characters. */
const LONGEST_REASON = 400;

/**
 * Results with the lines that name the fault, for those that did not pass, and with reasons that a person can read. They must be
 * masked before: a secret that is cut cannot be found any more.
 */
export function readable(
  results: readonly StepResult[],
  steps: readonly Step[],
  run: Run,
): readonly StepResult[] {
  return results.map((result, index) => ({
    ...result,
    reason: shortReason(result.reason),
    nearby: [...duplicates(result), ...result.nearby.map(shortReason)],
    quotes: quotesOfStep(result, steps[index] as Step, run),
  }));
}

/** A reason, cut at a length that still shows in a headline. */
export function shortReason(reason: string): string {
  return truncateText(reason, LONGEST_REASON);
}

function quotesOfStep(result: StepResult, step: Step, run: Run): readonly Quote[] {
  const { verdict, evidence } = result;
  const kind = kindOf(step, run);
  if (kind === undefined || (verdict !== 'failed' && verdict !== 'error')) return [];
  const isOwn = (one: Evidence): boolean => belongs(one, step, kind, run);
  const quotes = [true, false].flatMap((own) => {
    const lines = quotesOf(
      evidence.filter((one) => isOwn(one) === own),
      kind.quotes ?? [],
    );
    return lines.map((text) => ({ text, own }));
  });
  return quotes.slice(0, MOST_LINES);
}

/** The difference of those that were too many. */
function duplicates({ checks, evidence, verdict }: StepResult): readonly string[] {
  const isCounted = checks.some(({ operator, ok }) => operator === 'count' && !ok);
  const difference = verdict === 'failed' && isCounted ? differenceOf(evidence) : undefined;
  return difference === undefined ? [] : [difference];
}

function kindOf({ mode, kind }: Step, { engine: { verbs, nouns } }: Run): Verb | Noun | undefined {
  return mode === 'act' ? verbs[kind] : nouns[kind];
}

/**
 * True for an answer to the run itself, for evidence with its id, or selected by a value of its own. The data of other runs stays
 * out of notices.
 */
function belongs(one: Evidence, step: Step, kind: Verb | Noun, run: Run): boolean {
  if (step.mode === 'act' || carries(one, run.runId)) return true;
  const { selects, repliesToUs } = kind as Noun;
  return repliesToUs === true || (selects === 'id' && step.correlate !== false) || selectsByOwn(step, run);
}

function carries({ id, data }: Evidence, runId: RunId): boolean {
  return runIdsIn(`${id} ${JSON.stringify(data)}`).includes(runId);
}

function selectsByOwn(
  { input, where }: Exclude<Step, ActStep>,
  { request: { canary, environment } }: Run,
): boolean {
  const vars: JsonMap = { ...environment.vars, ...canary.vars };
  return namesItsOwn([input, where ?? null], { vars, generated: true });
}
