import { omitUndefined } from '../../base/omit-undefined.ts';
import type { AlertPolicy } from '../../model/canary.ts';
import type { Channel } from '../../model/channel.ts';
import type { Project } from '../../model/project.ts';
import type { Notice } from '../../notice/notice.ts';
import type { CanaryState, PendingNotice } from '../alert-state.ts';
import { coalesce, isStatusUpdate, withKind } from './coalesce.ts';
import { acceptedOf, receiptsOf } from './receipts.ts';

/** A critical notice goes to the fallback too once its channel has failed for so long, or so often. */
const PATIENCE_MS = 5 * 60_000;
const PATIENCE_ATTEMPTS = 5;

/** Names of the channels that a canary's notices go to. */
export interface Routes {
  readonly target: readonly string[];
  readonly observer: readonly string[];
  /** All channels of the project. */
  readonly channels: readonly Pick<Channel, 'name' | 'fallback' | 'pages'>[];
  /** Those that enough canaries notify to flood them. An opening there may wait for others with the same cause. */
  readonly shared?: ReadonlySet<string>;
}

/** A changed state, and the notices that neither their channel nor a fallback will deliver. */
export interface EnqueueResult {
  readonly state: CanaryState;
  readonly undelivered: readonly Notice[];
}

/**
 * The routes of a canary. Notices of the observer go to the operators or, if there are none, to the canary's own channels.
 * `without` is a broken channel to leave out.
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
 * The state with these notices in its outbox. A notice goes to every channel that its incident was announced on, even if the
 * policy names others by now. Those others get the next notice as an opening.
 */
export function enqueue(
  state: CanaryState,
  notices: readonly Notice[],
  { routes, nowMs }: { readonly routes: Routes; readonly nowMs: number },
): EnqueueResult {
  let outbox = state.outbox;
  let { deliveredTo, statusUpdates } = state.alert;
  const undelivered: Notice[] = [];
  for (const notice of notices) {
    const { [notice.incident]: before = [], ...others } = deliveredTo;
    const isEnd = notice.kind === 'closed';
    const receivers = isEnd ? acceptedOf(state.alert, notice.incident).map(({ channel }) => channel) : [];
    const pending = outbox.filter((row) => row.notice.incident === notice.incident);
    const wanted = new Set([...before, ...(isEnd ? receivers : addresseesOf(notice, routes))]);
    const begun = isEnd ? [...receivers, ...pending.map(({ channel }) => channel)] : [];
    // An end waits even for a channel that is gone, until its receiver is found, or an operator is asked to close it.
    const channels = [...wanted].filter((name) => begun.includes(name) || exists(name, routes));
    if (channels.length === 0 && !isEnd) undelivered.push(notice);
    deliveredTo = isEnd ? others : { ...others, [notice.incident]: channels };
    const rows = channels.map((channel) => {
      const own = isEnd || before.includes(channel) ? notice : withKind(notice, 'opened', 1);
      return rowOf(own, { channel, nowMs, besides: channels.filter((other) => other !== channel) });
    });
    const late = isEnd ? endsElsewhere(state, notice, { routes, nowMs, pending, channels }) : [];
    const numbered = late.map((row, index) => withNumber(row, statusUpdates + 1 + index));
    outbox = [...outbox, ...rows, ...numbered];
    statusUpdates += late.length;
  }
  return {
    state: prune(
      { ...state, outbox, alert: { ...state.alert, deliveredTo, statusUpdates } },
      { routes, nowMs },
    ),
    undelivered,
  };
}

interface EndsAsk {
  readonly routes: Routes;
  readonly nowMs: number;
  /** The notices of the incident that wait. */
  readonly pending: readonly PendingNotice[];
  /** The channels that get the end anyway. */
  readonly channels: readonly string[];
}

/**
 * The end, as a status update, for channels that get no end by themselves. A status update may be on its way there, with the incident open. Or
 * the channel may have the beginning, though it refused a later try.
 */
function endsElsewhere(
  { alert }: CanaryState,
  end: Notice,
  { routes, nowMs, pending, channels }: EndsAsk,
): readonly PendingNotice[] {
  const updates = pending.filter(
    (row) => isStatusUpdate(row) && row.address === undefined && !channels.includes(row.channel),
  );
  const known = [...channels, ...updates.map(({ channel }) => channel)];
  const unsure = receiptsOf(alert, end.incident).filter(
    ({ channel, refused }) =>
      refused?.unclear === true && !known.includes(channel) && exists(channel, routes),
  );
  return [
    ...updates.map(({ channel, nextAttemptAtMs, createdAtMs, group }) => ({
      ...rowOf(end, { channel, nowMs: nextAttemptAtMs, besides: [] }),
      createdAtMs,
      ...omitUndefined({ group }),
    })),
    ...unsure.map(({ channel }) => rowOf(end, { channel, nowMs, besides: [] })),
  ];
}

/** The row as a status update with that number. */
function withNumber(row: PendingNotice, number: number): PendingNotice {
  const notice = withKind(row.notice, 'statusUpdate', number);
  return { ...row, id: `${notice.id}:${row.channel}`, notice };
}

/**
 * The channels that a notice is meant for. One of a canary that has never passed does not page. If a channel pages, its fallback
 * or the operators get the notice, and the channel itself only if no other is left.
 */
export function addresseesOf({ stream, neverPassed }: Notice, routes: Routes): readonly string[] {
  const asked = routes[stream];
  if (!neverPassed) return asked;
  const choices = [asked, asked.flatMap((name) => fallbacksIn(routes, name)), routes.observer];
  return choices.map((names) => quietOf(names, routes)).find((names) => names.length > 0) ?? asked;
}

/** Those of some channels that exist and do not page. */
function quietOf(names: readonly string[], { channels }: Routes): readonly string[] {
  return names.filter((name) => channels.some((one) => one.name === name && one.pages !== true));
}

/** The state with fallbacks for critical notices whose channel fails, and with the notices of each incident merged. */
export function prune(
  state: CanaryState,
  ask: { readonly routes: Routes; readonly nowMs: number },
): CanaryState {
  // Merged first: a fallback gets the newest notice, and no opening whose end waits behind it.
  const outbox = coalesce(state.outbox);
  const late = outbox.filter((row) => isTooLate(row, outbox, ask.nowMs));
  const next = late.reduce((before, row) => withFallback(before, row, ask), { ...state, outbox });
  return { ...next, outbox: coalesce(next.outbox) };
}

/**
 * The fallback for this notice; undefined if its channel has none, and for a fallback's own notice or a status update. For a canary that has
 * never passed, one that does not page, if the chain of fallbacks has any.
 */
export function fallbackOf(
  { channel, insteadOf, notice, address }: PendingNotice,
  routes: Routes,
): string | undefined {
  if (insteadOf !== undefined || address !== undefined || notice.kind === 'statusUpdate') return undefined;
  const fallbacks = fallbacksIn(routes, channel);
  const [quiet] = notice.neverPassed ? quietOf(fallbacks, routes) : [];
  return quiet ?? fallbacks[0];
}

/**
 * The state with the same notice on the fallback channel too, once; the fallback also gets the later notices of the incident.
 * A reminder or a rise in severity goes as an opening if the incident is new to the fallback.
 */
export function withFallback(
  state: CanaryState,
  row: PendingNotice,
  { routes, nowMs }: { readonly routes: Routes; readonly nowMs: number },
): CanaryState {
  const channel = fallbackOf(row, routes);
  const { notice, besides = [] } = row;
  if (channel === undefined || besides.includes(channel)) return state;
  const { [notice.incident]: notified, ...others } = state.alert.deliveredTo;
  const own = notified?.includes(channel) === true ? notice : asOpening(notice);
  const fallback = { ...rowOf(own, { channel, nowMs, besides: [] }), insteadOf: row.channel };
  const outbox = state.outbox.map((one) =>
    one.id === row.id ? { ...one, besides: [...besides, channel] } : one,
  );
  return {
    ...state,
    outbox: outbox.some(({ id }) => id === fallback.id) ? outbox : [...outbox, fallback],
    alert:
      notified === undefined || notified.includes(channel)
        ? state.alert
        : { ...state.alert, deliveredTo: { ...others, [notice.incident]: [...notified, channel] } },
  };
}

/** The notice for a channel that the incident is new to: a reminder or a rise in severity becomes an opening. */
function asOpening(notice: Notice): Notice {
  const isFollowUp = notice.kind === 'reminder' || notice.kind === 'upgraded';
  return isFollowUp ? withKind(notice, 'opened', 1) : notice;
}

/** True for a critical notice that its channel delays for longer than it may wait. */
function isTooLate(row: PendingNotice, outbox: readonly PendingNotice[], nowMs: number): boolean {
  if (row.notice.severity !== 'critical') return false;
  const failing = outbox.filter(
    (one) =>
      one.channel === row.channel &&
      one.address === row.address &&
      one.attempts > 0 &&
      one.lease === undefined &&
      !isStatusUpdate(one),
  );
  if (failing.length === 0) return false;
  const freeAtMs = Math.max(nowMs, ...failing.map(({ nextAttemptAtMs }) => nextAttemptAtMs));
  const refusals = row.attempts - (row.excused ?? 0);
  return refusals >= PATIENCE_ATTEMPTS || freeAtMs - row.createdAtMs >= PATIENCE_MS;
}

export function rowOf(
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

/** The fallback of a channel, the fallback of that, and so on, as far as they exist. */
export function fallbacksIn(
  routes: Pick<Routes, 'channels'>,
  channel: string,
  passed: readonly string[] = [],
): readonly string[] {
  const fallback = routes.channels.find(({ name }) => name === channel)?.fallback;
  const known = [...passed, channel];
  if (fallback === undefined || known.includes(fallback) || !exists(fallback, routes)) return [];
  return [fallback, ...fallbacksIn(routes, fallback, known)];
}

export function exists(channel: string, { channels }: Pick<Routes, 'channels'>): boolean {
  return channels.some(({ name }) => name === channel);
}
