import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import type { CanaryState } from '../../../core/alert/alert-state.ts';
import { RUNNER } from '../../../core/alert/runner-alerts.ts';
import { visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../../../core/base/with-concurrency.ts';
import { attentionOf, byAttention } from '../../../core/fleet/attention.ts';
import { conditionOf, loadAlerts } from '../../../core/fleet/condition.ts';
import type { Canary } from '../../../core/model/canary.ts';
import type { Environment, Project } from '../../../core/model/project.ts';
import { explainAlerts } from '../../../core/store/clock-ahead.ts';
import type { StateStore } from '../../../core/store/ports.ts';
import type { Planning } from '../../../core/store/slots.ts';
import { environmentOf, select, tagged } from '../../../runs/selection.ts';
import { formatStatus } from '../../output/format-status.ts';
import { statusJson } from '../../output/status-json.ts';
import type { StatusRow } from '../../output/status-row.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectOf, sound } from '../../setup/selection.ts';
import { type ReadOptions, withStoreOf } from '../../setup/with-store.ts';

export interface StatusOptions extends ReadOptions {
  readonly tag: readonly string[];
  readonly format: 'text' | 'json';
}

const AT_ONCE = 10; // canaries whose status is read at a time

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
    const sorted = [...rows, ...others].toSorted(byNeed);
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
  const { name } = canary;
  const loaded = states.has(name) ? { state: states.get(name) } : await loadAlerts(name, store.alerts);
  const { state, damaged } = { damaged: undefined, ...loaded };
  const watermark = planning.watermarks.get(name);
  return {
    name,
    canary,
    ...(await store.runs.status({ canary: name, nowMs, isScheduled: canary.schedule !== undefined })),
    ...omitUndefined({
      state,
      alertsAhead: state === undefined ? undefined : explainAlerts(state, nowMs),
      damaged,
    }),
    ...conditionOf(canary, { project, nowMs, state, watermark }),
  };
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

/** The order by need for attention. */
function byNeed(a: StatusRow, b: StatusRow): number {
  return byAttention(ranked(a), ranked(b));
}

function ranked(row: StatusRow): Parameters<typeof byAttention>[0] {
  const { name, state, canary } = row;
  const { target, observer } = state?.alert ?? {};
  const severity = (target?.incident ?? observer?.incident)?.severity ?? canary?.alert.severity;
  return { name, attention: attentionOf(row), ...omitUndefined({ severity }) };
}
