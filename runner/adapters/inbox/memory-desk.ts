import type { InboxDesk, InboxRecord } from '../../core/inbox/ports.ts';
import type { Journal, JournalEntry } from '../../core/taps/ports.ts';

/** The desk of this process's own receiver, and the journal of its inboxes. Both forget an inbox when it is closed. */
export interface MemoryDesk {
  readonly desk: InboxDesk;
  readonly journal: Pick<Journal, 'append' | 'read' | 'subscribe'>;
}

interface OpenInbox {
  record: InboxRecord;
  count: number;
}

/** `feedOf` names the feed of an inbox in the journal. */
export function memoryDesk(feedOf: (digest: string) => string): MemoryDesk {
  const open = new Map<string, OpenInbox>();
  const entries = new Map<string, JournalEntry[]>();
  const wakers = new Map<string, Set<() => void>>();
  return {
    desk: {
      write: async (digest, record) => {
        const known = open.get(digest);
        if (known === undefined) open.set(digest, { record, count: 0 });
        else known.record = record;
      },
      find: async (digest) => open.get(digest)?.record,
      admit: async (digest, most) => {
        const inbox = open.get(digest);
        if (inbox === undefined || inbox.count >= most) return false;
        inbox.count += 1;
        return true;
      },
      counted: async (digest) => open.get(digest)?.count ?? 0,
      remove: async (digest) => {
        open.delete(digest);
        entries.delete(feedOf(digest));
      },
    },
    journal: {
      append: async (fresh) => {
        for (const entry of fresh) {
          entries.set(entry.feed, [...(entries.get(entry.feed) ?? []), entry]);
          for (const wake of wakers.get(entry.feed) ?? []) wake();
        }
      },
      read: async ({ feed, sinceMs }) =>
        (entries.get(feed) ?? []).filter(({ receivedAtMs }) => receivedAtMs >= sinceMs),
      subscribe: ({ feed }, wake) => {
        const set = wakers.get(feed) ?? new Set();
        wakers.set(feed, set.add(wake));
        return () => {
          set.delete(wake);
          if (set.size === 0) wakers.delete(feed);
        };
      },
    },
  };
}
