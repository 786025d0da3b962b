import type { Json } from '../base/json.ts';
import type { Check, RunResult, StepResult } from '../model/run-result.ts';

/** The largest result that a store keeps, in bytes of JSON. A DynamoDB item may have 400 KB, its keys included. */
export const MOST_RESULT_BYTES = 340_000;

const LONG_VALUE = 2_000; // characters of JSON; still readable in a report
const LONG_TEXT = 300; // characters, if values alone were not enough

/** Replaces a value that was too large. */
export const TRUNCATED = '… (truncated)';

/** Reductions, applied in this order until a result is small enough: the least important first. */
const LOSSES: readonly ((result: RunResult) => RunResult)[] = [
  (result) => everyStep(result, (step) => (step.verdict === 'passed' ? withoutEvidence(step) : step)),
  (result) => everyStep(result, withoutEvidence),
  (result) => everyStep(result, withoutLongValues),
  (result) => everyStep(result, withoutDetails),
  (result) => ({ ...withShortTexts(withoutHops(result)), steps: [], cleanup: [], trail: [], tags: [] }),
];

/**
 * A result as JSON of limited size. A larger one loses evidence first, then long values, then details of steps, in the end all its steps;
 * verdict, reason and times always stay. It is marked as `truncated`.
 */
export function resultText(result: RunResult, mostBytes = MOST_RESULT_BYTES): string {
  let text = JSON.stringify(result);
  let left = result;
  for (const lose of LOSSES) {
    if (Buffer.byteLength(text) <= mostBytes) return text;
    left = { ...lose(left), truncated: true };
    text = JSON.stringify(left);
  }
  return text;
}

function everyStep(result: RunResult, change: (step: StepResult) => StepResult): RunResult {
  return { ...result, steps: result.steps.map(change), cleanup: result.cleanup.map(change) };
}

function withoutEvidence(step: StepResult): StepResult {
  return { ...step, evidence: step.evidence.map((one) => ({ ...one, data: null, truncated: [''] })) };
}

function withoutLongValues(step: StepResult): StepResult {
  const saved = Object.entries(step.saved).map(([name, value]): [string, Json] => [name, shortValue(value)]);
  return { ...step, checks: step.checks.map(shortCheck), saved: Object.fromEntries(saved) };
}

function shortCheck(check: Check): Check {
  return { ...check, expected: shortValue(check.expected), actual: shortValue(check.actual) };
}

function shortValue(value: Json): Json {
  return JSON.stringify(value).length <= LONG_VALUE ? value : TRUNCATED;
}

function withoutDetails(step: StepResult): StepResult {
  const { stepId, name, reason, hop } = step;
  return {
    ...step,
    stepId: shortText(stepId),
    name: shortText(name),
    reason: shortText(reason),
    hop: shortText(hop),
    checks: [],
    evidence: [],
    saved: {},
    nearby: [],
    quotes: [],
  };
}

function withoutHops(result: RunResult): RunResult {
  const { continuity } = result;
  return continuity === undefined ? result : { ...result, continuity: { ...continuity, hops: [] } };
}

/** A field of a run is long only if a user made it so; each such field then gets a share of the rest. */
function withShortTexts(result: RunResult): RunResult {
  const fields = Object.entries(result).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? shortText(value) : value,
  ]);
  return Object.fromEntries(fields) as RunResult;
}

function shortText(text: string): string {
  return text.length <= LONG_TEXT ? text : `${text.slice(0, LONG_TEXT - TRUNCATED.length)}${TRUNCATED}`;
}
