import type { Clock } from '../../core/base/clock.ts';
import { parseJson } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Unread } from '../../core/model/run-result.ts';
import type { Journal, JournalEntry } from '../../core/taps/ports.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Item } from './client.ts';
import { expiry } from './items.ts';
import { STATE_USE } from './schema.ts';
import { openTable } from './table.ts';

export interface DynamodbJournalOf {
  readonly clients: AwsClients;
  /** A table keyed by `pk` and `sk`, text both. */
  readonly table: string;
  /** Namespace of the journal: it separates fleets that share a table. */
  readonly namespace: string;
  readonly clock: Clock;
}

/** The attributes of an entry. */
interface JournalItem extends Pick<JournalEntry, 'id' | 'receivedAtMs' | 'happenedAtMs' | 'redriven'> {
  readonly keys: string;
  readonly data: string;
  readonly unread?: string;
}

/** Entries older than the longest run are useless; DynamoDB deletes them, some time after. */
export const KEPT_MS = 3_600_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
/** Allowance for a tap reader's clock behind ours: a new entry may be dated a moment ago. */
const SKEW_MS = 30_000;

/** The journal of remote tap readers, in a DynamoDB table: an entry stands under each of its keys, and once under none. */
export function dynamodbJournal(of: DynamodbJournalOf): Journal {
  const { clock, namespace } = of;
  const table = openTable({ ...of, name: of.table, use: STATE_USE });
  const read: Journal['read'] = async ({ feed, key, sinceMs }) => {
    const items = await table.query({
      when: '#pk = :pk AND #sk >= :since',
      values: { pk: partitionOf(feed, key, namespace), since: sortableMoment(sinceMs) },
      consistent: true,
    });
    return items.map((item) => entryOf(feed, item)).filter(({ receivedAtMs }) => receivedAtMs >= sinceMs);
  };
  return {
    append: async (entries) => {
      const items = entries.flatMap((entry) => itemsOf(entry, namespace));
      // Redeliveries of one moment have one key, and DynamoDB refuses a batch in which a key stands twice.
      await table.putAll([...new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item])).values()]);
    },
    read,
    subscribe: ({ feed, key }, wake) => {
      let ended = false;
      let newest = '';
      const startedAtMs = clock.nowMs();
      const ask = { feed, ...omitUndefined({ key }), sinceMs: startedAtMs - SKEW_MS };
      // A quarter of the time elapsed keeps the delay in proportion to the wait (performance figures, C).
      const again = (): void => {
        const pauseMs = (clock.nowMs() - startedAtMs) / 4;
        const nextMs = Math.min(Math.max(pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
        forget = clock.at(clock.nowMs() + nextMs, () => void poll());
      };
      const poll = async (): Promise<void> => {
        const entries = await read(ask).catch(() => []); // the poll after the wake-up reports the error
        const last = entries.at(-1);
        const sign = last === undefined ? '' : `${last.receivedAtMs} ${last.id} ${entries.length}`;
        if (ended) return;
        if (sign !== newest) wake();
        newest = sign;
        again();
      };
      let forget = (): void => {};
      again();
      return () => {
        ended = true;
        forget();
      };
    },
  };
}

function partitionOf(feed: string, key: string | undefined, namespace: string): string {
  return `${namespace}#journal#${feed}#${key ?? ''}`;
}

/** A moment as text that sorts as the number does; thirteen digits last until the year 2286. */
function sortableMoment(atMs: number): string {
  return String(Math.floor(atMs)).padStart(13, '0');
}

function itemsOf(entry: JournalEntry, namespace: string): readonly Item[] {
  const { feed, id, receivedAtMs, happenedAtMs, redriven, keys, data, unread } = entry;
  const shared: Item = {
    sk: `${sortableMoment(receivedAtMs)}#${id}`,
    id,
    receivedAtMs,
    happenedAtMs,
    keys: JSON.stringify(keys),
    data: JSON.stringify(data),
    ...(unread === undefined ? {} : { unread: JSON.stringify(unread) }),
    ...(redriven === true ? { redriven } : {}),
    ...expiry(receivedAtMs, KEPT_MS),
  };
  return [undefined, ...new Set(keys)].map((key) => ({ pk: partitionOf(feed, key, namespace), ...shared }));
}

/** The entry in an item. A damaged one is an entry of which nothing is read, so that no check passes over it. */
function entryOf(feed: string, item: Item): JournalEntry {
  const { id, receivedAtMs, happenedAtMs, redriven, keys, data, unread } = item as unknown as JournalItem;
  const shared = { feed, id, receivedAtMs, happenedAtMs, ...(redriven === true ? { redriven } : {}) };
  try {
    return {
      ...shared,
      keys: JSON.parse(keys) as string[],
      data: parseJson(data),
      ...(unread === undefined ? {} : { unread: JSON.parse(unread) as readonly Unread[] }),
    };
  } catch {
    return { ...shared, keys: [], data: null, unread: [GARBLED] };
  }
}

const GARBLED: Unread = { path: '', why: 'its record in the journal was damaged', garbled: true };
