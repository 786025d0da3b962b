import { mapWithConcurrency } from '../core/base/with-concurrency.ts';
import type { FleetRow, FleetView } from '../core/fleet/fleet-view.ts';
import { fleetReader } from '../core/fleet/read-fleet.ts';
import type { Canary } from '../core/model/canary.ts';
import { type CanarySource, canaryFiles, fleetFiles, type SiteFile } from './site-pages.ts';

/** A place of pages that keeps them from update to update. */
export interface SiteTarget {
  /** Learns which pages of runs it has. @throws errors of the place; a later call tries again. */
  learnRuns(): Promise<void>;
  /** True for a page that it is known to have. */
  has(path: string): boolean;
  /** Writes a page unless it is known to have the same text. @throws errors of the place. */
  write(file: SiteFile): Promise<void>;
}

export interface SiteAsk {
  readonly nowMs: number;
  /** Moment of the runner's last complete tick, if that is known. */
  readonly lastTickMs?: number;
  /** False when no more canaries may be begun. The next update begins with them. */
  mayGoOn(): boolean;
}

export interface SiteUpdate {
  /** Errors of canaries whose pages were not written. The next update tries again. */
  readonly faults: readonly unknown[];
}

/** Pages of a canary to which nothing happened are written again after this time, in milliseconds. */
const AGAIN_AFTER_MS = 3_600_000;

/** Time after which the page of a canary is out of date, in milliseconds: an hour, and some for a tick that had no time. */
const FRESH_FOR_MS = 1.25 * AGAIN_AFTER_MS;

const AT_ONCE = 5; // canaries

/** The pages of a canary, as they were last written. */
interface WrittenCanary {
  readonly atMs: number;
  readonly mark: string;
}

/**
 * A site that is written again and again. Each update writes the fleet. It writes a canary with its incidents and runs when a run was red, when
 * its state changed, and each hour.
 * @throws errors of the state, and of the place while the fleet is written.
 */
export function siteUpdater(
  source: Omit<CanarySource, 'has' | 'freshForMs'>,
  target: SiteTarget,
): (ask: SiteAsk) => Promise<SiteUpdate> {
  const reader = fleetReader(source);
  const written = new Map<string, WrittenCanary>();
  const from: CanarySource = { ...source, freshForMs: FRESH_FOR_MS, has: (path) => target.has(path) };
  return async ({ mayGoOn, ...ask }) => {
    const view = await reader.read(ask);
    for (const file of fleetFiles(view, undefined)) await target.write(file);
    await target.learnRuns();
    const faults: unknown[] = [];
    await mapWithConcurrency(
      AT_ONCE,
      dueIn(view, source.canaries, written),
      async ({ canary, row, mark }) => {
        if (!mayGoOn()) return;
        try {
          for await (const file of canaryFiles(canary, { ...view, row }, from)) await target.write(file);
          written.set(canary.name, { atMs: view.nowMs, mark });
        } catch (thrown) {
          faults.push(thrown);
        }
      },
    );
    return { faults };
  };
}

interface DueCanary {
  readonly canary: Canary;
  readonly row: FleetRow;
  readonly mark: string;
  /** Moment of its last pages; without end in the past for one that has none, or that changed. */
  readonly writtenMs: number;
}

/** The canaries whose pages are to be written: those that changed, the worst first, and then the oldest pages. */
function dueIn(
  { rows, nowMs }: FleetView,
  canaries: readonly Canary[],
  written: ReadonlyMap<string, WrittenCanary>,
): readonly DueCanary[] {
  const byName = new Map(canaries.map((canary) => [canary.name, canary]));
  return rows
    .flatMap((row): readonly DueCanary[] => {
      const canary = row.about === 'canary' ? byName.get(row.name) : undefined;
      if (canary === undefined) return [];
      const [mark, last] = [markOf(row), written.get(row.name)];
      const writtenMs = last?.mark === mark ? last.atMs : Number.NEGATIVE_INFINITY;
      return nowMs - writtenMs < AGAIN_AFTER_MS ? [] : [{ canary, row, mark, writtenMs }];
    })
    .toSorted((one, other) =>
      one.writtenMs < other.writtenMs ? -1 : Number(one.writtenMs > other.writtenMs),
    );
}

/** A text that changes with the state of a canary, with its incidents, and with each outcome that was not good. */
function markOf({ attention, reason, by, incidents, cells }: FleetRow): string {
  const red = cells.find(({ outcome }) => outcome !== 'passed');
  return JSON.stringify([attention, reason, by, incidents.map(({ id }) => id), red?.atMs]);
}
