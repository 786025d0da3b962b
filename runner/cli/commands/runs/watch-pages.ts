import { thrownMessage } from '../../../core/base/errors.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { fillSettled } from '../../../core/expression/resolve-references.ts';
import type { CanaryFacts } from '../../../core/notice/notice.ts';
import type { Reporter } from '../../../core/report/reporter.ts';
import { maintenanceUntilMs } from '../../../core/schedule/maintenance-window.ts';
import { DEFAULT_POLICY } from '../../../engine/alerting/alerting.ts';
import { canaryOf, type FleetContext, factsOf } from '../../../engine/fleet-context.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { accessWith } from '../../../serve/access.ts';
import { DEFAULT_ADDRESS, isOwnMachine, pagesAddressIn } from '../../../serve/address.ts';
import { servePages } from '../../../serve/server.ts';
import { type Site, siteOf } from '../../../serve/site.ts';
import type { Io } from '../../setup/io.ts';

/** Options of the pages that `coalmine watch` serves. */
export interface PagesOptions {
  /** The address, or true for the default one. Absent: no pages. */
  readonly pages?: string | true;
  /** A reference to the token, such as `${secret:…}`. @default the variable COALMINE_PAGES_TOKEN */
  readonly pagesToken?: string;
  /** The URL under which others reach the pages. Notices then link to it. */
  readonly pagesUrl?: string;
}

/** Pages that are served while a watch lasts. */
export interface WatchPages {
  readonly reporter: Reporter;
  close(): Promise<void>;
}

const TOKEN = 'COALMINE_PAGES_TOKEN';
/** As many characters as a random id of 80 bits. */
const SHORTEST_TOKEN = 16;

/**
 * Serves the pages of a fleet, if that is asked for.
 * @throws UsageError for an address that others reach, without a token; DefinitionError for one that cannot be used.
 */
export async function openPages(
  context: FleetContext,
  options: PagesOptions,
  io: Io,
): Promise<WatchPages | undefined> {
  const { pages: written, pagesUrl: publicUrl } = options;
  if (written === undefined) {
    if (publicUrl !== undefined || options.pagesToken !== undefined)
      throw new UsageError(
        'No pages are served, so --pages-url and --pages-token have no effect: add --pages.',
      );
    return undefined;
  }
  const address = written === true ? DEFAULT_ADDRESS : pagesAddressIn(written);
  const token = await tokenOf(options, context, io);
  if (token === undefined && !isOwnMachine(address))
    throw new UsageError(
      `Others can reach ${address.host}, so the pages need a token: set ${TOKEN}, or name a reference, such as --pages-token '\${secret:coalmine/pages}'.`,
    );
  const failed = failuresOnce(io);
  const site = fleetSite(context, failed);
  const server = await servePages({
    address,
    clock: context.engine.clock,
    pages: site.pages,
    download: async (path) => site.download(path),
    access: accessWith(omitUndefined({ token, publicUrl })),
    failed,
  });
  io.stdout.write(
    `Pages are at ${server.url}/${publicUrl === undefined ? '' : `, for others at ${publicUrl}`}\n`,
  );
  return { reporter: site.reporter, close: async () => server.close() };
}

function fleetSite(context: FleetContext, failed: (thrown: unknown) => void): Site {
  const { engine, fleet, runs, alerts } = context;
  const { project, environment, canaries } = fleet;
  return siteOf({
    clock: engine.clock,
    runs,
    alerts,
    project,
    environment,
    canaries,
    pause: async () => new Promise((done) => setImmediate(done)),
    failed,
    incidentContext: (name) => {
      const canary = canaryOf(context, name);
      const { alert: policy = DEFAULT_POLICY, tags = [] } = canary ?? {};
      const ends = maintenanceUntilMs(project.maintenance, { canary: name, tags }, engine.clock.nowMs());
      const about = canary === undefined ? withoutFile(name, context) : factsOf(canary, fleet);
      return { policy, about, ...omitUndefined({ maintenanceUntilMs: ends }) };
    },
  });
}

/** The URL of pages as it was given, without a slash at its end. @throws UsageError for a text that is none. */
export function publicUrlIn(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const url = written.replace(/\/+$/, '');
  if (/^https?:\/\/[^\s?#]+$/.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`'${written}' is no URL of pages: write the whole address, with https://.`);
}

async function tokenOf(
  { pagesToken: written }: PagesOptions,
  { engine, fleet }: FleetContext,
  { env }: Io,
): Promise<string | undefined> {
  if (written !== undefined && !/^\$\{[^}]+\}$/.test(written))
    throw new UsageError(
      `--pages-token takes a reference, such as '\${secret:coalmine/pages}': other users of a machine can read its arguments.`,
    );
  const isSet = env[TOKEN] !== undefined && env[TOKEN] !== '';
  const reference = written ?? (isSet ? `\${env:${TOKEN}}` : undefined);
  if (reference === undefined) return undefined;
  const token = String(await fillSettled(reference, fleet.environment, engine.references));
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new UsageError(
    `The token of the pages is too short to be safe: it needs ${SHORTEST_TOKEN} characters at least.`,
  );
}

/** Facts of alerts without a canary in the files. */
function withoutFile(canary: string, { fleet }: FleetContext): CanaryFacts {
  const { project, environment } = fleet;
  return { canary, project: project.name, environment: environment.name, owner: '', tags: [], source: '' };
}

/** Prints each failure once: a page that cannot be made is asked for again and again. */
function failuresOnce({ stderr }: Io): (thrown: unknown) => void {
  const known = new Set<string>();
  return (thrown) => {
    const why = thrownMessage(thrown);
    if (known.has(why)) return;
    known.add(why);
    stderr.write(`A page could not be made; no run is affected. ${why}\n`);
  };
}
