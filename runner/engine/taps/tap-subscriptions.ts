import { feedNameOf } from '../../core/aws/feed.ts';
import { type AwsLocation, locate } from '../../core/aws/location.ts';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';
import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import { formatMoment, isAhead } from '../../core/store/clock-ahead.ts';
import { openEvent, openingMessagesOf, openMessage } from '../../core/taps/envelope.ts';
import { dating } from '../../core/taps/journal-record.ts';
import type { Journal, Leases, TapQueue, Taps } from '../../core/taps/ports.ts';
import { sendsProbes } from '../../core/taps/probe.ts';
import type { Feed, FeedAddress, Feeds, SentMessage } from '../../kinds/kind.ts';
import { unlessStoodStill } from '../standstill.ts';
import { entriesOfFeed } from './feed-entries.ts';
import { refuseElsewhere } from './refuse-elsewhere.ts';
import { type SharedReading, SharedReadings } from './shared-readings.ts';
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
}

const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

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
  const join = async (address: FeedAddress) => {
    if (!('queue' in address)) {
      const feed = feedNameOf(address);
      return readings.join(feed, async () => takeTap(address, feed, of));
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
    close: () => readings.close(),
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

async function takeTap(address: TapAddress, feed: string, of: FeedsOf): Promise<FeedReading> {
  const definition = (await of.definitions()).find(({ on }) => feedNameOf(on) === feed);
  if (definition === undefined) {
    const line =
      'bus' in address ? `- bus: ${busNameOf(address.bus)}` : `- topic: ${topicNameOf(address.topic)}`;
    throw new DefinitionError(
      `No tap listens to ${feed}, so nothing of it can be seen. Add '${line}' under taps in the project file.`,
    );
  }
  const { name, queue, home, inspect } = await of.taps.tapOn(definition);
  const send = sendsProbes(definition) ? async () => of.probe(definition.on) : undefined;
  const path = new TapPath({ feed, journal: of.journal, clock: of.clock, send, inspect });
  await path.open();
  const lease = { name, owner: of.owner };
  try {
    await takeLease(lease, feed, of);
  } catch (thrown) {
    path.stop();
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
      holding.stop();
      path.stop();
      await reader.stop();
      await of.leases.drop(lease);
    },
  });
}

interface Lease {
  readonly name: string;
  readonly owner: string;
}

async function takeLease(lease: Lease, feed: string, { leases, clock }: FeedsOf): Promise<void> {
  const nowMs = clock.nowMs();
  const taken = await leases.take({ ...lease, nowMs, forMs: LEASE_MS });
  if (taken.held) return;
  throw new ObserverError(
    `The tap on ${feed} is read by ${taken.by} already, and two readers would take each other's messages. ${formatEnd(taken.untilMs, nowMs)}` +
      "Wait for that one to end, or make a tap of your own with 'coalmine tap --as NAME' and run with '--as NAME'.",
    { permanent: true },
  );
}

/** The end of another reader's lease, as a sentence; empty if it is unknown. */
function formatEnd(untilMs: number | undefined, nowMs: number): string {
  if (untilMs === undefined) return '';
  if (isAhead(untilMs - LEASE_MS, nowMs))
    return `A clock that was ahead took its lease until ${formatMoment(untilMs)}. If that process has ended, make the taps anew: 'coalmine tap --remove', then 'coalmine tap'. For taps of your own, choose another name for '--as': to remove them keeps the leases. `;
  return `Its lease ends in ${formatDuration(Math.max(0, untilMs - nowMs))}, unless that process still runs and renews it. `;
}

/** A lease that is renewed for as long as it is wanted. */
interface Holding {
  /** @throws ObserverError, or StandstillError, if another may have read the tap since then. */
  check(sinceMs: number): void;
  stop(): void;
}

function holdLease(
  lease: Lease,
  feed: string,
  { of, reader }: { readonly of: FeedsOf; readonly reader: TapReader },
): Holding {
  const { clock } = of;
  let forget = (): void => {};
  let heldAtMs = clock.nowMs();
  /** The newest time in which it was not held, since it was renewed too late. */
  let gap = { fromMs: 0, toMs: Number.NEGATIVE_INFINITY };
  const gapUntil = (nowMs: number) => (nowMs - heldAtMs > LEASE_MS ? { fromMs: heldAtMs, toMs: nowMs } : gap);
  const renew = async (): Promise<void> => {
    try {
      await takeLease(lease, feed, of);
      gap = gapUntil(clock.nowMs());
      heldAtMs = clock.nowMs();
    } catch (thrown) {
      const lost =
        (thrown instanceof ObserverError && thrown.permanent) || clock.nowMs() - heldAtMs > LEASE_MS;
      if (lost)
        reader.distrust(
          new ObserverError(`The tap on ${feed} could not be held.`, { cause: thrown, permanent: true }),
        );
    }
    next();
  };
  const next = (): void => {
    forget = clock.at(clock.nowMs() + RENEW_MS, () => void renew());
  };
  next();
  return {
    check: (sinceMs) => {
      const { fromMs, toMs } = gapUntil(clock.nowMs());
      if (toMs < sinceMs) return;
      const words = `The lease of the tap on ${feed} was not renewed for ${formatDuration(toMs - fromMs)}, so another may have read what came then.`;
      throw unlessStoodStill(new ObserverError(words), { clock, sinceMs: fromMs });
    },
    stop: () => forget(),
  };
}
