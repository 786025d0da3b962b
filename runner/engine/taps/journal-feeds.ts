import { feedNameOf } from '../../core/aws/feed.ts';
import type { AwsLocation } from '../../core/aws/location.ts';
import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import type { Feed, Feeds } from '../../core/taps/feeds.ts';
import type { Journal } from '../../core/taps/ports.ts';
import { sendsProbes } from '../../core/taps/probe.ts';
import { UNWRITTEN_KEY, unwrittenAmong } from '../../core/taps/unwritten.ts';
import { Sleep } from '../abort.ts';
import { unlessStoodStill } from '../standstill.ts';
import { entriesOfFeed } from './feed-entries.ts';
import { NextRound } from './next-round.ts';
import { refuseElsewhere } from './refuse-elsewhere.ts';
import { LONGEST_WAY_MS, PAUSE_MS, TapPath } from './tap-path.ts';

export interface LocatedTap extends TapDefinition {
  /** Location of its source. */
  readonly place: AwsLocation;
}

/** Parts of feeds whose tap reader is another process, with a shared journal. */
export interface JournalFeedsOf<Tap extends LocatedTap> {
  readonly journal: Journal;
  readonly clock: Clock;
  definitions(): Promise<readonly Tap[]>;
  /** Location of canaries, and of a bus given by name. */
  readonly home: AwsLocation;
  /** Sends a control message into a tap's own queue, behind all earlier messages, and returns its run id. */
  control(tap: Tap): Promise<string>;
  /** Sends a probe over the tap's bus or topic, and gives the run id that it carries. */
  probe(tap: Tap): Promise<string>;
  /** True if this process may send a probe now: all readers of the journal share its result. */
  mayProbe(feed: string): Promise<boolean>;
  /** Checks that a tap is in place. @throws ObserverError that names what is missing */
  inspect(tap: Tap): Promise<void>;
  /** Opens a queue that this process reads itself. */
  openQueue(address: { readonly queue: string }): Promise<Feed>;
}

/** Checks of a tap, shared by all of its watches. */
interface SharedQuestions {
  /** Proves that messages reach its queue. */
  readonly path: TapPath;
  /** Proves that all in its queue was read. */
  readonly round: NextRound;
}

const FORWARD =
  "A stack reads buses of its own account and region only. Let a rule there forward the events to a bus of the stack's account, or deploy a stack in that account.";
/** A mark that is older belongs to no run that is under way. In milliseconds. */
const MARKS_COUNT_MS = 900_000;

/**
 * Feeds over a journal that a remote tap reader fills. When a window ends, two things are checked separately. A probe now and
 * then checks the path into the tap's queue. A control message each time checks the progress of the tap reader.
 */
export function journalFeeds<Tap extends LocatedTap>(of: JournalFeedsOf<Tap>): Feeds & { rest(): void } {
  const asked = new Map<string, SharedQuestions>();
  return {
    open: async (address) => {
      if ('queue' in address) return of.openQueue(address);
      const feed = feedNameOf(address);
      const tap = (await of.definitions()).find(({ on }) => feedNameOf(on) === feed);
      if (tap === undefined) {
        throw new DefinitionError(
          `No deployed tap listens to ${feed}, so nothing of it can be seen. Add it to the stack's Buses or Topics.`,
        );
      }
      refuseElsewhere(address, { feed, place: tap.place, home: of.home, remedy: FORWARD });
      const asking = asked.get(feed) ?? {
        path: pathOf(feed, tap, of),
        round: new NextRound(async () => bringBack(feed, tap, of)),
      };
      asked.set(feed, asking);
      await asking.path.open();
      await asking.round.done(); // earlier messages cannot be effects of later acts
      return feedOf(feed, asking, of);
    },
    rest: () => {
      for (const { path } of asked.values()) path.stop();
      asked.clear();
    },
  };
}

function pathOf<Tap extends LocatedTap>(feed: string, tap: Tap, of: JournalFeedsOf<Tap>): TapPath {
  const { journal, clock } = of;
  return new TapPath({
    feed,
    journal,
    clock,
    send: sendsProbes(tap) ? async () => of.probe(tap) : undefined,
    claim: async () => of.mayProbe(feed),
    inspect: async () => of.inspect(tap),
  });
}

function feedOf(
  feed: string,
  { path, round }: SharedQuestions,
  { journal, clock }: Pick<JournalFeedsOf<LocatedTap>, 'journal' | 'clock'>,
): Feed {
  const { caveat } = path;
  return {
    ...omitUndefined({ caveat }),
    ...entriesOfFeed(feed, journal),
    assertComplete: async () => {
      await path.check();
      await round.done();
      await allWritten(feed, { journal, clock });
    },
    close: async () => {},
  };
}

/** Returns when a control message has come back. */
async function bringBack<Tap extends LocatedTap>(
  feed: string,
  tap: Tap,
  { journal, clock, control }: JournalFeedsOf<Tap>,
): Promise<void> {
  const sentAtMs = clock.nowMs();
  const key = await control(tap);
  await within(LONGEST_WAY_MS, { clock, sinceMs: sentAtMs, fault: () => silent(feed) }, async () => {
    const entries = await journal.read({ feed, key, sinceMs: sentAtMs - LONGEST_WAY_MS });
    return entries.length > 0;
  });
}

/** Returns when nothing is left that the tap reader received and could not write: Lambda brings it again. */
async function allWritten(
  feed: string,
  { journal, clock }: Pick<JournalFeedsOf<LocatedTap>, 'journal' | 'clock'>,
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
  const sleep = new Sleep(clock, new AbortController().signal);
  while (!(await isSo())) {
    if (clock.nowMs() - sinceMs >= ms) throw unlessStoodStill(fault(), { clock, sinceMs });
    await sleep.until(clock.nowMs() + PAUSE_MS);
  }
}

function unwritten(feed: string, count: number): Error {
  return new ObserverError(
    `The tap reader received ${count} message${count === 1 ? '' : 's'} of ${feed} that it could not write into the journal, so what ` +
      "they hold cannot be known. Look at the tap reader function's errors.",
  );
}

function silent(feed: string): Error {
  return new ObserverError(
    `The tap reader did not bring back a control message on ${feed} within ${formatDuration(LONGEST_WAY_MS)}, so it may have ` +
      "missed others. Look at the tap reader function's errors and throttles, and at the age of the oldest message in the tap's queue.",
  );
}
