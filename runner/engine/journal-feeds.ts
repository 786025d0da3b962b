import { sayDuration } from '../core/duration.ts';
import { DefinitionError, ObserverError } from '../core/errors.ts';
import { CONTROL_PREFIX } from '../core/journal-entry.ts';
import type { Clock, Journal } from '../core/ports.ts';
import type { TapDefinition } from '../core/project.ts';
import { busNameOf, topicNameOf } from '../core/resource-name.ts';
import type { Feed, FeedAddress, Feeds } from '../kinds/kind.ts';
import { unlessStoodStill } from './standstill.ts';
import { Nap } from './wait.ts';

/** What feeds are made of where the witness is another process, and writes into a journal that all share. */
export interface JournalFeedsOf {
  readonly journal: Journal;
  readonly clock: Clock;
  /** The taps that were deployed. */
  definitions(): Promise<readonly TapDefinition[]>;
  /**
   * Puts a control message into a tap's own queue, behind all that has arrived there, and gives the run id that it carries.
   * @throws ObserverError where the tap is not there or is switched off.
   */
  control(on: TapDefinition['on']): Promise<string>;
  /** Opens a queue that this process reads itself. */
  openQueue(address: { readonly queue: string }): Promise<Feed>;
}

/** A witness is woken within a second; one that has not brought a message by then does not work. */
const LONGEST_WAY_MS = 15_000;
const PAUSE_MS = 200;

/**
 * Feeds over a journal that a witness elsewhere fills. Whether it works is asked of it: a control message through the tap's
 * queue must come back, when a watch opens and when its window ends.
 */
export function journalFeeds(of: JournalFeedsOf): Feeds {
  return {
    open: async (address) => {
      if ('queue' in address) return of.openQueue(address);
      const feed = nameOf(address);
      const definition = (await of.definitions()).find(({ on }) => nameOf(on) === feed);
      if (definition === undefined) {
        throw new DefinitionError(
          `No deployed tap listens to ${feed}, so nothing of it can be seen. Add it to the stack's Buses or Topics.`,
        );
      }
      return feedOf(feed, definition.on, of);
    },
  };
}

function feedOf(feed: string, on: TapDefinition['on'], { journal, clock, control }: JournalFeedsOf): Feed {
  return {
    read: async (ask) => {
      const entries = await journal.read({ feed, ...ask });
      return entries.filter(({ id }) => !id.startsWith(CONTROL_PREFIX));
    },
    subscribe: (key, wake) => journal.subscribe({ feed, ...(key === undefined ? {} : { key }) }, wake),
    vouch: async () => {
      const sentAtMs = clock.nowMs();
      const key = await control(on);
      const nap = new Nap(clock, new AbortController().signal);
      while ((await journal.read({ feed, key, sinceMs: sentAtMs - LONGEST_WAY_MS })).length === 0) {
        if (clock.nowMs() - sentAtMs >= LONGEST_WAY_MS)
          throw unlessStoodStill(silent(feed), { clock, sinceMs: sentAtMs });
        await nap.until(clock.nowMs() + PAUSE_MS);
      }
    },
    close: async () => {},
  };
}

function silent(feed: string): Error {
  return new ObserverError(
    `The witness did not bring back a control message on ${feed} within ${sayDuration(LONGEST_WAY_MS)}, so it may have ` +
      "missed others. Look at the witness function's errors and throttles, and at the age of the oldest message in the tap's queue.",
  );
}

function nameOf(address: Exclude<FeedAddress, { queue: string }>): string {
  return 'bus' in address ? `bus ${busNameOf(address.bus)}` : `topic ${topicNameOf(address.topic)}`;
}
