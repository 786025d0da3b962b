import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { byAge } from '../../core/store/history.ts';
import type { HistoryEntry, HistoryPlace } from '../../core/store/slots.ts';
import { historyEntryOf, sortable } from './items.ts';
import type { TableContext } from './slots.ts';

interface HistoryAsk {
  readonly canary?: string;
  readonly after?: HistoryPlace;
  readonly most: number;
}

const AT_ONCE = 10; // canaries whose pages are read at a time

/**
 * A page of one canary's history, or of all. The history of all is merged from a page of each. It is read rarely, and every run
 * would pay for an index over all of it.
 */
export async function historyIn(
  context: TableContext,
  { canary, ...ask }: HistoryAsk,
): Promise<readonly HistoryEntry[]> {
  if (canary !== undefined) return pageOf(context, canary, ask);
  const names = await namesIn(context);
  const pages = await mapWithConcurrency(AT_ONCE, names, async (name) => pageOf(context, name, ask));
  return pages.flat().toSorted(byAge).slice(0, ask.most);
}

async function pageOf(
  { table, keys, oldestMs }: TableContext,
  canary: string,
  { after, most }: Omit<HistoryAsk, 'canary'>,
): Promise<readonly HistoryEntry[]> {
  const found = await table.query({
    when: '#pk = :pk AND #sk < :before',
    values: { pk: keys.historyOf(canary), before: boundOf(canary, after) },
    newestFirst: true,
    consistent: true,
    most,
  });
  return found.map(historyEntryOf).filter(({ atMs }) => atMs > oldestMs());
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

async function namesIn({ table, keys }: TableContext): Promise<readonly string[]> {
  const found = await table.query({ when: '#pk = :pk', values: { pk: keys.canary('').pk } });
  return found.map(({ sk }) => sk as string);
}
