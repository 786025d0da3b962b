import { formatDuration } from '../base/duration.ts';
import { formatSecond, visible } from '../base/format.ts';
import { SHOWN_DIGITS } from '../base/run-id.ts';
import { isSame } from '../compare/compare-runs.ts';
import type {
  ComparedStep,
  Comparison,
  FieldDifference,
  HopDifference,
  TimeDifference,
} from '../compare/comparison.ts';
import { formatValue } from '../report/format-check.ts';

/** The pass that a run is compared with, in words: the last one before it, or the next one. */
export function passName({ pass }: Pick<Comparison, 'pass'>): string {
  return pass.isLater ? 'next pass' : 'last pass';
}

/** The heading of a comparison: the pass that a run is compared with. */
export function comparisonHeading({ pass }: Comparison): string {
  return `compared with the ${pass.isLater ? 'next pass, ' : 'pass '}of ${formatSecond(pass.startedAtMs)} (run ${pass.runId.slice(0, SHOWN_DIGITS)})`;
}

/** A comparison in lines, one difference each: hops, fields, times. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  const { definition, fields, times, hops, unread, omitted } = comparison;
  return [
    ...(definition === 'changed' ? ['the canary or its environment changed in between'] : []),
    ...hops.map(hopLine),
    ...fields.map(fieldLine),
    ...times.map(timeLine),
    ...(omitted === 0 ? [] : [`and ${omitted} more ${omitted === 1 ? 'difference' : 'differences'}`]),
    ...(isSame(comparison) ? ['nothing differs but ids, times and generated values'] : []),
    ...(unread.length === 0
      ? []
      : [
          `not compared in full, since a part was too large to keep or too much differs: ${unread.map(visible).join(', ')}`,
        ]),
  ];
}

const HOP_WORDS: Readonly<Record<HopDifference['is'], string>> = {
  missing: 'missing',
  unchecked: 'not checked',
  new: 'new',
};

function hopLine({ is, beforeMs, ...step }: HopDifference): string {
  const then = beforeMs === undefined ? '' : `; it took ${formatDuration(beforeMs)} then`;
  return `${HOP_WORDS[is]}: ${nameOf(step)}${is === 'new' ? '' : then}`;
}

function fieldLine({ path, operator, before, now, ...step }: FieldDifference): string {
  const field = path === '' ? (operator ?? 'the content') : path;
  return `${nameOf(step)}: ${visible(field)} was ${valueText(before)}, now ${valueText(now)}`;
}

function timeLine({ beforeMs, nowMs, longestMs, passes, ...step }: TimeDifference): string {
  const usual = passes === 1 ? '' : `, at most ${formatDuration(longestMs)} in ${passes} passes`;
  return `${nameOf(step)}: took ${formatDuration(nowMs)}, then ${formatDuration(beforeMs)}${usual}`;
}

function nameOf({ hop, step }: ComparedStep): string {
  return visible(hop === '' ? step : hop);
}

function valueText(value: FieldDifference['now']): string {
  return value === undefined ? 'missing' : formatValue(value);
}
