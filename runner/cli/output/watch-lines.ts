import { subjectOf } from '../../../reporters/subject.ts';
import { formatRun } from '../../../reporters/terminal/format-run.ts';
import type { Paint } from '../../../reporters/terminal/paint.ts';
import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { isoSecond } from '../../core/base/format.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import { isGood } from '../../core/base/verdict.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Notice } from '../../core/notice/notice.ts';
import type { DeliveredNotice, IncidentChange, Reporter } from '../../core/report/reporter.ts';
import { formatNear } from './local-time.ts';

const PLAIN: Paint = (_, words) => words;

/** A printed report, for runs that differ from it in nothing but time and ids. */
interface Printed {
  readonly likeness: string;
  readonly atMs: number;
}

/** Prints a line for each run, incident and notice. The report of a bad run is printed in full only if it differs from the one before. */
export function watchLines(print: (line: string) => void, clock: Pick<Clock, 'nowMs'>): Reporter {
  const printed = new Map<string, Printed>();
  const timed = (line: string): void => print(`${isoSecond(clock.nowMs())} ${line}`);
  return {
    name: 'watch',
    onRunEnd: (run) => {
      const before = printed.get(run.canary);
      const likeness = likenessOf(run);
      if (isGood(run.verdict)) printed.delete(run.canary);
      else if (before?.likeness !== likeness) printed.set(run.canary, { likeness, atMs: clock.nowMs() });
      timed(formatWatchedRun(run, before?.likeness === likeness ? before : undefined, clock.nowMs()));
    },
    onIncident: (change) => timed(formatChange(change)),
    onDelivered: (delivered) => timed(formatDelivered(delivered)),
  };
}

/** A run in one line; with a bad verdict, as `coalmine run` prints it, unless that was printed before. */
function formatWatchedRun(run: RunResult, before: Printed | undefined, nowMs: number): string {
  const { canary, verdict, durationMs, runId } = run;
  const line = `${canary} ${verdict} after ${formatDuration(durationMs)}`;
  const id = `run ${runId.slice(0, SHOWN_DIGITS)}`;
  if (isGood(verdict)) return `${verdict === 'passed' ? '✓' : '!'} ${line}   ${id}`;
  if (before === undefined) return formatRun(run, PLAIN).replaceAll('\n', '\n  ');
  return `${verdict === 'failed' ? '✗' : '?'} ${line}, as at ${formatNear(before.atMs, nowMs)}   ${id}`;
}

/** The verdicts and reasons of a run, without ids, numbers and times, which differ in every run. */
function likenessOf({ verdict, reason, steps, cleanup }: RunResult): string {
  const bad = [...steps, ...cleanup].filter((step) => !isGood(step.verdict) && step.verdict !== 'skipped');
  const parts = bad.map((step) => [
    step.stepId,
    step.verdict,
    step.reason,
    ...step.checks.filter(({ ok }) => !ok).map(({ path, operator }) => `${path} ${operator}`),
  ]);
  return JSON.stringify([verdict, reason, parts]).replace(/[\da-f-]*\d[\da-f-]*/gi, '#');
}

function formatChange({ change, severity, sinceMs, isNoticed, ...of }: IncidentChange): string {
  const { name, now, over } = subjectOf(of);
  if (change === 'closed') return `incident closed: ${name} ${over}; it began ${isoSecond(sinceMs)}`;
  const quiet = isNoticed ? '' : `; no channel is notified now, see 'coalmine explain ${name} --alert'`;
  return `incident opened (${severity}): ${name} ${now} since ${isoSecond(sinceMs)}${quiet}`;
}

function formatDelivered({ channel, notice }: DeliveredNotice): string {
  const { incidents = 1 } = notice;
  return `${channel} was notified: ${incidents > 1 ? `${incidents} incidents` : formatNotice(notice)}`;
}

function formatNotice(notice: Notice): string {
  const { name, now, still, past, over, at } = subjectOf(notice);
  const verbs: Readonly<Record<Notice['kind'], string>> = {
    opened: now,
    upgraded: `${now} (${notice.severity} now)`,
    reminder: still,
    statusUpdate: `${notice.closedAtMs === undefined ? still : over} (state)`,
    closed: over,
    combined: `${past}, and ${over}`,
  };
  return `${name} ${verbs[notice.kind]}${at}`;
}
