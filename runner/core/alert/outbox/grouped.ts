import type { AlertState, CanaryState, PendingNotice } from '../alert-state.ts';
import { announcesOpening } from './coalesce.ts';
import type { Routes } from './outbox.ts';
import { acceptedOf } from './receipts.ts';

/**
 * True for a notice that goes out at a tick, with those of other incidents. Each of an incident that its channel has in a group does. So does
 * the first of an incident whose cause others may have.
 */
export function isGrouped(
  { alert }: Pick<CanaryState, 'alert'>,
  row: PendingNotice,
  { shared }: Routes,
): boolean {
  const { channel, notice, attempts, insteadOf } = row;
  if (notice.cause === undefined || notice.byHand !== undefined) return false;
  if (groupKeyOf(alert, row) !== undefined) return true;
  // A fallback that stands in gets an end without a beginning.
  const isFirst = announcesOpening(notice) || (notice.kind === 'closed' && insteadOf !== undefined);
  return isFirst && attempts === 0 && shared?.has(channel) === true;
}

/** The key of the group that a notice belongs to already; undefined if it is in none. */
export function groupKeyOf(
  alert: AlertState,
  { group, channel, notice, address }: PendingNotice,
): string | undefined {
  if (address !== undefined) return group; // the receipt is that of another address
  return group ?? acceptedOf(alert, notice.incident).find((one) => one.channel === channel)?.group;
}
