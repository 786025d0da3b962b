import type { Trace, TraceEntry } from '../../core/trace/trace.ts';
import type { Mark } from '../base/verdict.ts';
import type { Lane, Timeline, TimelineMark } from '../timeline/timeline.ts';

/** A trace as a timeline: a lane for each place, in the order in which the series came there. */
export function timelineOf({ entries }: Pick<Trace, 'entries'>): Timeline {
  const lanes = [...Map.groupBy(entries, ({ place }) => place)].map(
    ([service, some]): Lane => ({ service, marks: some.map(markOf) }),
  );
  const starts = entries.map(({ atMs }) => atMs);
  const ends = entries.map(({ atMs, endMs = atMs }) => endMs);
  return { startMs: Math.min(...starts), endMs: Math.max(...ends), lanes };
}

function markOf({ kind, atMs, endMs, what: label, fault }: TraceEntry): TimelineMark {
  const verdict = fault ?? VERDICTS[kind];
  if (kind === 'missing') return { shape: 'missing', deadlineMs: atMs, verdict, label };
  if (endMs !== undefined)
    return { shape: kind === 'unchecked' ? 'wait' : 'act', fromMs: atMs, toMs: endMs, verdict, label };
  return { shape: 'sighting', seenAtMs: atMs, verdict, label };
}

/** A line or a segment of the system has no verdict of ours. */
const VERDICTS: Readonly<Record<TraceEntry['kind'], Mark>> = {
  sent: 'passed',
  seen: 'passed',
  missing: 'failed',
  unchecked: 'error',
  noted: 'unknown',
};
