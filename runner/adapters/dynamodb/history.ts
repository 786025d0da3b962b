import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { byPlace } from '../../core/store/history.ts';
import type { PageAsk } from '../../core/store/ports.ts';
import type { HistoryPlace, RunIdAsk } from '../../core/store/slots.ts';
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

/** A page of one canary's entries, or of all. That of all is read rarely, and every write would pay for an index over all of it. */
export async function pageIn<Entry>(
  context: TableContext,
  log: Log<Entry>,
  { canary, ...ask }: PageAsk,
): Promise<readonly Entry[]> {
  if (canary !== undefined) return pageOf(context, log, { canary, ...ask });
  return mergedPage(context, log, ask);
}

function orderOf<Entry>({ placeOf }: Log<Entry>) {
  return (a: Entry, b: Entry): number => byPlace(placeOf(a), placeOf(b));
}

type CanaryPage = PageAsk & { readonly canary: string };

/**
 * The newest entries of all canaries. Each gives about its share of the page at first. Only those that may have more of the newest give more,
 * twice as many each time.
 */
async function mergedPage<Entry>(
  context: TableContext,
  log: Log<Entry>,
  { after, most }: PageAsk,
): Promise<readonly Entry[]> {
  const order = orderOf(log);
  const names = await namesIn(context, log);
  const share = Math.ceil(most / Math.max(1, names.length)) + 1;
  let asks = names.map((canary): CanaryPage => ({ canary, most: share, ...omitUndefined({ after }) }));
  let newest: readonly Entry[] = [];
  while (asks.length > 0) {
    const pages = await mapWithConcurrency(AT_ONCE, asks, async (ask) => pageOf(context, log, ask));
    newest = [...newest, ...pages.flat()].toSorted(order).slice(0, most);
    const oldest = newest.length < most ? undefined : newest.at(-1);
    asks = asks.flatMap((ask, index) => {
      const last = pages[index]?.[ask.most - 1];
      const mayHaveMore = last !== undefined && (oldest === undefined || order(last, oldest) < 0);
      return mayHaveMore ? [{ ...ask, after: log.placeOf(last), most: 2 * ask.most }] : [];
    });
  }
  return newest;
}

async function pageOf<Entry>(
  { table, oldestMs }: TableContext,
  { partitionOf, entryOf, placeOf }: Log<Entry>,
  { canary, after, most }: CanaryPage,
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

interface Period<Entry> extends Pick<RunIdAsk, 'afterMs' | 'beforeMs'> {
  has(entry: Entry): boolean;
}

/** Those of the entries of all canaries between two moments that have some property, newest first. Each entry is read once. */
export async function periodIn<Entry>(
  context: TableContext,
  log: Log<Entry>,
  { afterMs, beforeMs, has }: Period<Entry>,
): Promise<readonly Entry[]> {
  const { table, oldestMs } = context;
  const fromMs = Math.max(afterMs, oldestMs());
  if (fromMs >= beforeMs) return []; // DynamoDB refuses bounds in the wrong order
  const [from, to] = [sortable(Math.floor(fromMs)), sortable(Math.ceil(beforeMs))];
  const found = await mapWithConcurrency(AT_ONCE, await namesIn(context, log), async (canary) => {
    const when = '#pk = :pk AND #sk BETWEEN :from AND :to';
    const items = await table.query({ when, values: { pk: log.partitionOf(canary), from, to } });
    return items.map(log.entryOf).filter((entry) => log.placeOf(entry).atMs > fromMs && has(entry));
  });
  return found.flat().toSorted(orderOf(log));
}

async function namesIn<Entry>({ table }: TableContext, { names }: Log<Entry>): Promise<readonly string[]> {
  const found = await table.query({ when: '#pk = :pk', values: { pk: names }, only: ['sk'] });
  return found.map(({ sk }) => sk as string);
}
