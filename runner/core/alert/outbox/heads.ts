import type { PendingNotice } from '../alert-state.ts';
import { exists, type Routes } from './outbox.ts';

/** The longest wait between two tries, in milliseconds. */
export const MAX_WAIT_MS = 15 * 60_000;

/**
 * The oldest notice for each address of a channel, if it may be sent. Status updates are last in the outbox, so they delay nothing. A notice
 * for a channel that is gone waits until its receiver is found.
 */
export function headsOf(
  outbox: readonly PendingNotice[],
  { nowMs, routes }: { readonly nowMs: number; readonly routes: Routes },
): readonly PendingNotice[] {
  return [...Map.groupBy(outbox, placeOf).values()]
    .map(([head]) => head as PendingNotice)
    .filter((head) => head.lease === undefined && isDue(head, nowMs) && exists(head.channel, routes));
}

/** True if another notice waits behind that one for the same address. */
export function isInTheWay(row: PendingNotice, outbox: readonly PendingNotice[]): boolean {
  return outbox.some((other) => other !== row && placeOf(other) === placeOf(row));
}

/** The channel and the address that a notice goes to. */
function placeOf({ channel, address = '' }: PendingNotice): string {
  return `${channel}@${address}`;
}

/** A wait longer than the maximum was written by a clock that was ahead, and is ignored. */
function isDue({ nextAttemptAtMs }: PendingNotice, nowMs: number): boolean {
  return nextAttemptAtMs <= nowMs || nextAttemptAtMs > nowMs + MAX_WAIT_MS;
}
