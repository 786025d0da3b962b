import type { AlertPolicy } from '../model/canary.ts';
import type { Channel, Project } from '../model/project.ts';
import type { Notice } from '../notice/notice.ts';
import type { CanaryState, PendingNotice } from './alert-state.ts';
import { coalesce, isStatusUpdate, withKind } from './coalesce.ts';

/** A critical notice is told elsewhere too once its channel has failed for so long, or so often. */
const PATIENCE_MS = 5 * 60_000;
const PATIENCE_ATTEMPTS = 5;

/** Where the notices of a canary go, by the names of channels. */
export interface Routes {
  readonly target: readonly string[];
  readonly observer: readonly string[];
  /** The channels that there are. */
  readonly channels: readonly Pick<Channel, 'name' | 'fallback'>[];
}

/** What became of a state, and what will not be told on a channel that it was meant for, nor on another in its stead. */
export interface EnqueueResult {
  readonly state: CanaryState;
  readonly undelivered: readonly Notice[];
}

/**
 * The routes of a canary. The operators hear that it is blind; where there are none, those who hear of its failures do.
 * `without` leaves out a channel that is known to be broken.
 */
export function routesOf(
  { to }: Pick<AlertPolicy, 'to'>,
  { operators, channels }: Pick<Project, 'operators' | 'channels'>,
  without?: string,
): Routes {
  const others = operators.filter((name) => name !== without);
  return {
    target: to,
    observer: others.length === 0 ? to : others,
    channels: channels.filter(({ name }) => name !== without),
  };
}

/**
 * The state with these notices in its outbox. What an incident has to say goes to all who were told that it began, though the
 * policy may name others by now; those others are told of the beginning with the next that there is to say.
 */
export function enqueue(
  state: CanaryState,
  notices: readonly Notice[],
  { routes, nowMs }: { readonly routes: Routes; readonly nowMs: number },
): EnqueueResult {
  let outbox = state.outbox;
  let heard = state.alert.deliveredTo;
  const undelivered: Notice[] = [];
  for (const notice of notices) {
    const { [notice.incident]: before = [], ...others } = heard;
    const wanted = notice.kind === 'closed' ? before : [...new Set([...before, ...routes[notice.stream]])];
    const channels = wanted.filter((name) => isThere(name, routes));
    if (channels.length === 0 && notice.kind !== 'closed') undelivered.push(notice);
    heard = notice.kind === 'closed' ? others : { ...others, [notice.incident]: channels };
    const rows = channels.map((channel) => {
      const said = before.includes(channel) ? notice : withKind(notice, 'opened', 1);
      return rowOf(said, { channel, nowMs, besides: channels.filter((other) => other !== channel) });
    });
    outbox = [...outbox, ...rows];
  }
  return {
    state: prune({ ...state, outbox, alert: { ...state.alert, deliveredTo: heard } }, { routes, nowMs }),
    undelivered,
  };
}

/** The state with critical notices told elsewhere too where their channel fails, and with each incident's news brought together. */
export function prune(
  state: CanaryState,
  ask: { readonly routes: Routes; readonly nowMs: number },
): CanaryState {
  // Who stands in is told what is newest, and not first that an incident is open of which the end waits behind it.
  const outbox = coalesce(state.outbox);
  const late = outbox.filter((row) => isTooLate(row, outbox, ask.nowMs));
  const next = late.reduce((before, row) => withFallback(before, row, ask), { ...state, outbox });
  return { ...next, outbox: coalesce(next.outbox) };
}

/** The fallback of the channel of this notice; undefined where it has none, and for what has no need of one. */
export function fallbackOf(
  { channel, insteadOf, notice }: PendingNotice,
  routes: Routes,
): string | undefined {
  if (insteadOf !== undefined || notice.kind === 'statusUpdate') return undefined;
  const fallback = routes.channels.find(({ name }) => name === channel)?.fallback;
  return fallback !== undefined && isThere(fallback, routes) ? fallback : undefined;
}

/**
 * The state with the same notice on the fallback channel too, once, which is told from then on what else the incident has to say.
 * Where it was told nothing of the incident yet, it is told of the beginning.
 */
export function withFallback(
  state: CanaryState,
  row: PendingNotice,
  { routes, nowMs }: { readonly routes: Routes; readonly nowMs: number },
): CanaryState {
  const channel = fallbackOf(row, routes);
  const { notice, besides = [] } = row;
  if (channel === undefined || besides.includes(channel)) return state;
  const { [notice.incident]: heard, ...others } = state.alert.deliveredTo;
  const said = heard?.includes(channel) === true ? notice : asNews(notice);
  const standIn = { ...rowOf(said, { channel, nowMs, besides: [] }), insteadOf: row.channel };
  const outbox = state.outbox.map((one) =>
    one.id === row.id ? { ...one, besides: [...besides, channel] } : one,
  );
  return {
    ...state,
    outbox: outbox.some(({ id }) => id === standIn.id) ? outbox : [...outbox, standIn],
    alert:
      heard === undefined || heard.includes(channel)
        ? state.alert
        : { ...state.alert, deliveredTo: { ...others, [notice.incident]: [...heard, channel] } },
  };
}

/** What is said to a channel that was told nothing before: a reminder or a rise, to it, is a beginning. */
function asNews(notice: Notice): Notice {
  const isNews = notice.kind === 'reminder' || notice.kind === 'upgraded';
  return isNews ? withKind(notice, 'opened', 1) : notice;
}

/** True for a critical notice whose channel, by what is known, fails it for longer than it can wait. */
function isTooLate(row: PendingNotice, outbox: readonly PendingNotice[], nowMs: number): boolean {
  if (row.notice.severity !== 'critical') return false;
  const failing = outbox.filter(
    (one) =>
      one.channel === row.channel && one.attempts > 0 && one.lease === undefined && !isStatusUpdate(one),
  );
  if (failing.length === 0) return false;
  const freeAtMs = Math.max(nowMs, ...failing.map(({ nextAttemptAtMs }) => nextAttemptAtMs));
  const refusals = row.attempts - (row.excused ?? 0);
  return refusals >= PATIENCE_ATTEMPTS || freeAtMs - row.createdAtMs >= PATIENCE_MS;
}

function rowOf(
  notice: Notice,
  { channel, nowMs, besides }: { channel: string; nowMs: number; besides: readonly string[] },
): PendingNotice {
  return {
    id: `${notice.id}:${channel}`,
    channel,
    notice,
    createdAtMs: nowMs,
    attempts: 0,
    nextAttemptAtMs: nowMs,
    besides,
  };
}

function isThere(channel: string, { channels }: Routes): boolean {
  return channels.some(({ name }) => name === channel);
}
