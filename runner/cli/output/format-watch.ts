import { thrownMessage } from '../../core/base/errors.ts';
import { isoSecond as at, shortReason } from '../../core/base/format.ts';
import { turnsAfter } from '../../core/schedule/schedule.ts';
import type { SweepResult } from '../../engine/cleanup/sweep.ts';
import type { Engine } from '../../engine/engine.ts';
import type { FleetContext } from '../../engine/fleet-context.ts';
import type { TickResult } from '../../engine/schedule/tick.ts';
import { formatNear } from './local-time.ts';

/** Facts about a watched fleet at its start. */
export interface WatchStart {
  readonly fleet: FleetContext['fleet'];
  readonly stateAt: string;
  /** Names of canaries that no schedule runs here. */
  readonly unscheduled: readonly string[];
  readonly paused: ReadonlySet<string>;
  /** The version of the time-zone data. */
  readonly zoneData: string;
}

const MOST_NAMED = 8;

/** The watched fleet, the location of its state, the next runs, and the canaries that will not run. */
export function formatStart(
  nowMs: number,
  { fleet, stateAt, unscheduled, paused, zoneData }: WatchStart,
): string {
  const { canaries, environment, project } = fleet;
  const count = `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'}`;
  const next = canaries
    .filter(({ name }) => !paused.has(name))
    .flatMap(({ name, schedule }) =>
      turnsAfter(schedule, name, nowMs, 1).map(({ notBeforeMs }) => ({ name, atMs: notBeforeMs })),
    )
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ name, atMs }) => `${name} ${formatNear(atMs, nowMs)}`);
  const asleep = canaries.filter(({ name }) => paused.has(name)).map(({ name }) => name);
  return [
    `${at(nowMs)} watching ${count} of ${project.name} in ${environment.name}; state in ${stateAt}`,
    ...named('time-zone data', [zoneData]),
    ...named('next', next),
    ...named("paused until 'coalmine resume'", asleep),
    ...named("without a schedule, so only 'coalmine run' runs them", unscheduled),
  ].join('\n');
}

function named(what: string, all: readonly string[]): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length > MOST_NAMED ? `, and ${all.length - MOST_NAMED} more` : '';
  return [`  ${what}: ${all.slice(0, MOST_NAMED).join(', ')}${more}`];
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
  const message = thrownMessage(classifyAwsError(thrown));
  const reason = shortReason(redactor.text(message));
  return `${at(nowMs)} ${canary === undefined ? '' : `${canary}: `}not done, and tried again: ${reason}`;
}
