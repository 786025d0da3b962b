import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';
import { hopTimes } from '../store/history.ts';
import { compareFields } from './compare-fields.ts';
import type {
  Comparison,
  FieldDifference,
  HopDifference,
  OtherPasses,
  TimeDifference,
} from './comparison.ts';
import { comparedStep, pairsOf, type StepPair } from './step-pairs.ts';

/** The most fields that are listed; a reader uses the first few. */
const MOST_FIELDS = 40;
/** The most hops, and the most times. */
const MOST_HOPS = 30;

/** Passes whose times show the usual spread. With fewer, a factor decides. */
const ENOUGH_PASSES = 5;
const SLOWER = 3;
/** A smaller difference is of no use to a reader, whatever its factor. */
const LEAST_SLOWER_MS = 200;

/**
 * Compares a run with a pass of the same canary. Pure and bounded; other passes make it more exact. Texts are as they are in the
 * results: masked, not escaped.
 */
export function compareRuns(run: RunResult, pass: RunResult, others: OtherPasses = {}): Comparison {
  const pairs = pairsOf(run, pass, others.passes ?? []);
  const hops = pairs.flatMap(compareHop);
  const { fields, cut } = compareFields(pairs, { run, pass }, new Set(hops.map(({ stepId }) => stepId)));
  const inOrder = [...fields.filter(isChecked), ...fields.filter((one) => !isChecked(one))];
  const times = pairs.flatMap((pair) => compareTime(pair, others.times ?? []));
  const shown = {
    fields: inOrder.slice(0, MOST_FIELDS),
    times: times.slice(0, MOST_HOPS),
    hops: hops.slice(0, MOST_HOPS),
  };
  const all = fields.length + times.length + hops.length;
  return {
    pass: {
      runId: pass.runId,
      startedAtMs: pass.startedAtMs,
      isLater: pass.startedAtMs > run.startedAtMs,
    },
    definition: definitionOf(run, pass),
    ...shown,
    unread: [...new Set([...pairs.filter(isUnread).map((pair) => comparedStep(pair).step), ...cut])],
    omitted: all - shown.fields.length - shown.times.length - shown.hops.length,
  };
}

/** True if nothing differs that a comparison lists. */
export function isSame({ fields, times, hops, definition, omitted }: Comparison): boolean {
  return definition !== 'changed' && fields.length + times.length + hops.length + omitted === 0;
}

function definitionOf(run: RunResult, pass: RunResult): Comparison['definition'] {
  if (run.definition === undefined || pass.definition === undefined) return 'unknown';
  return run.definition === pass.definition ? 'same' : 'changed';
}

function compareHop({ now, before }: StepPair): readonly HopDifference[] {
  const [isSeen, wasSeen] = [hasEvidence(now), hasEvidence(before)];
  if (isSeen === wasSeen) return [];
  const step = comparedStep({ now, before });
  if (isSeen) return [{ ...step, is: 'new' }];
  const beforeMs = timeOf(before as StepResult);
  const isDecided = now?.verdict === 'failed' || (now !== undefined && isGood(now.verdict));
  return [{ ...step, is: isDecided ? 'missing' : 'unchecked', ...omitUndefined({ beforeMs }) }];
}

function hasEvidence(step: StepResult | undefined): boolean {
  return step !== undefined && step.evidence.length > 0;
}

function compareTime(
  { now, before }: StepPair,
  times: NonNullable<OtherPasses['times']>,
): readonly TimeDifference[] {
  if (now === undefined || before === undefined) return [];
  const [[hop], [old]] = [hopTimes(now), hopTimes(before)];
  if (hop === undefined || old === undefined) return [];
  const [nowMs, beforeMs] = [hop.ms, old.ms];
  const usual = [beforeMs, ...times.flatMap((hops) => hops.find(({ name }) => name === hop.name)?.ms ?? [])];
  if (nowMs - limitOf(usual) < LEAST_SLOWER_MS) return [];
  const longestMs = Math.max(...usual);
  return [{ ...comparedStep({ now, before }), beforeMs, nowMs, longestMs, passes: usual.length }];
}

/** The longest usual time: as far beyond the longest pass as that is beyond the median; of few passes, a multiple of the longest. */
function limitOf(usual: readonly number[]): number {
  const longest = Math.max(...usual);
  if (usual.length < ENOUGH_PASSES) return SLOWER * longest;
  const median = usual.toSorted((a, b) => a - b)[Math.floor(usual.length / 2)] as number;
  return 2 * longest - median;
}

function timeOf(step: StepResult): number | undefined {
  return hopTimes(step)[0]?.ms;
}

function isUnread({ now, before }: StepPair): boolean {
  return [now, before].some((step) => step?.evidence[0]?.truncated !== undefined);
}

function isChecked({ operator }: FieldDifference): boolean {
  return operator !== undefined;
}
