import { LONGEST_REASON, shortReason, truncateText } from '../../core/base/format.ts';
import { differenceOf, MOST_LINES, quotesOf } from '../../core/evidence/quotes.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Evidence, Quote, StepResult } from '../../core/model/run-result.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import type { Run } from '../context/run-context.ts';
import { carriesId, selectsItsOwn } from './belonging.ts';

/**
 * Results with the lines that name the fault, for those that did not pass, and with reasons that a person can read. They must be
 * masked before: a secret that is cut cannot be found any more.
 */
export function readable(
  results: readonly StepResult[],
  steps: readonly Step[],
  run: Run,
): readonly StepResult[] {
  return results.map((result, index) => {
    const quotes = quotesOfStep(result, steps[index] as Step, run);
    return {
      ...result,
      hop: shortReason(result.hop),
      reason: isMiscounted(result) ? shortReason(result.reason) : quoting(result.reason, quotes),
      nearby: [...duplicates(result), ...result.nearby.map(shortReason)],
      quotes,
    };
  });
}

/** The reason with the first line that the system itself gave: ``status 500: `{"error":"database is down"}` ``. */
function quoting(reason: string, quotes: readonly Quote[]): string {
  const own = quotes.find((quote) => quote.own);
  if (own === undefined || reason.includes(own.text)) return shortReason(reason);
  const quoted = `${reason.endsWith('.') ? ' It says' : ''}: \`${own.text}\``;
  return `${truncateText(reason, LONGEST_REASON - quoted.length)}${quoted}`;
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
function duplicates(result: StepResult): readonly string[] {
  const difference =
    result.verdict === 'failed' && isMiscounted(result) ? differenceOf(result.evidence) : undefined;
  return difference === undefined ? [] : [difference];
}

/** True if there were too many things or too few: what one of them holds is not the fault. */
function isMiscounted({ checks }: StepResult): boolean {
  return checks.some(({ operator, ok }) => operator === 'count' && !ok);
}

function kindOf({ mode, kind }: Step, { engine: { verbs, nouns } }: Run): Verb | Noun | undefined {
  return mode === 'act' ? verbs[kind] : nouns[kind];
}

/**
 * True for an answer to the run itself, for evidence with its id, or selected by a value of its own. The data of other runs stays
 * out of notices.
 */
function belongs(one: Evidence, step: Step, kind: Verb | Noun, run: Run): boolean {
  if (step.mode === 'act' || carriesId(one, run.runId) === true) return true;
  return selectsItsOwn(step, kind as Noun, run);
}
