import { feedNameOf } from '../../core/aws/feed.ts';
import { type AwsLocation, locate } from '../../core/aws/location.ts';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';
import type { Clock } from '../../core/base/clock.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import { openEvent, openingMessagesOf, openMessage } from '../../core/taps/envelope.ts';
import type { Feed, FeedAddress, Feeds, SentMessage } from '../../core/taps/feeds.ts';
import { dating } from '../../core/taps/journal-record.ts';
import type { Journal, Leases, TapQueue, Taps } from '../../core/taps/ports.ts';
import { sendsProbes } from '../../core/taps/probe.ts';
import { entriesOfFeed } from './feed-entries.ts';
import { refuseElsewhere } from './refuse-elsewhere.ts';
import { type SharedReading, SharedReadings } from './shared-readings.ts';
import { awaitTurn, type Holding, holdLease, takeLease } from './tap-lease.ts';
import { TapPath } from './tap-path.ts';
import { TapReader } from './tap-reader.ts';

export interface FeedsOf {
  readonly taps: Taps;
  /** The project's taps, with their references filled in; read at the first use. */
  definitions(): Promise<readonly TapDefinition[]>;
  readonly journal: Journal;
  readonly leases: Leases;
  readonly clock: Clock;
  /** Sends a probe over a bus or topic, and gives the run id that it carries. */
  probe(on: TapDefinition['on']): Promise<string>;
  /** Owner of the lease, for messages to other processes: `anna@laptop, process 4711`. */
  readonly owner: string;
  /** Called if another process, or another call, reads a tap: then its end is awaited. Absent: the tap is refused. */
  readonly waiting?: ((feed: string, by: string) => void) | undefined;
}

interface FeedReading extends SharedReading {
  readonly feed: string;
  readonly reader: TapReader;
  readonly holding?: Holding;
  readonly path?: TapPath;
  /** The location of a tap's source. */
  readonly place: AwsLocation;
  /** The location of resources given by name only. */
  readonly home: AwsLocation;
}

type TapAddress = Exclude<FeedAddress, { queue: string }>;

/** Feeds of a process: one tap reader for each tap or queue, started at the first use and shared by all of its watches. */
export function feedsOf(of: FeedsOf): Feeds & { close(): Promise<void> } {
  const readings = new SharedReadings<FeedReading>();
  const queues = namesOfQueues(of);
  const closing = new AbortController();
  const join = async (address: FeedAddress) => {
    if (!('queue' in address)) {
      const feed = feedNameOf(address);
      return readings.join(feed, async () => takeTap(address, feed, { ...of, signal: closing.signal }));
    }
    const { feed, queue } = await queues(address.queue);
    return readings.join(feed, async () => borrowQueue(queue, feed, of));
  };
  return {
    open: async (address) => {
      const { reading, leave } = await join(address);
      try {
        if (!('queue' in address)) {
          const { place, home } = reading;
          refuseElsewhere(address, {
            feed: reading.feed,
            place,
            home,
            remedy: 'Write the same ARN in both.',
          });
        }
        await reading.reader.drained(); // earlier messages cannot be effects of later acts
      } catch (thrown) {
        leave();
        throw thrown;
      }
      const ids =
        'queue' in address ? (sent: readonly SentMessage[]) => idsIn(sent, address, queues) : undefined;
      return feedOf(reading, leave, { journal: of.journal, ids });
    },
    close: () => {
      closing.abort();
      return readings.close();
    },
  };
}

type IdsOf = (sent: readonly SentMessage[]) => Promise<readonly string[]>;

/** The ids of the messages that were sent to one queue, by whatever address. Two queues may have one name. */
async function idsIn(
  sent: readonly SentMessage[],
  { queue }: { readonly queue: string },
  queues: ReturnType<typeof namesOfQueues>,
): Promise<readonly string[]> {
  const isSame = async (other: string): Promise<boolean> =>
    other === queue ||
    (queueNameOf(other) === queueNameOf(queue) && (await queues(other)).arn === (await queues(queue)).arn);
  const own = await Promise.all(sent.map(async (one) => ((await isSame(one.queue)) ? one.messageId : [])));
  return own.flat();
}

type FoundQueue = Awaited<ReturnType<Taps['queueAt']>>;

/**
 * Finds queues by name, URL or ARN, and their display names. A queue has one reader, by whatever address it is given; queues of one name in
 * two regions or accounts have two.
 */
function namesOfQueues({
  taps,
}: FeedsOf): (address: string) => Promise<FoundQueue & { readonly feed: string }> {
  const called = new Map<string, string>();
  return async (address) => {
    const queue = await taps.queueAt(address);
    const isTaken = (feed: string): boolean => called.has(feed) && called.get(feed) !== queue.arn;
    const feed = isTaken(`queue ${queue.name}`) ? `queue ${queue.arn}` : `queue ${queue.name}`;
    called.set(feed, queue.arn);
    return { ...queue, feed };
  };
}

function feedOf(
  { feed, reader, holding, path }: FeedReading,
  leave: () => void,
  { journal, ids }: Pick<FeedsOf, 'journal'> & { readonly ids: IdsOf | undefined },
): Feed {
  const caveat = path?.caveat;
  return {
    ...omitUndefined({ caveat }),
    ...entriesOfFeed(feed, journal),
    assertComplete: async (sinceMs, sent = []) => {
      await path?.check();
      await reader.assertComplete(sinceMs, await ids?.(sent));
      holding?.check(sinceMs);
      refuseDropped(feed, sinceMs, journal);
    },
    close: async () => leave(),
  };
}

/** @throws ObserverError if entries of that time were dropped. */
function refuseDropped(feed: string, sinceMs: number, { droppedUntilMs }: Journal): void {
  const untilMs = droppedUntilMs?.(feed);
  if (untilMs === undefined || untilMs < sinceMs) return;
  throw new ObserverError(
    `More came on ${feed} than this process keeps, so a part of it was dropped. Let the tap listen to fewer events ('pattern').`,
    { permanent: true },
  );
}

async function borrowQueue(queue: TapQueue, feed: string, { journal, clock }: FeedsOf): Promise<FeedReading> {
  const opened = { ids: [], open: dating(openMessage) };
  const reader = new TapReader({ feed, queue, journal, clock, mode: 'borrow', ...opened });
  // Its messages are hidden from everybody while it is read.
  return readingOf(reader, { feed, place: {}, home: {}, endsUnwatched: true, end: () => reader.stop() });
}

function readingOf(reader: TapReader, more: Omit<FeedReading, 'reader' | 'isOver'>): FeedReading {
  return {
    ...more,
    reader,
    get isOver() {
      return reader.isOver;
    },
  };
}

/** @throws DefinitionError if no tap of the project listens there */
async function definitionOf(
  address: TapAddress,
  feed: string,
  { definitions }: FeedsOf,
): Promise<TapDefinition> {
  const definition = (await definitions()).find(({ on }) => feedNameOf(on) === feed);
  if (definition === undefined) {
    const line =
      'bus' in address ? `- bus: ${busNameOf(address.bus)}` : `- topic: ${topicNameOf(address.topic)}`;
    throw new DefinitionError(
      `No tap listens to ${feed}, so nothing of it can be seen. Add '${line}' under taps in the project file.`,
    );
  }
  return definition;
}

async function takeTap(
  address: TapAddress,
  feed: string,
  of: FeedsOf & { readonly signal: AbortSignal },
): Promise<FeedReading> {
  const definition = await definitionOf(address, feed, of);
  const { name, queue, home, inspect } = await of.taps.tapOn(definition);
  const send = sendsProbes(definition) ? async () => of.probe(definition.on) : undefined;
  const lease = { name, owner: of.owner };
  const { waiting } = of;
  // Before the probe, which another reader would take.
  if (waiting !== undefined) await awaitTurn(lease, { ...of, waiting: (by) => waiting(feed, by) });
  const path = new TapPath({ feed, journal: of.journal, clock: of.clock, send, inspect });
  try {
    await path.open();
    await takeLease(lease, feed, of);
  } catch (thrown) {
    path.stop();
    if (waiting !== undefined) await of.leases.drop(lease);
    throw thrown;
  }
  const open = dating('bus' in definition.on ? openEvent : openingMessagesOf(definition.on.topic));
  const reader = new TapReader({
    feed,
    queue,
    journal: of.journal,
    clock: of.clock,
    mode: 'take',
    ids: definition.ids,
    open,
  });
  const holding = holdLease(lease, feed, { of, reader });
  return readingOf(reader, {
    feed,
    endsUnwatched: false,
    holding,
    path,
    place: locate(definition.on, home),
    home,
    end: async () => {
      path.stop();
      await Promise.all([holding.stop(), reader.stop()]);
      await of.leases.drop(lease);
    },
  });
}
