import { omitUndefined } from '../../base/omit-undefined.ts';
import type { Notice } from '../../notice/notice.ts';
import type { Addresses } from '../alert-event.ts';
import type { CanaryState, PendingNotice, Receipt } from '../alert-state.ts';
import { openingOf } from '../reconcile.ts';
import { type UnsentEnd, withByHand } from './by-hand.ts';
import { announcesOpening, coalesce, isStatusUpdate, withKind } from './coalesce.ts';
import { addresseesOf, type EnqueueResult, exists, type Routes, rowOf } from './outbox.ts';
import { acceptedOf, receiptsOf, withReceipts } from './receipts.ts';

/** The project's channels at a moment. */
export interface ChannelsNow {
  readonly addresses: Addresses;
  readonly routes: Routes;
  readonly nowMs: number;
  /** True if notices are kept back: what concerns an open incident then waits. */
  readonly isMuted: boolean;
}

/** An incident, with its opening as it reads now; without one if the incident is over. */
interface Followed {
  readonly incident: string;
  readonly opening: Notice | undefined;
}

/**
 * The state after changes of the project's channels. A receiver that accepted a beginning stays the same one under a new name. If its
 * address changed, an end goes to the former address, and the beginning of an open incident to the new one. Operators are asked to close
 * by hand what no channel reaches any more. A beginning that reached no channel goes to those that it is meant for now.
 */
export function followChannels(state: CanaryState, now: ChannelsNow): EnqueueResult {
  const { receipts = {}, deliveredTo } = state.alert;
  const waiting = new Set(state.outbox.map(({ notice }) => notice.incident));
  // Their ends are not decided yet, since they are muted: with the end it is seen where its receivers are.
  const muted = [state.alert.target, state.alert.observer].map(({ lastNotified }) => lastNotified?.ended?.id);
  let next = state;
  const undelivered: Notice[] = [];
  for (const incident of new Set([...Object.keys(receipts), ...Object.keys(deliveredTo), ...waiting])) {
    const opening = openingOf(next.alert, incident, now.nowMs);
    const isSettled = opening === undefined ? !waiting.has(incident) : now.isMuted;
    if (isSettled || muted.includes(incident)) continue;
    for (const follow of [followReceivers, reachAnew]) {
      const followed = follow(next, { incident, opening }, now);
      next = followed.state;
      undelivered.push(...followed.undelivered);
    }
  }
  return { state: next === state ? state : { ...next, outbox: coalesce(next.outbox) }, undelivered };
}

/** A receiver that is not found under its name any more; `to` is the channel that has its address now, if one has. */
interface Move extends Pick<Receipt, 'channel' | 'address' | 'group' | 'accepted'> {
  readonly to: string | undefined;
}

/** Rows of the outbox, and the ends that no row can deliver. */
interface Rows {
  readonly rows: readonly PendingNotice[];
  readonly unsent: readonly UnsentEnd[];
  /** The receipt of a former address that is one of a channel again. */
  readonly back?: Receipt;
}

function followReceivers(state: CanaryState, of: Followed, now: ChannelsNow): EnqueueResult {
  const moves = acceptedOf(state.alert, of.incident)
    .filter(({ channel }) => !isSentTo(channel, of, state.outbox))
    .map((receipt): Move => ({ ...receipt, to: placeOf(receipt, of, now) }))
    .filter(({ channel, to }) => channel !== to);
  const after = state.outbox.map((row) => rowAfter(row, { moves, of, now, outbox: state.outbox }));
  const gone = of.opening === undefined ? [] : moves.filter(({ to }) => to === undefined);
  const parts = [...after, ...gone.map((move) => anewAt(move, of.opening as Notice, now))];
  if (moves.length === 0 && parts.every(({ rows: [row] }, index) => row === state.outbox[index]))
    return { state, undelivered: [] };
  const moved = withMoves({ ...state, outbox: parts.flatMap(({ rows }) => rows) }, of.incident, {
    moves,
    back: parts.flatMap((part) => part.back ?? []),
    now,
  });
  let result: EnqueueResult = { state: moved, undelivered: [] };
  for (const unsent of parts.flatMap((part) => part.unsent)) {
    const asked = withByHand(result.state, unsent, now);
    result = { state: asked.state, undelivered: [...result.undelivered, ...asked.undelivered] };
  }
  return result;
}

/**
 * The channel at which a receiver is found now; undefined if none has its address. An address that cannot be had may be that one: the
 * receiver of an open incident then stays where it was.
 */
function placeOf(
  { channel, address }: Pick<Receipt, 'channel' | 'address'>,
  { opening }: Followed,
  { addresses, routes }: ChannelsNow,
): string | undefined {
  const isThere = exists(channel, routes);
  const present = addresses.get(channel);
  if (isThere && (address === undefined || present === undefined || present === address)) return channel;
  if (address === undefined) return undefined;
  const names = routes.channels.map(({ name }) => name);
  const isUnsure = opening !== undefined && names.some((name) => addresses.get(name) === undefined);
  return names.find((name) => addresses.get(name) === address) ?? (isUnsure ? channel : undefined);
}

interface RowContext {
  readonly moves: readonly Move[];
  readonly of: Followed;
  readonly now: ChannelsNow;
  readonly outbox: readonly PendingNotice[];
}

/** A pending notice after the moves of its receiver. One that is being sent stays as it is. */
function rowAfter(row: PendingNotice, context: RowContext): Rows {
  const { moves, of, now } = context;
  const { notice, channel, address } = row;
  const asIs = { rows: [row], unsent: [] };
  if (notice.incident !== of.incident || row.lease !== undefined) return asIs;
  if (address !== undefined) return pinnedAfter(row, context);
  const move = moves.find((one) => one.channel === channel);
  const to = move === undefined && arrivesAt(channel, moves) ? channel : move?.to;
  const next = { ...row, notice: afterBeginning(notice) };
  if (to !== undefined) return { rows: [atChannel(next, to)], unsent: [] };
  if (move === undefined) return asIs;
  const isEnd = notice.closedAtMs !== undefined && !isStatusUpdate(row);
  return isEnd ? endAt(move, next.notice, now) : { rows: [], unsent: [] };
}

/** True if a receiver that accepted the beginning is found at that channel from now on. */
function arrivesAt(channel: string, moves: readonly Move[]): boolean {
  return moves.some(({ to }) => to === channel);
}

/**
 * The notice for a receiver that has the beginning. A second beginning was decided before the receiver was found under that name. It is
 * a reminder or, if the incident is over, the end.
 */
function afterBeginning(notice: Notice): Notice {
  if (!announcesOpening(notice)) return notice;
  return withKind(notice, notice.closedAtMs === undefined ? 'reminder' : 'closed', 1);
}

/**
 * A notice for a former address. If a channel has that address again while the incident is open, its receiver gets no end: it is that of the
 * channel again. Otherwise the notice keeps the address, since channels may change once more before it is sent.
 */
function pinnedAfter(row: PendingNotice, { of, now, outbox }: RowContext): Rows {
  const { opening } = of;
  const { notice, channel, address, group, accepted } = row;
  const { addresses, routes } = now;
  const found = routes.channels.find(({ name }) => addresses.get(name) === address)?.name;
  if (found === undefined) {
    if (exists(channel, routes)) return { rows: [row], unsent: [] };
    return { rows: [], unsent: isStatusUpdate(row) ? [] : [{ notice, channel, reason: REMOVED }] };
  }
  if (opening === undefined || isSentTo(found, of, outbox))
    return { rows: [channel === found ? row : pinned({ ...row, channel: found })], unsent: [] };
  return accepted === undefined
    ? { rows: [asOpen(row, found, opening)], unsent: [] }
    : { rows: [], unsent: [], back: { channel: found, accepted, ...omitUndefined({ address, group }) } };
}

/** True while a notice of an incident is being sent to a channel. Which of its addresses accepts it is not known yet. */
function isSentTo(
  channel: string,
  { incident }: Pick<Followed, 'incident'>,
  outbox: readonly PendingNotice[],
): boolean {
  const toChannel = outbox.filter((row) => row.channel === channel && row.address === undefined);
  return toChannel.some(({ notice, lease }) => notice.incident === incident && lease !== undefined);
}

/** The status update of an end that is not true any more, as one of the open incident. */
function asOpen(row: PendingNotice, channel: string, opening: Notice): PendingNotice {
  const { address: _, ...rest } = row;
  return atChannel({ ...rest, notice: withKind(opening, 'statusUpdate', row.notice.number) }, channel);
}

/** The row with an id that no other address of its channel has. */
function pinned(row: PendingNotice): PendingNotice {
  return { ...row, id: `${row.notice.id}:${row.channel}@${row.address}` };
}

const REMOVED = 'The channel is not in the project any more.';

function atChannel(row: PendingNotice, channel: string): PendingNotice {
  return { ...row, channel, id: `${row.notice.id}:${channel}` };
}

/** An end for the former address of a channel; if the channel is gone too, no row can deliver it. */
function endAt(
  { channel, address, group, accepted }: Move,
  notice: Notice,
  { routes, nowMs }: ChannelsNow,
): Rows {
  if (!exists(channel, routes)) return { rows: [], unsent: [{ notice, channel, reason: REMOVED }] };
  const row = { ...rowOf(notice, { channel, nowMs, besides: [] }), accepted };
  return { rows: [pinned({ ...row, ...omitUndefined({ address, group }) })], unsent: [] };
}

/** The end of an open incident at the address that its receiver left, and the beginning at the new one. */
function anewAt(move: Move, opening: Notice, now: ChannelsNow): Rows {
  const { channel } = move;
  const end = endAt(
    move,
    {
      ...opening,
      id: `${opening.incident}:closed:moved`,
      kind: 'closed',
      closedAtMs: now.nowMs,
      closeReason: 'moved',
      reason: `It is still open. Its notices do not come here any more: channel '${channel}' was changed.`,
    },
    now,
  );
  const besides: readonly string[] = [];
  return exists(channel, now.routes)
    ? { ...end, rows: [...end.rows, rowOf(opening, { channel, nowMs: now.nowMs, besides })] }
    : end;
}

/** The state with the new names of the receivers of an incident, and with those that are back. */
function withMoves(
  state: CanaryState,
  incident: string,
  { moves, back, now }: Pick<RowContext, 'moves' | 'now'> & { readonly back: readonly Receipt[] },
): CanaryState {
  if (moves.length === 0 && back.length === 0) return state;
  const moveOf = (channel: string): Move | undefined => moves.find((move) => move.channel === channel);
  const receipts = receiptsOf(state.alert, incident).flatMap((receipt) => {
    // A receiver that accepted the beginning, and under its new name refused it, still has it.
    if (receipt.accepted.length === 0) return arrivesAt(receipt.channel, moves) ? [] : [receipt];
    const move = moveOf(receipt.channel);
    if (move === undefined) return [receipt];
    return move.to === undefined ? [] : [{ ...receipt, channel: move.to }];
  });
  const single = [...new Map([...receipts, ...back].map((receipt) => [receipt.channel, receipt])).values()];
  const next = withReceipts(state, incident, single);
  const { [incident]: notified, ...others } = state.alert.deliveredTo;
  if (notified === undefined) return next;
  const names = [
    ...notified.map((channel) => moveOf(channel)?.to ?? channel),
    ...back.map(({ channel }) => channel),
  ].filter((name) => exists(name, now.routes));
  return { ...next, alert: { ...next.alert, deliveredTo: { ...others, [incident]: [...new Set(names)] } } };
}

/** The state without notices for channels that are gone. A beginning that reached no channel goes to those that it is meant for now. */
function reachAnew(state: CanaryState, { incident, opening }: Followed, now: ChannelsNow): EnqueueResult {
  const { routes, nowMs } = now;
  const isLost = (row: PendingNotice): boolean =>
    row.notice.incident === incident && row.lease === undefined && !exists(row.channel, routes);
  const lost = state.outbox.filter(isLost);
  const outbox = state.outbox.filter((row) => !lost.includes(row));
  const { [incident]: notified = [], ...others } = state.alert.deliveredTo;
  const kept = notified.filter((name) => exists(name, routes));
  const news = opening ?? lost.map(({ notice }) => notice).findLast(announcesOpening);
  const isReached = acceptedOf(state.alert, incident).length > 0;
  const wanted = news === undefined || isReached ? [] : addresseesOf(news, routes);
  const isWaiting = (name: string): boolean =>
    kept.includes(name) || outbox.some((row) => row.notice.incident === incident && row.channel === name);
  const channels = wanted.filter(
    (name) => exists(name, routes) && !isWaiting(name) && !hasRefused(state, { incident, name }, now),
  );
  if (lost.length === 0 && channels.length === 0) return { state, undelivered: [] };
  const rows = channels.map((channel) =>
    rowOf(news as Notice, { channel, nowMs, besides: channels.filter((other) => other !== channel) }),
  );
  const isUndelivered =
    news !== undefined &&
    !isReached &&
    rows.length === 0 &&
    !outbox.some((row) => row.notice.incident === incident);
  const deliveredTo =
    state.alert.deliveredTo[incident] === undefined
      ? others
      : { ...others, [incident]: [...kept, ...channels] };
  return {
    state: { ...state, outbox: [...outbox, ...rows], alert: { ...state.alert, deliveredTo } },
    undelivered: isUndelivered ? [news] : [],
  };
}

/** True if a channel refused the beginning at the address that it still has. */
function hasRefused(
  { alert }: CanaryState,
  { incident, name }: { readonly incident: string; readonly name: string },
  { addresses }: ChannelsNow,
): boolean {
  const receipt = receiptsOf(alert, incident).find(({ channel }) => channel === name);
  return receipt?.refused !== undefined && receipt.address === addresses.get(name);
}
