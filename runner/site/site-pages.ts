import { omitUndefined } from '../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../core/base/with-concurrency.ts';
import { runInHistory } from '../core/compare/run-in-history.ts';
import { type CanaryView, readCanary } from '../core/fleet/canary-view.ts';
import type { FleetRow, FleetView } from '../core/fleet/fleet-view.ts';
import { type FleetSource, fleetReader } from '../core/fleet/read-fleet.ts';
import type { IncidentView } from '../core/incident/incident-view.ts';
import { readIncident } from '../core/incident/read-incident.ts';
import type { Canary } from '../core/model/canary.ts';
import {
  canaryPage as canaryPath,
  FLEET_PAGE,
  FLEET_PAGES,
  incidentPage as incidentPath,
  runPagePath,
} from '../core/report/page-paths.ts';
import { unlessDamaged } from '../core/store/damaged.ts';
import type { AlertStore, RunStore } from '../core/store/ports.ts';
import { canaryPage } from '../pages/canary/canary-page.ts';
import { fleetBadge } from '../pages/fleet/badge.ts';
import { fleetPage } from '../pages/fleet/fleet-page.ts';
import { incidentPage } from '../pages/incident/incident-page.ts';
import { renderRunPage } from '../pages/run/run-page.ts';

/** A file of a site. */
export interface SiteFile {
  /** Path below the root of the site, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface SiteSource extends Omit<FleetSource, 'runs' | 'alerts'> {
  readonly runs: Pick<RunStore, 'history' | 'planning' | 'result'>;
  readonly alerts: Pick<AlertStore, 'all' | 'load' | 'attempts'>;
  readonly nowMs: number;
  /** Time after which the pages are out of date, in milliseconds. */
  readonly freshForMs: number;
  /** True for a file that is there already; the page of a run never changes, and is made once. */
  has(path: string): boolean;
}

/** The source of a canary's pages. */
export type CanarySource = Omit<SiteSource, 'nowMs'>;

/** The files of a public site: the fleet by day, and a badge. They have no reasons, ids, people, or times of hops. */
export async function* publicSite(source: SiteSource): AsyncGenerator<SiteFile, void> {
  const view = await fleetReader(source).read(source);
  yield {
    path: FLEET_PAGE,
    text: fleetPage(view, { grain: 'day', isPublic: true, freshForMs: source.freshForMs }),
  };
  yield badgeOf(view);
}

/** The files of a site, the fleet first: then each canary, its incidents, and its runs of which the result is kept. */
export async function* wholeSite(source: SiteSource): AsyncGenerator<SiteFile, void> {
  const view = await fleetReader(source).read(source);
  yield* fleetFiles(view, source.freshForMs);
  const rows = new Map(view.rows.map((row) => [row.name, row]));
  for (const canary of source.canaries)
    yield* canaryFiles(canary, { ...view, row: rows.get(canary.name) as FleetRow }, source);
}

/** The pages of a fleet, and its badge. */
export function* fleetFiles(view: FleetView, freshForMs: number | undefined): Generator<SiteFile, void> {
  // Only incidents of canaries have pages.
  const linked = (row: FleetRow): FleetRow => (row.about === 'canary' ? row : { ...row, incidents: [] });
  const shown = { ...view, rows: view.rows.map(linked) };
  for (const grain of ['run', 'hour', 'day'] as const)
    yield { path: FLEET_PAGES[grain], text: fleetPage(shown, { grain, ...omitUndefined({ freshForMs }) }) };
  yield badgeOf(view);
}

function badgeOf(view: FleetView): SiteFile {
  return { path: 'badge.svg', text: fleetBadge(view) };
}

/** The page of a canary, then its incidents and runs. */
export async function* canaryFiles(
  canary: Canary,
  { row, ...fleet }: Omit<FleetView, 'rows'> & Pick<CanaryView, 'row'>,
  source: CanarySource,
): AsyncGenerator<SiteFile, void> {
  const { environment, nowMs } = fleet;
  const fresh = { fleet, freshForMs: source.freshForMs };
  const view = await readCanary(canary, { row, environment, nowMs }, source);
  const incidents = await readIncidents(canary, view, source);
  yield {
    path: canaryPath(canary.name),
    text: canaryPage({ ...view, incidents: incidents.map(({ id }) => id) }, fresh),
  };
  for (const incident of incidents)
    yield { path: incidentPath(incident.id), text: incidentPage(incident, { fresh }) };
  for (const runId of view.kept) {
    const path = runPagePath(runId);
    if (source.has(path)) continue;
    const result = await unlessDamaged(source.runs.result(runId, canary.name));
    if (result === undefined) continue;
    const { runId: _, ...around } = await runInHistory(source, result);
    const pages = { fleet: `../${FLEET_PAGE}`, canary: `../${canaryPath(canary.name)}` };
    yield { path, text: renderRunPage(result, { ...around, pages }) };
  }
}

/** Most incidents of a canary that have pages, the newest ones. */
const MOST_INCIDENTS = 10;

/** The incidents of a canary of which something is known, newest first. */
async function readIncidents(
  { name, owner, runbook, tags, source: file, alert }: Canary,
  { row, incidents, nowMs }: CanaryView,
  source: CanarySource,
): Promise<readonly IncidentView[]> {
  const about = {
    canary: name,
    project: source.project.name,
    environment: source.environment.name,
    owner,
    tags,
    source: file,
    ...omitUndefined({ runbook }),
  };
  const { maintenanceUntilMs } = row;
  const ids = new Set(incidents.map((id) => id.split('~')[0] as string));
  const found = await mapWithConcurrency(5, [...ids].slice(0, MOST_INCIDENTS), async (incident) => {
    const stream = incident.includes('#observer') ? 'observer' : 'target';
    const ask = { incident, canary: name, stream, nowMs, policy: alert, maintenanceUntilMs, about } as const;
    return readIncident(ask, source);
  });
  return found.filter((one) => one !== undefined);
}
