import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import type { CanaryState } from '../../../core/alert/alert-state.ts';
import { RUNNER } from '../../../core/alert/runner-alerts.ts';
import { visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../../../core/base/with-concurrency.ts';
import type { Canary } from '../../../core/model/canary.ts';
import type { Environment, Project } from '../../../core/model/project.ts';
import { maintenanceUntilMs } from '../../../core/schedule/maintenance-window.ts';
import { nextSlotMs, notBeforeMs, turnsAfter } from '../../../core/schedule/schedule.ts';
import { canaryStatus } from '../../../core/store/canary-status.ts';
import { explainAlerts, isAhead } from '../../../core/store/clock-ahead.ts';
import { DamagedRecordError, isMoment } from '../../../core/store/damaged.ts';
import { historyFrom } from '../../../core/store/history.ts';
import type { StateStore } from '../../../core/store/ports.ts';
import type { Planning, Watermark } from '../../../core/store/slots.ts';
import { environmentOf, select, tagged } from '../../../runs/selection.ts';
import { formatStatus } from '../../output/format-status.ts';
import { statusJson } from '../../output/status-json.ts';
import { attentionOf, type StatusRow } from '../../output/status-row.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectOf, sound } from '../../setup/selection.ts';
import { type ReadOptions, withStoreOf } from '../../setup/with-store.ts';

export interface StatusOptions extends ReadOptions {
  readonly tag: readonly string[];
  readonly format: 'text' | 'json';
}

const PAGE = 500; // entries of history that are read at a time
const AT_ONCE = 10; // canaries whose history is read at a time
/** A tick a minute, and two that are late. */
const ON_TIME_MS = 3 * 60_000;

/** `coalmine status`: the state of every canary on one screen, what needs attention first. */
export async function status(
  paths: readonly string[],
  options: StatusOptions,
  io: Io,
  nowMs: number,
): Promise<number> {
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const at = projectOf(loaded);
  const { project } = at;
  const environment = environmentOf(project, options.env);
  const all = loaded.map(({ canary }) => canary);
  const canaries = tagged(loaded, options.tag)
    .map(({ canary }) => canary)
    .filter(({ only }) => only === undefined || only.includes(environment.name));
  return withStoreOf(at, options, io, async (store) => {
    const place = { project, environment, nowMs };
    const planning = await store.runs.planning();
    const states = await store.alerts.all();
    const reading = { store, planning, states: new Map(states.map((one) => [one.canary, one])) };
    const rows = await mapWithConcurrency(AT_ONCE, canaries, async (one) => rowOf(one, reading, place));
    const others = options.tag.length === 0 ? othersIn(states, all) : [];
    const sorted = [...rows, ...others].toSorted(byAttention);
    const shown = { ...place, rows: sorted, options: { ...options, paths } };
    if (options.format === 'json') io.stdout.write(`${visibleJson(statusJson(shown), 2)}\n`);
    else io.stdout.write(`${formatStatus(shown, painter(wantsColour(io.env, io.stdout.isTTY === true)))}\n`);
    return exitCodeOf(sorted);
  });
}

/** As that of `run`: the system fails, or a canary has no data. */
function exitCodeOf(rows: readonly StatusRow[]): number {
  const all = rows.map(attentionOf);
  if (all.includes('failing')) return EXIT.failed;
  return all.includes('noData') ? EXIT.error : EXIT.good;
}

interface Reading {
  readonly store: StateStore;
  readonly planning: Planning;
  readonly states: ReadonlyMap<string, CanaryState>;
}

interface Place {
  readonly project: Project;
  readonly environment: Environment;
  readonly nowMs: number;
}

async function rowOf(
  canary: Canary,
  { store, planning, states }: Reading,
  { project, nowMs }: Place,
): Promise<StatusRow> {
  const { name, tags, schedule } = canary;
  const history = historyFrom(store.runs, { canary: name, page: PAGE });
  const loaded = states.has(name) ? { state: states.get(name) } : await loadedState(name, store);
  const { state, damaged } = { damaged: undefined, ...loaded };
  const isPaused = state?.alert.life === 'paused';
  const silence = state?.alert.silence;
  const mute = silence !== undefined && nowMs < silence.untilMs ? silence : undefined;
  const watermark = planning.watermarks.get(name);
  return {
    name,
    canary,
    ...(await canaryStatus(history, { nowMs, isScheduled: schedule !== undefined })),
    ...omitUndefined({
      state,
      alertsAhead: state === undefined ? undefined : explainAlerts(state, nowMs),
      damaged,
      mute,
      maintenanceUntilMs: maintenanceUntilMs(project.maintenance, { canary: name, tags }, nowMs),
    }),
    ...(isPaused ? {} : plansOf(canary, watermark, nowMs)),
  };
}

/** The alerts of a canary that the list of all left out: there are none, or their record is damaged. */
async function loadedState(
  name: string,
  { alerts }: StateStore,
): Promise<{ readonly state?: CanaryState; readonly damaged?: string }> {
  try {
    return omitUndefined({ state: await alerts.load(name) });
  } catch (thrown) {
    if (!(thrown instanceof DamagedRecordError)) throw thrown;
    return {
      damaged: `${thrown.message} Open incidents and mutes are not known. They begin anew with its next run.`,
    };
  }
}

/** The next run, or what keeps it from being planned. */
function plansOf(
  { name, schedule }: Canary,
  watermark: Watermark | undefined,
  nowMs: number,
): Pick<StatusRow, 'nextMs' | 'overdueSinceMs' | 'plannedToMs'> {
  if (schedule === undefined) return {};
  const nextMs = turnsAfter(schedule, name, nowMs, 1)[0]?.notBeforeMs;
  const plannedToMs = isMoment(watermark?.toMs) ? watermark.toMs : undefined; // a damaged one is planned anew
  if (plannedToMs !== undefined && isAhead(plannedToMs, nowMs)) return { plannedToMs };
  const unplannedMs = plannedToMs === undefined ? undefined : nextSlotMs(schedule, name, plannedToMs);
  const dueMs = unplannedMs === undefined ? undefined : notBeforeMs(schedule, name, unplannedMs);
  const overdueSinceMs = dueMs !== undefined && dueMs < nowMs - ON_TIME_MS ? dueMs : undefined;
  return omitUndefined({ nextMs, overdueSinceMs });
}

/** Rows for alerts without a canary in the files: of one that is gone, and of the runner itself. Only those that are open or pending. */
function othersIn(states: readonly CanaryState[], canaries: readonly Canary[]): readonly StatusRow[] {
  const names = new Set(canaries.map(({ name }) => name));
  return states
    .filter(({ canary }) => !names.has(canary))
    .filter(
      ({ alert, outbox }) =>
        outbox.length > 0 || (alert.target.incident ?? alert.observer.incident) !== undefined,
    )
    .map((state) => ({
      name: state.canary,
      isRunner: state.canary.startsWith(RUNNER),
      state,
      isSinceAtLeast: false,
      day: { passed: 0, failed: 0, noData: 0 },
    }));
}

const ORDER = ['failing', 'noData', 'degraded', 'paused', 'muted', 'passed', 'unknown'] as const;
const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** The order by need for attention: by kind, by severity, then by name. */
function byAttention(a: StatusRow, b: StatusRow): number {
  return (
    ORDER.indexOf(attentionOf(a)) - ORDER.indexOf(attentionOf(b)) ||
    severityOf(a) - severityOf(b) ||
    a.name.localeCompare(b.name)
  );
}

function severityOf({ state, canary }: StatusRow): number {
  const { target, observer } = state?.alert ?? {};
  const severity = (target?.incident ?? observer?.incident)?.severity ?? canary?.alert.severity;
  return severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(severity);
}
