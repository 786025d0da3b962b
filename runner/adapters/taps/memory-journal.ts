import type { Journal, JournalEntry } from '../../core/taps/ports.ts';

/** Entries older than the longest run are of no use to any. */
export const KEPT_MS = 20 * 60_000;
/** Entries of a feed. A tap that brings more within 20 minutes is to be filtered. */
export const MOST_KEPT = 50_000;

interface FeedEntries {
  readonly entries: JournalEntry[];
  readonly byKey: Map<string, JournalEntry[]>;
  droppedUntilMs?: number;
}

/** The journal of this process's own tap readers. */
export function memoryJournal(): Journal {
  const byFeed = new Map<string, FeedEntries>();
  const wakers = new Map<string, Set<() => void>>();
  return {
    append: async (entries) => {
      for (const entry of entries) file(entry, byFeed);
      for (const key of new Set(entries.flatMap(topicsOf))) {
        for (const wake of wakers.get(key) ?? []) wake();
      }
    },
    read: async ({ feed, key, sinceMs }) => {
      const ofFeed = byFeed.get(feed);
      const entries = key === undefined ? ofFeed?.entries : ofFeed?.byKey.get(key);
      return (entries ?? []).filter(({ receivedAtMs }) => receivedAtMs >= sinceMs);
    },
    subscribe: ({ feed, key }, wake) => {
      const topic = topicOf(feed, key);
      const set = wakers.get(topic) ?? new Set();
      wakers.set(topic, set.add(wake));
      return () => {
        set.delete(wake);
        if (set.size === 0) wakers.delete(topic);
      };
    },
    droppedUntilMs: (feed) => byFeed.get(feed)?.droppedUntilMs,
  };
}

function file(entry: JournalEntry, byFeed: Map<string, FeedEntries>): void {
  const ofFeed: FeedEntries = byFeed.get(entry.feed) ?? {
    entries: [],
    byKey: new Map<string, JournalEntry[]>(),
  };
  byFeed.set(entry.feed, ofFeed);
  ofFeed.entries.push(entry);
  for (const key of entry.keys) ofFeed.byKey.set(key, [...(ofFeed.byKey.get(key) ?? []), entry]);
  forget(ofFeed, entry.receivedAtMs - KEPT_MS);
}

function forget(ofFeed: FeedEntries, beforeMs: number): void {
  const { entries, byKey } = ofFeed;
  for (let oldest = entries[0]; oldest !== undefined; oldest = entries[0]) {
    if (oldest.receivedAtMs >= beforeMs && entries.length <= MOST_KEPT) return;
    if (oldest.receivedAtMs >= beforeMs) ofFeed.droppedUntilMs = oldest.receivedAtMs;
    entries.shift();
    for (const key of oldest.keys) {
      const left = byKey.get(key)?.filter((entry) => entry !== oldest) ?? [];
      if (left.length === 0) byKey.delete(key);
      else byKey.set(key, left);
    }
  }
}

function topicsOf({ feed, keys }: JournalEntry): readonly string[] {
  return [topicOf(feed, undefined), ...keys.map((key) => topicOf(feed, key))];
}

function topicOf(feed: string, key: string | undefined): string {
  return key === undefined ? feed : `${feed}\0${key}`;
}
