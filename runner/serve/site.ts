import type { Clock } from '../core/base/clock.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { RunId } from '../core/base/run-id.ts';
import { runInHistory } from '../core/compare/run-in-history.ts';
import { formatDossier } from '../core/dossier/dossier.ts';
import { readCanary } from '../core/fleet/canary-view.ts';
import type { FleetView } from '../core/fleet/fleet-view.ts';
import { type FleetSource, fleetReader } from '../core/fleet/read-fleet.ts';
import type { IncidentView } from '../core/incident/incident-view.ts';
import { type IncidentAsk, type IncidentSource, readIncident } from '../core/incident/read-incident.ts';
import type { Canary } from '../core/model/canary.ts';
import {
  canaryPage as canaryPath,
  FLEET_PAGE,
  incidentPage as incidentPath,
  type Page,
  pageAt,
} from '../core/report/page-paths.ts';
import type { Reporter } from '../core/report/reporter.ts';
import type { RunStore } from '../core/store/ports.ts';
import { canaryPage } from '../pages/canary/canary-page.ts';
import { fleetPage } from '../pages/fleet/fleet-page.ts';
import { incidentMarkdown } from '../pages/incident/incident-markdown.ts';
import { incidentPage } from '../pages/incident/incident-page.ts';
import { renderRunPage } from '../pages/run/run-page.ts';
import { runningPage } from '../pages/running/running-page.ts';
import { withScript } from '../pages/script/with-script.ts';
import { LivePages } from './live-pages.ts';
import { RunningRuns } from './running-runs.ts';
import type { Download } from './server.ts';

/** The records that the pages of a fleet are made from. */
export interface SiteSource extends FleetSource {
  readonly clock: Clock;
  readonly runs: FleetSource['runs'] & Pick<RunStore, 'result'>;
  readonly alerts: FleetSource['alerts'] & IncidentSource['alerts'];
  /** The policy and the facts of a canary, by its file. */
  incidentContext(canary: string): Pick<IncidentAsk, 'policy' | 'about' | 'maintenanceUntilMs'>;
  /** Receives what went wrong. */
  failed(thrown: unknown): void;
}

/** The live pages of a fleet. */
export interface Site {
  readonly pages: LivePages;
  /** The text at a path that is no page. */
  download(path: string): Promise<Download | undefined>;
  /** Renders pages again when something happened. It never waits, and costs nothing without readers. */
  readonly reporter: Reporter;
}

/** Makes the pages of a fleet from its state and, of runs in progress, from their events. */
export function siteOf(source: SiteSource): Site {
  const { clock } = source;
  const running = new RunningRuns(stepsIn(source.canaries));
  const fleet = fleetViews(source);
  const known = { source, running, fleet };
  const pages = new LivePages({
    clock,
    render: async (path) => {
      const page = pageAt(path);
      const text = page === undefined ? undefined : await render(page, known);
      return text === undefined ? undefined : withScript(text);
    },
    failed: source.failed,
  });
  const changed = (isAffected: (page: Page) => boolean): void => {
    fleet.changed();
    pages.changed((path) => {
      const page = pageAt(path);
      return page !== undefined && isAffected(page);
    });
  };
  return {
    pages,
    download: async (path) => {
      const page = path.endsWith('.md') ? pageAt(path.replace(/md$/, 'html')) : undefined;
      const text = page === undefined ? undefined : await markdownOf(page, source);
      return text === undefined ? undefined : { type: 'text/markdown; charset=utf-8', text };
    },
    reporter: {
      name: 'pages',
      ...eventsOf(running, changed),
      onHealth: ({ atMs, complete }) => {
        if (complete === true) fleet.ticked(atMs);
        changed(({ kind }) => kind !== 'run');
      },
    },
  };
}

/** The parts that pages are rendered from. */
interface Known {
  readonly source: SiteSource;
  readonly running: RunningRuns;
  readonly fleet: { read(): Promise<FleetView> };
}

async function render(page: Page, { source, running, fleet }: Known): Promise<string | undefined> {
  switch (page.kind) {
    case 'fleet':
      return fleetPage(await fleet.read(), { grain: page.grain, freshForMs: LIVE_MS });
    case 'incident': {
      const view = await incidentAt(page, source);
      const markdownFile = incidentPath(page.incident)
        .replace(/^incidents\//, '')
        .replace(/html$/, 'md');
      if (view === undefined) return undefined;
      const fresh = { fleet: await fleet.read(), freshForMs: LIVE_MS };
      return incidentPage(view, { markdownFile, fresh });
    }
    case 'run': {
      const now = running.get(page.runId);
      return now === undefined ? runAt(page.runId, source) : runningPage(now);
    }
    case 'canary':
      return canaryAt(page.canary, { source, fleet });
  }
}

async function canaryAt(
  name: string,
  { source, fleet }: Omit<Known, 'running'>,
): Promise<string | undefined> {
  const canary = source.canaries.find((one) => one.name === name);
  const all = await fleet.read();
  const { rows, environment, nowMs } = all;
  const row = rows.find((one) => one.name === name);
  if (canary === undefined || row === undefined) return undefined;
  const view = await readCanary(canary, { row, environment, nowMs }, source);
  return canaryPage(view, { fleet: all, freshForMs: LIVE_MS });
}

async function incidentAt(
  page: Page & { readonly kind: 'incident' },
  source: SiteSource,
): Promise<IncidentView | undefined> {
  const stream = page.incident.includes('#target') ? 'target' : 'observer';
  const nowMs = source.clock.nowMs();
  return readIncident({ ...page, ...source.incidentContext(page.canary), stream, nowMs }, source);
}

async function runAt(runId: RunId, source: SiteSource): Promise<string | undefined> {
  const result = await source.runs.result(runId);
  if (result === undefined) return undefined;
  const pages = {
    fleet: `../${FLEET_PAGE}`,
    canary: `../${canaryPath(result.canary)}`,
    dossier: `${runId}.md`,
  };
  return renderRunPage(result, { ...(await runInHistory(source, result)), pages });
}

/** The text of a page for an assistant or a post-mortem: an incident's story, or a run's dossier. */
async function markdownOf(page: Page, source: SiteSource): Promise<string | undefined> {
  if (page.kind === 'incident') {
    const view = await incidentAt(page, source);
    return view === undefined ? undefined : incidentMarkdown(view);
  }
  const result = page.kind === 'run' ? await source.runs.result(page.runId) : undefined;
  return result === undefined ? undefined : formatDossier(result, await runInHistory(source, result));
}

/** A live page is made again each minute; one that is older than this turns grey. In milliseconds. */
const LIVE_MS = 3 * 60_000;
/** A view of the fleet is read again after this time, whether anything happened or not: its age is a fact of it. In milliseconds. */
const KEPT_MS = 30_000;

/** The events after which pages differ. */
function eventsOf(
  running: RunningRuns,
  changed: (isAffected: (page: Page) => boolean) => void,
): Omit<Reporter, 'name'> {
  const run = (runId: string): void => changed((page) => page.kind === 'run' && page.runId === runId);
  const canary = (name: string): void =>
    changed((page) => page.kind === 'fleet' || ('canary' in page && page.canary === name));
  return {
    onRunStart: (start) => {
      running.start(start);
      canary(start.canary);
    },
    onStepStart: (step) => {
      running.stepStart(step);
      run(step.runId);
    },
    onStepPoll: (poll) => {
      running.stepPoll(poll);
      run(poll.runId);
    },
    onStepEnd: (end) => {
      running.stepEnd(end);
      run(end.runId);
    },
    onRunEnd: (result) => {
      running.end(result.runId);
      run(result.runId);
      canary(result.canary);
    },
    onIncident: ({ about }) => canary(about.canary),
    onDelivered: ({ notice }) => canary(notice.about.canary),
    onFleet: () => changed(({ kind }) => kind === 'fleet'),
  };
}

/** The view of the fleet, read once for all readers until something happens. */
function fleetViews(source: SiteSource) {
  const reader = fleetReader(source);
  let lastTickMs: number | undefined;
  let read: Promise<FleetView> | undefined;
  let readAtMs = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ticked: (atMs: number): void => {
      lastTickMs = atMs;
    },
    changed: (): void => {
      read = undefined;
    },
    read: async (): Promise<FleetView> => {
      const nowMs = source.clock.nowMs();
      if (read !== undefined && nowMs - readAtMs < KEPT_MS) return read;
      // One at a time: each goes on where the one before ended.
      const next = last.then(async () =>
        reader.read({ nowMs: source.clock.nowMs(), ...omitUndefined({ lastTickMs }) }),
      );
      readAtMs = nowMs;
      last = next.catch(() => undefined);
      read = next;
      return next;
    },
  };
}

function stepsIn(canaries: readonly Canary[]): (name: string) => Canary['steps'] {
  const known = new Map(canaries.map(({ name, steps }) => [name, steps]));
  return (name) => known.get(name) ?? [];
}
