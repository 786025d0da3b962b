import { sayDuration } from '../core/duration.ts';
import { DefinitionError, ObserverError } from '../core/errors.ts';
import { CONTROL_PREFIX } from '../core/journal-entry.ts';
import type { Clock, Journal } from '../core/ports.ts';
import type { TapDefinition } from '../core/project.ts';
import { busNameOf, topicNameOf } from '../core/resource-name.ts';
import { UNWRITTEN_KEY, unwrittenAmong } from '../core/unwritten.ts';
import type { Feed, FeedAddress, Feeds } from '../kinds/kind.ts';
import { NextRound } from './next-round.ts';
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
/** What could not be written before that belongs to no run that is under way. */
const MARKS_COUNT_MS = 900_000;

/**
 * Feeds over a journal that a witness elsewhere fills. Whether it works is asked of it: a control message through the tap's
 * queue must come back, when a watch opens and when its window ends.
 */
export function journalFeeds(of: JournalFeedsOf): Feeds {
  const rounds = new Map<string, NextRound>();
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
      const round = rounds.get(feed) ?? new NextRound(async () => bringBack(feed, definition.on, of));
      rounds.set(feed, round);
      await round.done(); // what had arrived before is none of what is about to be done
      return feedOf(feed, round, of);
    },
  };
}

function feedOf(feed: string, round: NextRound, { journal, clock }: JournalFeedsOf): Feed {
  return {
    read: async (ask) => {
      const entries = await journal.read({ feed, ...ask });
      return entries.filter(({ id }) => !id.startsWith(CONTROL_PREFIX));
    },
    subscribe: (key, wake) => journal.subscribe({ feed, ...(key === undefined ? {} : { key }) }, wake),
    vouch: async () => {
      await round.done();
      await allWritten(feed, { journal, clock });
    },
    close: async () => {},
  };
}

/** Returns when a control message has come back. */
async function bringBack(
  feed: string,
  on: TapDefinition['on'],
  { journal, clock, control }: JournalFeedsOf,
): Promise<void> {
  const sentAtMs = clock.nowMs();
  const key = await control(on);
  await within(LONGEST_WAY_MS, { clock, sinceMs: sentAtMs, fault: () => silent(feed) }, async () => {
    const entries = await journal.read({ feed, key, sinceMs: sentAtMs - LONGEST_WAY_MS });
    return entries.length > 0;
  });
}

/** Returns when nothing is left that the witness received and could not write: Lambda brings it again. */
async function allWritten(
  feed: string,
  { journal, clock }: Pick<JournalFeedsOf, 'journal' | 'clock'>,
): Promise<void> {
  const sinceMs = clock.nowMs();
  let left = 0;
  await within(LONGEST_WAY_MS, { clock, sinceMs, fault: () => unwritten(feed, left) }, async () => {
    const marks = await journal.read({ feed, key: UNWRITTEN_KEY, sinceMs: sinceMs - MARKS_COUNT_MS });
    left = unwrittenAmong(marks);
    return left === 0;
  });
}

interface Waiting {
  readonly clock: Clock;
  readonly sinceMs: number;
  fault(): Error;
}

async function within(
  ms: number,
  { clock, sinceMs, fault }: Waiting,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const nap = new Nap(clock, new AbortController().signal);
  while (!(await isSo())) {
    if (clock.nowMs() - sinceMs >= ms) throw unlessStoodStill(fault(), { clock, sinceMs });
    await nap.until(clock.nowMs() + PAUSE_MS);
  }
}

function unwritten(feed: string, count: number): Error {
  return new ObserverError(
    `The witness received ${count} message${count === 1 ? '' : 's'} of ${feed} that it could not write into the journal, so what ` +
      "they hold cannot be known. Look at the witness function's errors.",
  );
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
