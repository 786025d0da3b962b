import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Feed } from '../../core/taps/feeds.ts';
import { CONTROL_PREFIX } from '../../core/taps/journal-record.ts';
import type { Journal } from '../../core/taps/ports.ts';

/** Reads the journal's entries of a feed, without our own control messages and probes. */
export function entriesOfFeed(feed: string, journal: Journal): Pick<Feed, 'read' | 'subscribe'> {
  return {
    read: async (ask) => {
      const entries = await journal.read({ feed, ...ask });
      return entries.filter(({ id }) => !id.startsWith(CONTROL_PREFIX));
    },
    subscribe: (key, wake) => journal.subscribe({ feed, ...omitUndefined({ key }) }, wake),
  };
}
