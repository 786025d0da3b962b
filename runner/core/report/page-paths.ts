import { parseRunId, type RunId } from '../base/run-id.ts';

/** The fleet page, at the root of a site. */
export const FLEET_PAGE = 'index.html';

/** The fleet page by the time of a cell in its strips. */
export const FLEET_PAGES = { run: FLEET_PAGE, hour: 'hours.html', day: 'days.html' } as const;

/** The files and folders of a whole site that a public one has not: they name people, reasons and ids. */
export const INTERNAL_PAGES: readonly string[] = [
  'canaries',
  'incidents',
  'runs',
  FLEET_PAGES.hour,
  FLEET_PAGES.day,
];

/** The path of a canary's page below the root of a site. Every path is the same on a server and in a folder of static files. */
export function canaryPage(canary: string): string {
  return `canaries/${canary}.html`;
}

/** The path of a run's page. */
export function runPagePath(runId: RunId): string {
  return `runs/${runId}.html`;
}

/**
 * The path of an incident's page. Its name has no `#` and no `/`, which mean something else in a URL: `order-flow@1a2b3c4d.target3.html`. The
 * incident that an operator is to close by hand has the page of the incident that it repeats.
 */
export function incidentPage(incident: string): string {
  const [own = ''] = incident.split('~');
  return `incidents/${own.replace('/', '+').replace('#', '.')}.html`;
}

/** A page of a site, by the thing that it is about. */
export type Page =
  | { readonly kind: 'fleet'; readonly grain: keyof typeof FLEET_PAGES }
  | { readonly kind: 'canary'; readonly canary: string }
  | { readonly kind: 'run'; readonly runId: RunId }
  | { readonly kind: 'incident'; readonly incident: string; readonly canary: string };

/** The page at a path below the root of a site; undefined if no page can have that path. */
export function pageAt(path: string): Page | undefined {
  if (path === '') return { kind: 'fleet', grain: 'run' };
  for (const grain of ['run', 'hour', 'day'] as const)
    if (path === FLEET_PAGES[grain]) return { kind: 'fleet', grain };
  const [, folder, name = ''] = /^([a-z]+)\/([^/]+)\.html$/.exec(path) ?? [];
  const runId = parseRunId(name);
  if (folder === 'runs' && runId !== undefined) return { kind: 'run', runId };
  if (folder === 'canaries' && /^[a-z0-9-]+$/.test(name)) return { kind: 'canary', canary: name };
  const [, written = '', life, which] = INCIDENT.exec(name) ?? [];
  if (folder !== 'incidents' || life === undefined) return undefined;
  const canary = written.replace('+', '/');
  return { kind: 'incident', canary, incident: `${canary}@${life}#${which}` };
}

const INCIDENT = /^(@?[a-z0-9-]+(?:\+[a-z0-9-]+)?)@([0-9a-z]+)\.((?:target|observer)\d+)$/;
