import { formatRun } from '../../../reporters/terminal/format-run.ts';
import type { Paint } from '../../../reporters/terminal/paint.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { shortReason } from '../../core/base/format.ts';
import { isGood } from '../../core/base/verdict.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { SweepResult } from '../../engine/cleanup/sweep.ts';
import type { Engine } from '../../engine/engine.ts';
import type { FleetContext } from '../../engine/fleet-context.ts';
import type { TickResult } from '../../engine/schedule/tick.ts';

const PLAIN: Paint = (_, words) => words;

/** The watched fleet, and the location of its state. */
export function formatStart(nowMs: number, { fleet }: FleetContext, stateAt: string): string {
  const { canaries, environment, project } = fleet;
  const count = `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'}`;
  return `${at(nowMs)} watching ${count} of ${project.name} in ${environment.name}; state in ${stateAt}`;
}

/** A run in one line; with a bad verdict, as `coalmine run` prints it. */
export function formatWatchedRun(nowMs: number, run: RunResult): string {
  const { canary, verdict, durationMs, runId } = run;
  if (isGood(verdict))
    return `${at(nowMs)} ✓ ${canary} ${verdict} after ${formatDuration(durationMs)}   run ${runId}`;
  return `${at(nowMs)} ${formatRun(run, PLAIN).replaceAll('\n', '\n  ')}`;
}

/** Remarkable events of a tick; empty if all was as usual. */
export function formatTick(
  nowMs: number,
  { omitted, lost, faults }: TickResult,
  engine: Engine,
): readonly string[] {
  return [
    ...(omitted === 0
      ? []
      : [`${at(nowMs)} ${omitted} ${omitted === 1 ? 'slot' : 'slots'} did not run; see 'coalmine history'`]),
    ...lost.map(({ canary, slotAtMs }) => `${at(nowMs)} ${canary}: the run of ${at(slotAtMs)} was lost`),
    ...faults.map((fault) => formatFault(nowMs, fault, engine)),
  ];
}

/** Result of a sweep. */
export function formatSwept(nowMs: number, { entry, clean, reason = '' }: SweepResult): string {
  const left = `what the run ${entry.runId} of ${entry.canary} left`;
  return `${at(nowMs)} ${clean ? `swept ${left}` : `could not sweep all of ${left}: ${reason}`}`;
}

/** A failure that will be retried. */
export function formatFault(
  nowMs: number,
  thrown: unknown,
  { classifyAwsError, redactor }: Engine,
  canary?: string,
): string {
  const sorted = classifyAwsError(thrown);
  const words = sorted instanceof Error ? sorted.message : String(sorted);
  const reason = shortReason(redactor.text(words));
  return `${at(nowMs)} ${canary === undefined ? '' : `${canary}: `}not done, and tried again: ${reason}`;
}

function at(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
