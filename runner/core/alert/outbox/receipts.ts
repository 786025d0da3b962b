import { omitUndefined } from '../../base/omit-undefined.ts';
import type { AlertState, CanaryState, PendingNotice, Receipt } from '../alert-state.ts';
import { announcesOpening } from './coalesce.ts';

/** Acceptance of a notice by its channel. */
export interface Acceptance {
  readonly answer: string;
  /** Digest of the address that accepted it. */
  readonly address?: string | undefined;
}

/** The receipts of an incident, one for each channel that accepted a notice of it, or refused its beginning. */
export function receiptsOf({ receipts = {} }: AlertState, incident: string): readonly Receipt[] {
  return receipts[incident] ?? [];
}

/** The receipts of the channels that accepted a notice of an incident, and so wait for its end. */
export function acceptedOf(alert: AlertState, incident: string): readonly Receipt[] {
  return receiptsOf(alert, incident).filter(({ accepted }) => accepted.length > 0);
}

/** The moment when a channel first accepted a notice of an incident, epoch milliseconds; undefined if none has. */
export function notifiedAtMs(alert: AlertState, incident: string): number | undefined {
  const times = acceptedOf(alert, incident).flatMap(({ accepted }) => accepted.map(({ atMs }) => atMs));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The address that a notice must go to: that of its beginning, if there was one. Undefined if any address of the channel will do. */
export function addressFor({ alert }: CanaryState, row: PendingNotice): string | undefined {
  if (row.address !== undefined) return row.address;
  return acceptedOf(alert, row.notice.incident).find(({ channel }) => channel === row.channel)?.address;
}

/** The state with a receipt for an accepted notice. The beginning is kept, and the newest notice. */
export function withAcceptance(
  state: CanaryState,
  { notice, channel, address: pinned, group }: PendingNotice,
  { answer, address, nowMs }: Acceptance & { readonly nowMs: number },
): CanaryState {
  if (pinned !== undefined) return state;
  const before = acceptedOf(state.alert, notice.incident).find((one) => one.channel === channel);
  const accepted = { kind: notice.kind, atMs: nowMs, answer };
  return withReceipt(state, notice.incident, {
    channel,
    ...omitUndefined({
      address: announcesOpening(notice) ? address : (before?.address ?? address),
      group: group ?? before?.group,
    }),
    accepted: [...(before?.accepted.slice(0, 1) ?? []), accepted],
  });
}

/** The state with the receipt of a channel marked: the notices of other incidents join this one there, under its key. */
export function withFollowers(
  state: CanaryState,
  { incident, channel }: { readonly incident: string; readonly channel: string },
): CanaryState {
  const receipts = receiptsOf(state.alert, incident).map((receipt) =>
    receipt.channel === channel ? { ...receipt, group: incident } : receipt,
  );
  return withReceipts(state, incident, receipts);
}

/** The state with a receipt for the refusal of a beginning. */
export function withRefusal(
  state: CanaryState,
  { notice, channel, unclear }: PendingNotice,
  {
    reason,
    address,
    nowMs,
  }: { readonly reason: string; readonly address?: string | undefined; readonly nowMs: number },
): CanaryState {
  const refused = { atMs: nowMs, reason, ...omitUndefined({ unclear }) };
  return withReceipt(state, notice.incident, {
    channel,
    ...omitUndefined({ address }),
    accepted: [],
    refused,
  });
}

/** The state with that receipt in place of the channel's earlier one. */
function withReceipt(state: CanaryState, incident: string, receipt: Receipt): CanaryState {
  const others = receiptsOf(state.alert, incident).filter(({ channel }) => channel !== receipt.channel);
  return withReceipts(state, incident, [...others, receipt]);
}

/** The state with these receipts of an incident. */
export function withReceipts(
  state: CanaryState,
  incident: string,
  receipts: readonly Receipt[],
): CanaryState {
  return {
    ...state,
    alert: { ...state.alert, receipts: { ...state.alert.receipts, [incident]: receipts } },
  };
}

/** The state without the receipts of incidents that are over: everyone was notified of their ends, and newer ones followed. */
export function withoutOldReceipts(state: CanaryState): CanaryState {
  const { receipts = {}, deliveredTo, target, observer } = state.alert;
  const waiting = new Set(state.outbox.map(({ notice }) => notice.incident));
  const newest = [`#target${target.incidents}`, `#observer${observer.incidents}`];
  const isKept = (incident: string): boolean =>
    incident in deliveredTo || waiting.has(incident) || newest.some((end) => incident.endsWith(end));
  const kept = Object.entries(receipts).filter(([incident]) => isKept(incident));
  if (kept.length === Object.keys(receipts).length) return state;
  return { ...state, alert: { ...state.alert, receipts: Object.fromEntries(kept) } };
}
