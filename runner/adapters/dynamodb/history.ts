import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { byPlace } from '../../core/store/history.ts';
import type { PageAsk } from '../../core/store/ports.ts';
import type { HistoryPlace } from '../../core/store/slots.ts';
import type { Item } from './client.ts';
import { sortable } from './items.ts';
import type { TableContext } from './slots.ts';

/** Entries in the order of time, with a partition for each canary. */
export interface Log<Entry> {
  partitionOf(canary: string): string;
  /** The partition whose sort keys are the names of the canaries. */
  readonly names: string;
  entryOf(item: Item): Entry;
  placeOf(entry: Entry): HistoryPlace;
}

const AT_ONCE = 10; // canaries whose pages are read at a time

/**
 * A page of one canary's entries, or of all. That of all is merged from a page of each. It is read rarely, and every write would pay for an
 * index over all of it.
 */
export async function pageIn<Entry>(
  context: TableContext,
  log: Log<Entry>,
  { canary, ...ask }: PageAsk,
): Promise<readonly Entry[]> {
  if (canary !== undefined) return pageOf(context, log, { canary, ...ask });
  const names = await namesIn(context, log);
  const pages = await mapWithConcurrency(AT_ONCE, names, async (name) =>
    pageOf(context, log, { canary: name, ...ask }),
  );
  const sorted = pages.flat().toSorted((a, b) => byPlace(log.placeOf(a), log.placeOf(b)));
  return sorted.slice(0, ask.most);
}

async function pageOf<Entry>(
  { table, oldestMs }: TableContext,
  { partitionOf, entryOf, placeOf }: Log<Entry>,
  { canary, after, most }: PageAsk & { readonly canary: string },
): Promise<readonly Entry[]> {
  const found = await table.query({
    when: '#pk = :pk AND #sk < :before',
    values: { pk: partitionOf(canary), before: boundOf(canary, after) },
    newestFirst: true,
    consistent: true,
    most,
  });
  return found.map(entryOf).filter((entry) => placeOf(entry).atMs > oldestMs());
}

/**
 * Upper bound of the next page for a canary. Of the canaries of one moment, some were shown, one may be half shown, others not
 * yet.
 */
function boundOf(canary: string, after: HistoryPlace | undefined): string {
  if (after === undefined) return '~';
  if (canary === after.canary) return `${sortable(after.atMs)}|${after.key}`;
  return canary < after.canary ? sortable(after.atMs) : sortable(after.atMs + 1);
}

async function namesIn<Entry>({ table }: TableContext, { names }: Log<Entry>): Promise<readonly string[]> {
  const found = await table.query({ when: '#pk = :pk', values: { pk: names }, only: ['sk'] });
  return found.map(({ sk }) => sk as string);
}
