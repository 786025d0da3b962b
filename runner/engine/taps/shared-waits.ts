import { feedNameOf } from '../../core/aws/feed.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import type { FeedAddress, Feeds } from '../../core/taps/feeds.ts';

/** Feeds that note in `waiting` the readers for which a run waits now. Runs share them, so that time is not the run's own. */
export function notingWaits(feeds: Feeds, waiting: string[]): Feeds {
  return {
    open: async (on) => {
      const during = async <T>(work: Promise<T>): Promise<T> => {
        const reader = readerOf(on);
        waiting.push(reader);
        return work.finally(() => waiting.splice(waiting.indexOf(reader), 1));
      };
      const feed = await during(feeds.open(on));
      return {
        ...feed,
        assertComplete: async (sinceMs, sent) => during(feed.assertComplete(sinceMs, sent)),
      };
    },
  };
}

function readerOf(on: FeedAddress): string {
  return 'queue' in on ? `queue ${queueNameOf(on.queue)}` : feedNameOf(on);
}
