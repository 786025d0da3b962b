import { type Clock, type Random, waitUntil } from '../../core/base/clock.ts';
import { CanaryError, ObserverError } from '../../core/base/errors.ts';
import { randomHex } from '../../core/base/run-id.ts';
import type {
  AnswerRule,
  Inbox,
  InboxDesk,
  Inboxes,
  MissedRequest,
  RefusedRequest,
} from '../../core/inbox/ports.ts';
import { digestOf, inboxUrl, newToken, splitTarget } from '../../core/inbox/token.ts';
import type { Post } from '../../core/network/post.ts';
import { CONTROL_PREFIX } from '../../core/taps/journal-record.ts';
import type { Journal } from '../../core/taps/ports.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import { feedOf, PROBE_HEADER, probeId } from './receive.ts';

/** The longest way of a probe, in milliseconds. */
const LONGEST_PROBE_MS = 5_000;
const PROBED = 204;
/** The time of a receiver from its count of a request to its entry, in milliseconds. */
const WRITES_MS = 1_000;

/** The parts of inboxes. */
export interface InboxesOf {
  readonly desk: InboxDesk;
  readonly journal: Pick<Journal, 'read' | 'subscribe'>;
  readonly clock: Clock;
  readonly random: Random;
  /** The URL of the receiver, as the system reaches it. */
  baseUrl(): Promise<string>;
  readonly post: Post;
  /** The requests that the receiver could not take. @default a receiver that cannot know them */
  refused?(): readonly RefusedRequest[];
  /** The remedy for a receiver that is not reached, as a sentence. */
  readonly remedy: string;
}

/** Inboxes at one receiver, each with a token of its own. A probe over its URL proves that requests arrive. */
export function inboxesOf(of: InboxesOf): Inboxes {
  return {
    open: async ({ untilMs }) => {
      const token = newToken(of.random);
      const digest = digestOf(token);
      const url = inboxUrl(await of.baseUrl(), token);
      await of.desk.write(digest, { untilMs, rules: [] });
      const inbox = inboxAt({ url, token, digest, untilMs }, of);
      try {
        await inbox.assertReachable();
      } catch (thrown) {
        await inbox.close();
        throw thrown;
      }
      return inbox;
    },
  };
}

interface OpenedAt {
  readonly url: string;
  readonly token: string;
  readonly digest: string;
  readonly untilMs: number;
}

function inboxAt({ url, token, digest, untilMs }: OpenedAt, of: InboxesOf): Inbox {
  const feed = feedOf(digest);
  const all = async () => of.journal.read({ feed, sinceMs: 0 });
  const rules: AnswerRule[] = [];
  let writing: Promise<void> = Promise.resolve();
  return {
    url,
    token,
    answer: async (rule) => {
      rules.push(rule);
      writing = writing.then(async () => of.desk.write(digest, { untilMs, rules: [...rules] }));
      await writing;
    },
    read: async () => (await all()).filter(({ id }) => !id.startsWith(CONTROL_PREFIX)),
    missed: async (sinceMs) => {
      const refused = (of.refused?.() ?? []).filter(({ atMs }) => atMs >= sinceMs);
      return [...refused.flatMap((one) => missedOf(one, token)), ...(await unwritten(digest, of))];
    },
    subscribe: (wake) => of.journal.subscribe({ feed }, wake),
    assertReachable: async () => {
      const probe = randomHex(of.random, 8);
      const status = await sendProbe(url, probe, of);
      if (status !== PROBED) throw unreached(url, `it answered ${status}`, of);
      const entries = await all();
      if (!entries.some(({ id }) => id === probeId(probe)))
        throw unreached(url, 'another receiver answered', of);
    },
    close: async () => of.desk.remove(digest),
  };
}

/** A refused request as this inbox missed it; none if it went elsewhere. */
function missedOf({ method, target, why }: RefusedRequest, token: string): readonly MissedRequest[] {
  if (target === undefined) return [{ why }];
  const sent = splitTarget(target);
  return sent?.token === token ? [{ method, path: sent.path, why }] : [];
}

/** The requests that the receiver counted, and did not write: it counts first. */
async function unwritten(
  digest: string,
  { desk, journal, clock }: InboxesOf,
): Promise<readonly MissedRequest[]> {
  const counted = await desk.counted(digest);
  const lacking = async (): Promise<number> =>
    counted - (await journal.read({ feed: feedOf(digest), sinceMs: 0 })).length;
  if ((await lacking()) <= 0) return [];
  await waitUntil(clock.nowMs() + WRITES_MS, clock);
  const count = await lacking();
  return count <= 0 ? [] : [{ why: `its receiver counted ${counted} in all and wrote ${count} fewer` }];
}

/** The status of the answer to a probe. */
async function sendProbe(url: string, probe: string, of: InboxesOf): Promise<number> {
  const late = (): Error => unreached(url, 'no answer came within 5 s', of);
  const { signal, end } = deadlineIn(LONGEST_PROBE_MS, undefined, of.clock, late);
  const place = `The inbox at ${hostOf(url)}`;
  const sent = of.post({ url: new URL(url), place, headers: { [PROBE_HEADER]: probe }, signal });
  const answered = sent.catch((thrown: unknown) => {
    if (!(thrown instanceof CanaryError)) throw thrown;
    throw new ObserverError(`${thrown.message} ${of.remedy}`, { cause: thrown, permanent: thrown.permanent });
  });
  const { status } = await raceAbort(answered, signal).finally(end);
  return status;
}

function unreached(url: string, why: string, { remedy }: InboxesOf): ObserverError {
  return new ObserverError(`The inbox at ${hostOf(url)} was not reached: ${why}. ${remedy}`);
}

/** The URL without its token. */
function hostOf(url: string): string {
  return new URL(url).origin;
}
