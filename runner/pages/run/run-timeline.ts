import { resourceIn } from '../../core/alert/common-cause.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Evidence, RunResult, StepResult } from '../../core/model/run-result.ts';
import type { Bar, Lane, Timeline, TimelineMark } from '../timeline/timeline.ts';
import { beginOf } from '../timeline/timeline-table.ts';

/** Sightings closer than this part of the run are one mark with a count. */
const TOGETHER = 0.01;

/** A run as a timeline: a lane for each resource that its steps act on or watch. */
export function timelineOf(run: RunResult): Timeline {
  const all = [...run.steps, ...run.cleanup].flatMap((step) => {
    const service = resourceIn(step.hop) ?? step.hop;
    return service === '' ? [] : [{ service, marks: marksOf(step, run) }];
  });
  const lanes = [...Map.groupBy(all, ({ service }) => service)].map(
    ([service, parts]): Lane => ({ service, marks: parts.flatMap(({ marks }) => marks) }),
  );
  return {
    startMs: run.startedAtMs,
    endMs: run.startedAtMs + run.durationMs,
    lanes: lanes.toSorted((a, b) => firstOf(a) - firstOf(b)),
  };
}

function firstOf({ marks }: Lane): number {
  return Math.min(...marks.map(beginOf));
}

function marksOf(step: StepResult, run: RunResult): readonly TimelineMark[] {
  const { mode, verdict, name: label, startedAtMs, durationMs, evidence } = step;
  if (verdict === 'skipped') return [];
  const shape: Bar['shape'] = mode === 'expect' || mode === 'gone' ? 'wait' : mode;
  const toMs = startedAtMs + durationMs;
  const bar: Bar = { shape, fromMs: startedAtMs, toMs, verdict, label };
  if (mode === 'act') return [bar];
  if (mode === 'expect' && evidence.length === 0 && verdict === 'failed')
    return [bar, { shape: 'missing', deadlineMs: toMs, verdict, label }];
  return [bar, ...sightings(step, run.durationMs * TOGETHER)];
}

function sightings(
  { evidence, verdict, name: label }: StepResult,
  togetherMs: number,
): readonly TimelineMark[] {
  const groups: Evidence[][] = [];
  for (const one of evidence.toSorted((a, b) => a.takenAtMs - b.takenAtMs)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && one.takenAtMs - last[0].takenAtMs <= togetherMs) last.push(one);
    else groups.push([one]);
  }
  return groups.map(([first, ...more]) => {
    const { happenedAtMs, takenAtMs: seenAtMs } = first as Evidence;
    return {
      shape: 'sighting',
      seenAtMs,
      count: 1 + more.length,
      verdict,
      label,
      ...omitUndefined({ happenedAtMs }),
    };
  });
}
