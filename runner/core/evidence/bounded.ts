import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import { isExactNumber } from '../base/numbers.ts';
import type { Check, Evidence, StepResult } from '../model/run-result.ts';
import { LONG_TEXT } from '../redaction/needles.ts';
import { TRUNCATED } from './truncate-result.ts';

/** A shorter text is omitted whole: the beginning of a secret is masked only at the end of a longer one. */
const SHORTEST_TRUNCATED = LONG_TEXT;

/** Characters of evidence, checks and saved values that one run keeps; a store keeps no more (`MOST_RESULT_BYTES`). */
export const MOST_KEPT = 262_144;
/** Share of one step. */
export const MOST_OF_STEP = 65_536;

/** The parts of an outcome that are bounded. */
type BoundedParts = Partial<Pick<StepResult, 'checks' | 'evidence' | 'saved' | 'nearby'>> & {
  readonly reason: string;
};

/**
 * A step's outcome within the limits: answers may have a megabyte each, and every kept part is searched for secrets. Runs after the checks,
 * which see the whole, and before redaction.
 */
export function boundedOutcome<Outcome extends BoundedParts>(outcome: Outcome, steps: number): Outcome {
  const most = Math.min(MOST_OF_STEP, Math.max(SHORTEST_TRUNCATED, Math.floor(MOST_KEPT / steps)));
  const { reason, checks, evidence, saved, nearby } = outcome;
  return {
    ...outcome,
    reason: shortened(reason),
    ...(checks === undefined ? {} : { checks: boundedChecks(checks, most) }),
    ...(evidence === undefined ? {} : { evidence: boundedEvidence(evidence, most) }),
    ...(saved === undefined ? {} : { saved: bounded(saved, { left: most, truncated: [] }, '') }),
    ...(nearby === undefined ? {} : { nearby: nearby.map(shortened) }),
  };
}

/** A sentence for reports, truncated if a value made it long. */
export function shortened(text: string): string {
  return truncateText(text, SHORTEST_TRUNCATED);
}

/** The value with its long texts truncated. Keys stay, so that a value is still found by its key. */
export function withShortTexts(value: Json): Json {
  if (typeof value === 'string') return shortened(value);
  if (isJsonList(value)) return value.map(withShortTexts);
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withShortTexts(member)]));
}

/** Remaining characters, and the paths of omitted parts. */
interface Budget {
  left: number;
  readonly truncated: string[];
}

function boundedChecks(checks: readonly Check[], most: number): readonly Check[] {
  const budget: Budget = { left: most, truncated: [] };
  return checks.map((check) => {
    const actual = bounded(check.actual, budget, '');
    const expected = bounded(check.expected, budget, '');
    return actual === check.actual && expected === check.expected ? check : { ...check, actual, expected };
  });
}

function boundedEvidence(evidence: readonly Evidence[], most: number): readonly Evidence[] {
  const left = Math.max(SHORTEST_TRUNCATED, Math.floor(most / Math.max(1, evidence.length)));
  return evidence.map((one) => {
    const budget: Budget = { left, truncated: [...(one.truncated ?? [])] };
    const data = bounded(one.data, budget, '');
    return data === one.data ? one : { ...one, data, truncated: budget.truncated };
  });
}

/** As much of a value as fits; the value itself if all of it does. */
function bounded<Value extends Json>(value: Value, budget: Budget, path: string): Value {
  const left = budget.left - sizeOf(value, budget.left);
  if (left >= 0) {
    budget.left = left;
    return value;
  }
  budget.truncated.push(path);
  return cutDown(value, budget, path) as Value;
}

function cutDown(value: Json, budget: Budget, path: string): Json {
  if (typeof value === 'string') {
    const text = budget.left < SHORTEST_TRUNCATED ? TRUNCATED : truncateText(value, budget.left);
    budget.left = Math.max(0, budget.left - text.length);
    return text;
  }
  if (isJsonList(value)) {
    const kept: Json[] = [];
    for (const [index, element] of value.entries()) {
      if (budget.left <= 0) return [...kept, TRUNCATED];
      kept.push(bounded(element, budget, `${path}[${index}]`));
    }
    return kept;
  }
  if (!isJsonMap(value)) return isExactNumber(value) ? TRUNCATED : value;
  const kept: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (budget.left <= 0) break;
    budget.left -= key.length + OVERHEAD;
    kept.push([key, bounded(member, budget, path === '' ? key : `${path}.${key}`)]);
  }
  return Object.fromEntries(kept);
}

const OVERHEAD = 4; // quotes, colon and comma

/** The size of a value in characters; any number above `most` for a larger one, which is not read to its end. */
function sizeOf(value: Json, most: number): number {
  if (typeof value === 'string') return value.length + OVERHEAD;
  if (isExactNumber(value)) return value.rawJSON.length;
  let size = OVERHEAD;
  if (isJsonList(value)) {
    for (const element of value) {
      if (size > most) break;
      size += OVERHEAD + sizeOf(element, most - size);
    }
  } else if (isJsonMap(value)) {
    for (const key in value) {
      if (size > most) break;
      size += key.length + OVERHEAD + sizeOf(value[key] as Json, most - size);
    }
  }
  return size;
}

/** The beginning of a text, without half a character at its end. */
function truncateText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most + 1 : most);
}
