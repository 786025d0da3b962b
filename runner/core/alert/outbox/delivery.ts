import { omitUndefined } from '../../base/omit-undefined.ts';
import type { Notice } from '../../notice/notice.ts';
import type { CanaryState, PendingNotice } from '../alert-state.ts';
import { isStatusUpdate } from './coalesce.ts';
import { type DeliveryFault, givenUp, type RefusedDelivery } from './given-up.ts';
import { isGrouped } from './grouped.ts';
import { headsOf, MAX_WAIT_MS } from './heads.ts';
import { prune, type Routes } from './outbox.ts';
import {
  type Acceptance,
  addressFor,
  receiptsOf,
  withAcceptance,
  withFollowers,
  withoutOldReceipts,
} from './receipts.ts';

/** Length of a lease on a notice. Its sender gives up long before: a try lasts for half of it at most. */
export const LEASE_MS = 60_000;

const SECOND_MS = 1_000;
const FIRST_WAIT_MS = 2 * SECOND_MS;
/** A notice that no try delivered within this time is given up. In milliseconds. */
export const GIVEN_UP_AFTER_MS = 24 * 3_600 * SECOND_MS;
const DELAYED_AFTER_MS = 15 * 60 * SECOND_MS;
/** Tries that the receiver had in whole and did not confirm: more would only repeat the message there. */
export const MAX_UNCONFIRMED = 3;

/** A notice that its lease's owner may send now. */
export interface DueNotice {
  readonly canary: string;
  /** The pending notice, with the lease. */
  readonly row: PendingNotice;
  /** Digest of the address that it must go to: that of the incident's beginning. Absent: that of the channel. */
  readonly to?: string;
  /** The moment at which a late notice was decided, epoch milliseconds; absent if it is not late. */
  readonly delayedSinceMs?: number;
}

/** A try to deliver a notice, under a lease. */
export interface DeliveryAttempt {
  readonly id: string;
  readonly owner: string;
  readonly fence: number;
}

/** A process that leases notices, and the moment. */
export interface LeaseAsk {
  readonly owner: string;
  readonly nowMs: number;
  readonly routes: Routes;
  readonly writer: string;
}

interface LeaseUntil extends LeaseAsk {
  /** End of the leases, epoch milliseconds. */
  readonly untilMs: number;
}

/** A state with leases on the notices to send. The same object if nothing changes; otherwise it must be saved before anything is sent. */
export interface LeasedNotices {
  readonly state: CanaryState;
  readonly due: readonly DueNotice[];
}

/**
 * Leases the notices to send now: on each channel the oldest one, if it is due and no process is sending it. An expired lease is
 * taken over, and the notice as its owner held it is among the `expired`. The owner may have sent the notice, or may still send it, so a
 * status update follows later. Notices that go out together with others are left, except those whose ids are `alone`.
 */
export function leaseDue(
  state: CanaryState,
  { alone = [], ...ask }: LeaseAsk & { readonly alone?: readonly string[] },
): LeasedNotices & { readonly expired: readonly PendingNotice[] } {
  const expired = state.outbox.filter(({ lease }) => lease !== undefined && lease.untilMs <= ask.nowMs);
  const freed = takenOver(state, expired, ask.nowMs);
  const ready = prune(freed, ask);
  const heads = headsOf(ready.outbox, ask).filter(
    (head) => alone.includes(head.id) || !isGrouped(ready, head, ask.routes),
  );
  const untilMs = ask.nowMs + LEASE_MS;
  if (heads.length > 0) return { ...leasedOf(ready, heads, { ...ask, untilMs }), expired };
  return { state: freed === state ? state : written(ready, ask.writer), due: [], expired };
}

/**
 * Leases one notice of a group under the group's key, if it is still the next one for its channel. Its lease ends with the right to send
 * groups: a process that has lost it sends nothing more.
 */
export function leaseInGroup(
  state: CanaryState,
  { id, group, ...ask }: LeaseUntil & { readonly id: string; readonly group: string },
): LeasedNotices {
  const head = headsOf(state.outbox, ask).find((row) => row.id === id);
  if (head === undefined || ask.nowMs >= ask.untilMs) return { state, due: [] };
  const row = { ...head, group };
  return leasedOf({ ...state, outbox: state.outbox.map((one) => (one === head ? row : one)) }, [row], ask);
}

/**
 * The state of an open incident that notices of other canaries are about to join at a channel. Its own end then goes out with theirs. Not
 * followed if the incident is over.
 */
export function followedBy(
  state: CanaryState,
  { writer, ...join }: { readonly incident: string; readonly channel: string; readonly writer: string },
): { readonly state: CanaryState; readonly isFollowed: boolean } {
  const { target, observer } = state.alert;
  const isOpen = [target, observer].some((stream) => stream.incident?.id === join.incident);
  const isMarked = receiptsOf(state.alert, join.incident).some(
    ({ channel, group }) => channel === join.channel && group !== undefined,
  );
  if (!isOpen || isMarked) return { state, isFollowed: isOpen };
  return { state: written(withFollowers(state, join), writer), isFollowed: true };
}

function leasedOf(
  state: CanaryState,
  rows: readonly PendingNotice[],
  { owner, nowMs, untilMs, writer }: LeaseUntil,
): LeasedNotices {
  const leases = new Map(rows.map((row) => [row, leased(row, owner, untilMs)]));
  const outbox = state.outbox.map((row) => leases.get(row) ?? row);
  return {
    state: written({ ...state, outbox }, writer),
    due: [...leases.values()].map((row) => dueOf(state, row, nowMs)),
  };
}

/** True if the lease outlasts one more try of that length, so that its owner may begin to send. */
export function mayStillSend({ lease }: PendingNotice, nowMs: number, timeoutMs: number): boolean {
  return lease !== undefined && nowMs + timeoutMs <= lease.untilMs;
}

/** The state after a delivery; the same object if another process has taken over the lease. */
export function delivered(
  state: CanaryState,
  tried: DeliveryAttempt,
  { writer, ...acceptance }: Acceptance & { readonly nowMs: number; readonly writer: string },
): CanaryState {
  const row = rowOf(state, tried);
  if (row === undefined) return state;
  const next = withAcceptance(state, row, acceptance);
  return written(withoutOldReceipts({ ...next, outbox: state.outbox.filter((one) => one !== row) }), writer);
}

/**
 * The state after a failed delivery: the notice waits for its next try or, if more tries are useless, goes to the fallback channel
 * once. `fraction`, random from 0 up to 1, spreads the retries. The same object if another process has taken over the lease.
 */
export function refused(
  state: CanaryState,
  tried: DeliveryAttempt,
  ask: {
    readonly fault: DeliveryFault;
    readonly nowMs: number;
    readonly fraction: number;
    readonly routes: Routes;
    readonly writer: string;
  },
): RefusedDelivery {
  const row = rowOf(state, tried);
  if (row === undefined) return { state, undelivered: [] };
  const { fault, nowMs, fraction, writer } = ask;
  const { lease: _, ...rest } = withOutcome(row, fault);
  if (isUseless(rest, fault, nowMs)) {
    const given = givenUp(state, { row, rest }, ask);
    return { ...given, state: written(given.state, writer) };
  }
  const mayArrive = fault.mayArrive === true;
  // A status update is sent again only when its earlier try can no longer arrive after it.
  const leastMs = mayArrive && isStatusUpdate(row) ? LEASE_MS : 0;
  const nextAttemptAtMs = Math.min(
    nowMs + Math.max(leastMs, waitMs(fault, row.attempts, fraction)),
    row.createdAtMs + GIVEN_UP_AFTER_MS,
  );
  const excused = fault.stoodStill === true ? { excused: (row.excused ?? 0) + 1 } : {};
  const waiting = { ...rest, ...excused, lastFault: fault.message, nextAttemptAtMs };
  const outbox = state.outbox.map((one) => (one === row ? waiting : one));
  const next = { ...state, outbox };
  const updated = mayArrive && !isStatusUpdate(row) ? withStatusUpdates(next, [row], nowMs) : next;
  return { state: written(prune(updated, ask), writer), undelivered: [] };
}

function withOutcome(row: PendingNotice, { unconfirmed, unclear }: DeliveryFault): PendingNotice {
  return {
    ...row,
    ...(unclear === true ? { unclear } : {}),
    ...(unconfirmed === true ? { unconfirmed: (row.unconfirmed ?? 0) + 1 } : {}),
  };
}

/** True if another try of a notice is useless, or would only repeat it. */
function isUseless(
  { createdAtMs, address, unconfirmed = 0 }: PendingNotice,
  { permanent, moved = false }: DeliveryFault,
  nowMs: number,
): boolean {
  const isUnreachable = permanent || (moved && address !== undefined);
  return isUnreachable || unconfirmed >= MAX_UNCONFIRMED || nowMs - createdAtMs >= GIVEN_UP_AFTER_MS;
}

/** The state as the next version of it. */
export function written(state: CanaryState, writer: string): CanaryState {
  return { ...state, version: state.version + 1, writer };
}

/** Outcome of an attempt whose lease expired. */
export function unrecordedReason({ lease }: PendingNotice): string {
  return `${lease?.owner} stopped before it recorded the outcome`;
}

function takenOver(state: CanaryState, expired: readonly PendingNotice[], nowMs: number): CanaryState {
  if (expired.length === 0) return state;
  const freed = state.outbox.map((row) => {
    const { lease: _, ...rest } = row;
    return expired.includes(row) ? { ...rest, lastFault: unrecordedReason(row) } : row;
  });
  return withStatusUpdates({ ...state, outbox: freed }, expired, nowMs);
}

/** The state with a status update for each notice that may still arrive and would then be the last message read. */
function withStatusUpdates(state: CanaryState, rows: readonly PendingNotice[], nowMs: number): CanaryState {
  const { statusUpdates } = state.alert;
  return {
    ...state,
    alert: { ...state.alert, statusUpdates: statusUpdates + rows.length },
    outbox: [
      ...state.outbox,
      ...rows.map((row, index) => statusUpdateFor(row, { number: statusUpdates + 1 + index, nowMs })),
    ],
  };
}

/** Due when the new lease ends, so that it arrives after a message that the old owner may still send. */
function statusUpdateFor(
  { channel, notice: sent, group, address }: PendingNotice,
  { number, nowMs }: { readonly number: number; readonly nowMs: number },
): PendingNotice {
  const own = `${sent.incident}:statusUpdate:${number}`;
  const notice: Notice = { ...sent, id: own, kind: 'statusUpdate', number };
  return {
    id: `${own}:${channel}`,
    channel,
    notice,
    createdAtMs: nowMs,
    attempts: 0,
    nextAttemptAtMs: nowMs + LEASE_MS,
    ...omitUndefined({ group, address }),
  };
}

function leased(row: PendingNotice, owner: string, untilMs: number): PendingNotice {
  const attempts = row.attempts + 1;
  return { ...row, attempts, lease: { owner, fence: attempts, untilMs } };
}

function dueOf(state: CanaryState, row: PendingNotice, nowMs: number): DueNotice {
  const sinceMs = Math.min(row.createdAtMs, row.notice.atMs);
  return {
    canary: state.canary,
    row,
    ...omitUndefined({ to: addressFor(state, row) }),
    ...(nowMs - sinceMs > DELAYED_AFTER_MS ? { delayedSinceMs: sinceMs } : {}),
  };
}

/** The wait that the channel asked for, from 1 s to 15 min; else a random share of a backoff that doubles with each try. */
function waitMs({ retryAfterMs = Number.NaN }: DeliveryFault, attempts: number, fraction: number): number {
  if (!Number.isNaN(retryAfterMs)) return Math.min(Math.max(retryAfterMs, SECOND_MS), MAX_WAIT_MS);
  return fraction * Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
}

function rowOf({ outbox }: CanaryState, { id, owner, fence }: DeliveryAttempt): PendingNotice | undefined {
  return outbox.find((row) => row.id === id && row.lease?.owner === owner && row.lease.fence === fence);
}
