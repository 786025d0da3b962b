import type { Notice } from '../notice/notice.ts';
import type { CanaryState, PendingNotice } from './alert-state.ts';
import { announcesOpening, coalesce, isStatusUpdate } from './coalesce.ts';
import { type EnqueueResult, fallbackOf, prune, type Routes, withFallback } from './outbox.ts';

/** How long nobody else may send a notice that somebody sends. Whoever sends gives up long before, after {@link SEND_MS}. */
export const LEASE_MS = 60_000;

/** How long one try to deliver may take. */
export const SEND_MS = 10_000;

const SECOND_MS = 1_000;
const FIRST_WAIT_MS = 2 * SECOND_MS;
const LONGEST_WAIT_MS = 15 * 60 * SECOND_MS;
const GIVEN_UP_AFTER_MS = 24 * 3_600 * SECOND_MS;
const DELAYED_AFTER_MS = 15 * 60 * SECOND_MS;

/** A notice that its lease's owner may send now. */
export interface DueNotice {
  readonly canary: string;
  /** Holds the lease. */
  readonly row: PendingNotice;
  /** Where it is late: since when people wait for it. */
  readonly delayedSinceMs?: number;
}

/** Which notice was tried, under which lease. */
export interface DeliveryAttempt {
  readonly id: string;
  readonly owner: string;
  readonly fence: number;
}

/** Why a channel did not take a notice, and what it asked for; a `DeliveryError` is one. */
export interface DeliveryFault {
  readonly message: string;
  readonly permanent: boolean;
  readonly retryAfterMs?: number;
  readonly mayArrive?: boolean;
  readonly stoodStill?: boolean;
}

/** What a refusal makes of a state. */
export interface RefusedDelivery extends EnqueueResult {
  /** A channel that has to be held for broken. Those who are told so must not be told through it. */
  readonly broken?: { readonly channel: string; readonly reason: string };
}

/**
 * Leases what may be sent now: on each channel the oldest notice, if its time has come and nobody is sending it. A lease that ran
 * out is taken over, and as nobody knows what its owner did, or may still do, people are told later how things stand. Where nothing
 * changes the state is the same object; otherwise it must be saved, before anything is sent.
 */
export function leaseDue(
  state: CanaryState,
  ask: {
    readonly owner: string;
    readonly nowMs: number;
    readonly routes: Routes;
    readonly writer: string;
  },
): { readonly state: CanaryState; readonly due: readonly DueNotice[] } {
  const { owner, nowMs, writer } = ask;
  const freed = takenOver(state, nowMs);
  const ready = prune(freed, ask);
  const heads = headsOf(ready.outbox, nowMs);
  if (heads.length === 0) return { state: freed === state ? state : written(ready, writer), due: [] };
  const taken = new Map(heads.map((head) => [head, leased(head, owner, nowMs)]));
  const outbox = ready.outbox.map((row) => taken.get(row) ?? row);
  return {
    state: written({ ...ready, outbox }, writer),
    due: [...taken.values()].map((row) => dueOf(state.canary, row, nowMs)),
  };
}

/** Whether its owner may still begin to send a leased notice: the lease outlasts the try. */
export function mayStillSend({ lease }: PendingNotice, nowMs: number): boolean {
  return lease !== undefined && nowMs + SEND_MS <= lease.untilMs;
}

/** The state after a delivery; the same object where the lease has gone to another meanwhile. */
export function delivered(state: CanaryState, tried: DeliveryAttempt, writer: string): CanaryState {
  const row = rowOf(state, tried);
  if (row === undefined) return state;
  return written({ ...state, outbox: state.outbox.filter((one) => one !== row) }, writer);
}

/**
 * The state after a delivery that failed: the notice waits for its next try, or, where more tries are in vain, goes to the
 * fallback channel once. `fraction`, from 0 up to 1, is chance. The same object where the lease has gone to another.
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
  if (fault.permanent || nowMs - row.createdAtMs >= GIVEN_UP_AFTER_MS) return givenUp(state, row, ask);
  const { lease: _, ...rest } = row;
  const mayArrive = fault.mayArrive === true;
  // What says how things stand says so again only when the try before it can no longer come after it.
  const leastMs = mayArrive && isStatusUpdate(row) ? LEASE_MS : 0;
  const nextAttemptAtMs = Math.min(
    nowMs + Math.max(leastMs, waitMs(fault, row.attempts, fraction)),
    row.createdAtMs + GIVEN_UP_AFTER_MS,
  );
  const excused = fault.stoodStill === true ? { excused: (row.excused ?? 0) + 1 } : {};
  const waiting = { ...rest, ...excused, lastFault: fault.message, nextAttemptAtMs };
  const outbox = state.outbox.map((one) => (one === row ? waiting : one));
  const next = { ...state, outbox };
  const told = mayArrive && !isStatusUpdate(row) ? withStandings(next, [row], nowMs) : next;
  return { state: written(prune(told, ask), writer), undelivered: [] };
}

/** The state as the next version of it. */
export function written(state: CanaryState, writer: string): CanaryState {
  return { ...state, version: state.version + 1, writer };
}

function takenOver(state: CanaryState, nowMs: number): CanaryState {
  const expired = state.outbox.filter(({ lease }) => lease !== undefined && lease.untilMs <= nowMs);
  if (expired.length === 0) return state;
  const freed = state.outbox.map((row) => {
    const { lease, ...rest } = row;
    return expired.includes(row) ? { ...rest, lastFault: `${lease?.owner} never said what came of it` } : row;
  });
  return withStandings({ ...state, outbox: freed }, expired, nowMs);
}

/** The state with a notice of how things stand for each of those that may still arrive, and would then be the last word. */
function withStandings(state: CanaryState, rows: readonly PendingNotice[], nowMs: number): CanaryState {
  const { statusUpdates } = state.alert;
  return {
    ...state,
    alert: { ...state.alert, statusUpdates: statusUpdates + rows.length },
    outbox: [
      ...state.outbox,
      ...rows.map((row, index) => standingFor(row, { number: statusUpdates + 1 + index, nowMs })),
    ],
  };
}

/** Not before the new lease is over, so that it comes after whatever the old owner may still send. */
function standingFor(
  { channel, notice: taken }: PendingNotice,
  { number, nowMs }: { readonly number: number; readonly nowMs: number },
): PendingNotice {
  const own = `${taken.incident}:statusUpdate:${number}`;
  const notice: Notice = { ...taken, id: own, kind: 'statusUpdate', number };
  return {
    id: `${own}:${channel}`,
    channel,
    notice,
    createdAtMs: nowMs,
    attempts: 0,
    nextAttemptAtMs: nowMs + LEASE_MS,
  };
}

/** The oldest of each channel, where it may be sent. What says how things stand comes last, so it holds up nobody. */
function headsOf(outbox: readonly PendingNotice[], nowMs: number): readonly PendingNotice[] {
  return [...Map.groupBy(outbox, ({ channel }) => channel).values()]
    .map(([head]) => head as PendingNotice)
    .filter((head) => head.lease === undefined && isDue(head, nowMs));
}

/** A wait longer than any that we give was written by a clock that is ahead, and is not heeded. */
function isDue({ nextAttemptAtMs }: PendingNotice, nowMs: number): boolean {
  return nextAttemptAtMs <= nowMs || nextAttemptAtMs > nowMs + LONGEST_WAIT_MS;
}

function leased(row: PendingNotice, owner: string, nowMs: number): PendingNotice {
  const attempts = row.attempts + 1;
  return { ...row, attempts, lease: { owner, fence: attempts, untilMs: nowMs + LEASE_MS } };
}

function dueOf(canary: string, row: PendingNotice, nowMs: number): DueNotice {
  const sinceMs = Math.min(row.createdAtMs, row.notice.atMs);
  return { canary, row, ...(nowMs - sinceMs > DELAYED_AFTER_MS ? { delayedSinceMs: sinceMs } : {}) };
}

/** What the channel asked for, within bounds; else a share, left to chance, of a time that doubles with each try. */
function waitMs({ retryAfterMs = Number.NaN }: DeliveryFault, attempts: number, fraction: number): number {
  if (!Number.isNaN(retryAfterMs)) return Math.min(Math.max(retryAfterMs, SECOND_MS), LONGEST_WAIT_MS);
  return fraction * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
}

function rowOf({ outbox }: CanaryState, { id, owner, fence }: DeliveryAttempt): PendingNotice | undefined {
  return outbox.find((row) => row.id === id && row.lease?.owner === owner && row.lease.fence === fence);
}

function givenUp(
  state: CanaryState,
  row: PendingNotice,
  ask: {
    readonly fault: DeliveryFault;
    readonly nowMs: number;
    readonly routes: Routes;
    readonly writer: string;
  },
): RefusedDelivery {
  const { lease: _, ...free } = row;
  // What waits behind it is given up with it: who is told instead is told all of it.
  const outbox = coalesce(state.outbox.map((one) => (one === row ? free : one)));
  const given = outbox.find((one) => isOfOneKind(one, row)) as PendingNotice;
  const next = notHeard(withFallback({ ...state, outbox }, given, ask), given);
  const left = next.outbox.filter(({ id }) => id !== given.id);
  const isTold = isStatusUpdate(row) || fallbackOf(given, ask.routes) !== undefined;
  return {
    state: written(prune({ ...next, outbox: left }, ask), ask.writer),
    undelivered: isTold ? [] : [given.notice],
    broken: { channel: row.channel, reason: ask.fault.message },
  };
}

function isOfOneKind(one: PendingNotice, other: PendingNotice): boolean {
  const isOneTopic = one.channel === other.channel && one.notice.incident === other.notice.incident;
  return isOneTopic && isStatusUpdate(one) === isStatusUpdate(other);
}

/** The state without a channel that was not told of a beginning among those that were: it is told no end, and may be told yet. */
function notHeard(state: CanaryState, { channel, notice }: PendingNotice): CanaryState {
  const { [notice.incident]: heard, ...others } = state.alert.deliveredTo;
  if (heard === undefined || !announcesOpening(notice)) return state;
  const left = heard.filter((name) => name !== channel);
  return { ...state, alert: { ...state.alert, deliveredTo: { ...others, [notice.incident]: left } } };
}
