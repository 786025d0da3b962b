import { byAge, entryKey } from '../../core/store/history.ts';
import type { HistoryEntry } from '../../core/store/slots.ts';
import { historyEntryOf, sortable } from './items.ts';
import type { TableContext } from './slots.ts';

interface HistoryAsk {
  readonly canary?: string;
  readonly after?: HistoryEntry;
  readonly most: number;
}

const AT_ONCE = 10; // canaries in one round of queries

/**
 * A page of one canary's history, or of all. The history of all is merged from a page of each: it is read rarely, and every run would pay
 * for an index over all of it.
 */
export async function historyIn(
  shelf: TableContext,
  { canary, ...ask }: HistoryAsk,
): Promise<readonly HistoryEntry[]> {
  if (canary !== undefined) return pageOf(shelf, canary, ask);
  const names = await namesIn(shelf);
  const entries: HistoryEntry[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const some = names.slice(from, from + AT_ONCE);
    const pages = await Promise.all(some.map(async (name) => pageOf(shelf, name, ask)));
    entries.push(...pages.flat());
  }
  return entries.toSorted(byAge).slice(0, ask.most);
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

/** Upper bound of the next page for a canary: of the canaries of one moment, some were shown, one may be half shown, others not yet. */
function boundOf(canary: string, after: HistoryEntry | undefined): string {
  if (after === undefined) return '~';
  if (canary === after.canary) return `${sortable(after.atMs)}|${entryKey(after)}`;
  return canary < after.canary ? sortable(after.atMs) : sortable(after.atMs + 1);
}

async function namesIn({ table, keys }: TableContext): Promise<readonly string[]> {
  const found = await table.query({ when: '#pk = :pk', values: { pk: keys.canary('').pk } });
  return found.map(({ sk }) => sk as string);
}
