import type { CanaryState } from '../alert/alert-state.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { mapWithConcurrency } from '../base/with-concurrency.ts';
import type { Canary } from '../model/canary.ts';
import type { Environment, Project } from '../model/project.ts';
import type { AlertStore, RunStore } from '../store/ports.ts';
import type { Planning } from '../store/slots.ts';
import { byAttention } from './attention.ts';
import { GRAINS } from './cells.ts';
import { conditionOf, loadAlerts } from './condition.ts';
import { alertRow, canaryRow } from './fleet-row.ts';
import type { FleetRow, FleetView } from './fleet-view.ts';
import { mayHaveChanged, type ReadHistory, readHistory, type Slots } from './read-history.ts';

export interface FleetSource {
  readonly runs: Pick<RunStore, 'history' | 'planning'>;
  readonly alerts: Pick<AlertStore, 'all' | 'load'>;
  readonly project: Pick<Project, 'name' | 'maintenance'>;
  readonly environment: Pick<Environment, 'name'>;
  /** The canaries of the files that may run in the environment. */
  readonly canaries: readonly Canary[];
  /** Awaited between parts of a long read, so that other work of the process goes on. @default goes on at once */
  pause?(): Promise<void>;
}

/** Reads the state of a fleet again and again. A read after the first costs a query for each canary that ran since. */
export interface FleetReader {
  read(ask: FleetAsk): Promise<FleetView>;
}

interface FleetAsk {
  readonly nowMs: number;
  /** Moment of the runner's last complete tick, if that is known. */
  readonly lastTickMs?: number;
}

/** Entries of history that the first read takes of all canaries together, and of one canary at the least and at the most. */
const BUDGET = 200_000;
const LEAST = GRAINS.run.cells;
const MOST = 5_000;

const AT_ONCE = 50; // canaries whose history is read at a time
const PART = 200; // canaries between two pauses

/** A reader whose first read goes back as far as a budget permits, for all canaries alike. */
export function fleetReader(source: FleetSource): FleetReader {
  const known = new Map<string, ReadHistory>();
  return {
    read: async (ask) => {
      const [planning, states] = await Promise.all([source.runs.planning(), source.alerts.all()]);
      await refresh(known, { source, planning, nowMs: ask.nowMs });
      return viewOf(ask, { source, planning, states, known });
    },
  };
}

interface Reading {
  readonly source: FleetSource;
  readonly planning: Planning;
}

/** Reads the histories that may have changed. */
async function refresh(
  known: Map<string, ReadHistory>,
  { source, planning, nowMs }: Reading & { readonly nowMs: number },
): Promise<void> {
  const { canaries, runs } = source;
  const most = Math.min(MOST, Math.max(LEAST, Math.floor(BUDGET / Math.max(1, canaries.length))));
  const running = new Set(planning.running.map(({ canary }) => canary));
  const slotsOf = ({ name }: Canary): Slots => ({
    watermarkMs: planning.watermarks.get(name)?.toMs,
    isRunning: running.has(name),
    nowMs,
  });
  const changed = canaries.filter((canary) =>
    mayHaveChanged(canary, known.get(canary.name), slotsOf(canary)),
  );
  for (let at = 0; at < changed.length; at += PART) {
    await mapWithConcurrency(AT_ONCE, changed.slice(at, at + PART), async (canary) => {
      const read = { runs, most, slots: slotsOf(canary) };
      known.set(canary.name, await readHistory(canary, known.get(canary.name), read));
    });
    await source.pause?.();
  }
}

async function viewOf(
  { nowMs, lastTickMs }: FleetAsk,
  {
    source,
    planning,
    states,
    known,
  }: Reading & {
    readonly states: readonly CanaryState[];
    readonly known: ReadonlyMap<string, ReadHistory>;
  },
): Promise<FleetView> {
  const { canaries, alerts, project, environment } = source;
  const byName = new Map(states.map((state) => [state.canary, state]));
  const rows = await mapWithConcurrency(AT_ONCE, canaries, async (canary): Promise<FleetRow> => {
    const { name } = canary;
    const history = known.get(name) as ReadHistory;
    const listed = byName.get(name);
    // Of a canary that ran, the list of all left out a damaged record only.
    const isListed = listed !== undefined || history.cells.length === 0;
    const { state = listed, damaged } = isListed ? {} : await loadAlerts(name, alerts);
    const watermark = planning.watermarks.get(name);
    const condition = {
      ...conditionOf(canary, { project, nowMs, state, watermark }),
      ...omitUndefined({ damaged }),
    };
    return canaryRow(canary, { history, state, condition, nowMs });
  });
  const names = new Set(canaries.map(({ name }) => name));
  const others = states.flatMap((state) => (names.has(state.canary) ? [] : (alertRow(state, nowMs) ?? [])));
  const overdueMs = Math.min(...rows.map(({ overdueSinceMs = Number.POSITIVE_INFINITY }) => overdueSinceMs));
  return {
    project: project.name,
    environment: environment.name,
    nowMs,
    ...omitUndefined({ lastTickMs, overdueSinceMs: Number.isFinite(overdueMs) ? overdueMs : undefined }),
    rows: [...rows, ...others].toSorted(byAttention),
  };
}
