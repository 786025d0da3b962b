import { sayDuration } from '../core/duration.ts';
import type { JournalEntry } from '../core/ports.ts';
import type { Evidence } from '../core/run.ts';
import type { Feed, Look, Watch, WatchContext } from './kind.ts';

/** What makes a noun out of a feed: which entries its address selects, and what to say of those it does not. */
export interface FeedNoun {
  readonly kind: string;
  readonly feed: Feed;
  readonly context: WatchContext;
  /** What keeps an entry from being selected by the address (`its source is shop.returns`), or undefined. */
  missedBy(entry: JournalEntry): string | undefined;
  /** What one of them is called: `OrderPlaced event`. */
  readonly called: string;
}

/** How many sentences about near misses a look gives. */
const MOST_NEARBY = 3;

/** A watch over what a tap or queue brings: woken by each arrival, never polling. */
export function watchFeed(noun: FeedNoun): Watch {
  const { feed, context } = noun;
  const key = keyOf(context);
  return {
    look: async ({ sinceMs, last }) => {
      if (last) await feed.vouch(sinceMs);
      const ours = await feed.read({ ...(key === undefined ? {} : { key }), sinceMs: 0 });
      const fitting = ours.filter((entry) => noun.missedBy(entry) === undefined);
      const selected = fitting
        .filter((entry) => entry.receivedAtMs >= sinceMs)
        .map((entry) => evidenceOf(noun.kind, entry));
      const nearby = selected.length > 0 ? [] : await nearMisses(noun, { ours, sinceMs });
      return { selected, nearby } satisfies Look;
    },
    subscribe: (wake) => feed.subscribe(key, wake),
    close: () => feed.close(),
  };
}

/** What to look under: the run's id, a value of the system's own, or everything. */
function keyOf({ correlate, runId }: WatchContext): string | undefined {
  if (correlate === false) return undefined;
  return correlate === true ? runId : correlate;
}

function evidenceOf(kind: string, { id, receivedAtMs, data }: JournalEntry): Evidence {
  return { kind, id, takenAtMs: receivedAtMs, data, final: true };
}

interface Seen {
  readonly ours: readonly JournalEntry[];
  readonly sinceMs: number;
}

async function nearMisses(noun: FeedNoun, { ours, sinceMs }: Seen): Promise<readonly string[]> {
  const early = ours.filter((entry) => entry.receivedAtMs < sinceMs && noun.missedBy(entry) === undefined);
  const elsewhere = ours.flatMap((entry) => noun.missedBy(entry) ?? []);
  const known = new Set(ours.map(({ id }) => id));
  const all = await noun.feed.read({ sinceMs });
  const others = all.filter((entry) => !known.has(entry.id) && noun.missedBy(entry) === undefined);
  const our = noun.context.correlate === false ? '' : ' with our id';
  const sentences = [
    ...early.map(
      (entry) =>
        `1 ${noun.called}${our} came ${sayDuration(sinceMs - entry.receivedAtMs)} before the step above began`,
    ),
    ...elsewhere.map((why) => `1${our} was passed over: ${why}`),
    ...(others.length === 0
      ? []
      : [`${others.length} ${noun.called}${plural(others.length)} with another id arrived in the same time`]),
  ];
  return sentences.slice(0, MOST_NEARBY);
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}
