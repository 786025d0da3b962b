import { omitUndefined } from '../../base/omit-undefined.ts';
import type { GroupMember, Notice } from '../../notice/notice.ts';
import { isWorse, worse } from '../../notice/severity.ts';
import type { CanaryState, Incident, PendingNotice, Receipt } from '../alert-state.ts';
import { isStatusUpdate } from '../outbox/coalesce.ts';
import { groupKeyOf, isGrouped } from '../outbox/grouped.ts';
import { headsOf, isInTheWay } from '../outbox/heads.ts';
import type { Routes } from '../outbox/outbox.ts';
import { acceptedOf, addressFor } from '../outbox/receipts.ts';

const SECOND_MS = 1_000;

/** Time for which notices wait for others with the same cause, in milliseconds, counted from the oldest of them. */
const HOLD = {
  /** The first of a cause, so that a shared cause shows. A critical opening does not wait. */
  firstMs: 30 * SECOND_MS,
  /** Openings after the first, and reminders: as long as canaries of one minute take to fail. */
  moreMs: 60 * SECOND_MS,
  /** Openings after a notice of several, and ends while others of the group are open. */
  knownMs: 300 * SECOND_MS,
};

/** Notices to send as one. */
export interface GroupPlan {
  readonly channel: string;
  /** Digest of the address that they must go to. Absent: that of the channel. */
  readonly to?: string;
  /** The dedup key of the group: its first incident. */
  readonly key: string;
  /** Ids of the notices in the outboxes of their canaries. */
  readonly rows: readonly { readonly canary: string; readonly id: string }[];
  /** The canary of that incident, if its channel was notified of it alone before. */
  readonly follows?: string;
  /** Open incidents with the same cause, those of `rows` included. */
  readonly open: readonly GroupMember[];
  /** True while one incident of the group is open at the channel. */
  readonly isOpen: boolean;
}

/** The states of canaries at a moment. */
export interface GroupsAsk {
  readonly states: readonly CanaryState[];
  readonly nowMs: number;
  /** The routes of one of these canaries. */
  routesOf(canary: string): Routes;
}

/** A notice that may go out with others. */
interface Waiting {
  readonly state: CanaryState;
  readonly row: PendingNotice;
  readonly key: string | undefined;
  readonly to: string | undefined;
}

/** An open incident with a cause. */
interface OpenIncident extends Pick<Notice, 'stream'> {
  readonly state: CanaryState;
  readonly incident: Incident;
}

/** The notices that go out together now, one plan for each message. They depend on the states and the moment alone. */
export function planGroups(ask: GroupsAsk): readonly GroupPlan[] {
  const { states, nowMs, routesOf } = ask;
  const open = states.flatMap(openIn);
  const waiting = states.flatMap((state): readonly Waiting[] => {
    const routes = routesOf(state.canary);
    return headsOf(state.outbox, { nowMs, routes })
      .filter((row) => isGrouped(state, row, routes))
      .map((row) => ({ state, row, key: groupKeyOf(state.alert, row), to: addressFor(state, row) }));
  });
  return [...Map.groupBy(waiting, subjectOf).values()].flatMap((same) => {
    const [{ row }] = same as [Waiting];
    const known = open.filter((one) => isOfCause(one, row.notice));
    return [...Map.groupBy(withKeys(same, known, nowMs), ({ key }) => key as string)].flatMap(([key, rows]) =>
      planOf(rows, { key, known, nowMs }),
    );
  });
}

/** Time for which a critical opening keeps others of its cause from going out alone, in milliseconds. */
export const KNOWN_MS = HOLD.knownMs;

/** Critical openings that may go out at once, if their channel was not just notified of their cause. */
export function urgentIn(
  state: CanaryState,
  ask: { readonly nowMs: number; readonly routes: Routes },
): readonly PendingNotice[] {
  return headsOf(state.outbox, ask).filter(
    (row) =>
      row.attempts === 0 &&
      row.notice.kind === 'opened' &&
      row.notice.severity === 'critical' &&
      isGrouped(state, row, ask.routes),
  );
}

/** The receiver, the cause and the kind of a notice: what those of one message have in common. */
function subjectOf({ row: { channel, notice }, to }: Waiting): string {
  const { stream, cause, kind, closeReason } = notice;
  return JSON.stringify([channel, to, stream, cause, kind, closeReason]);
}

function openIn(state: CanaryState): readonly OpenIncident[] {
  return (['target', 'observer'] as const).flatMap((stream) => {
    const { incident } = state.alert[stream];
    return incident?.cause === undefined ? [] : [{ state, stream, incident }];
  });
}

function isOfCause({ stream, incident }: OpenIncident, notice: Notice): boolean {
  return stream === notice.stream && incident.cause === notice.cause;
}

/** The notices that may go out, each with its key. Openings without one join the group that their channel has of this cause. */
function withKeys(
  rows: readonly Waiting[],
  known: readonly OpenIncident[],
  nowMs: number,
): readonly Waiting[] {
  const again = rows.filter(({ key }) => key !== undefined);
  const [oldest, ...others] = rows
    .filter(({ key }) => key === undefined)
    .toSorted((a, b) => a.row.createdAtMs - b.row.createdAtMs);
  if (oldest === undefined) return again;
  const fresh = [oldest, ...others] as const;
  const { channel, notice, createdAtMs } = oldest.row;
  if (notice.kind !== 'opened') {
    const readyAtMs = createdAtMs + (known.length === 0 ? HOLD.firstMs : HOLD.knownMs);
    return nowMs < readyAtMs && !fresh.some(isBlocking)
      ? again
      : [...again, ...withKey(fresh, notice.incident)];
  }
  const notified = notifiedAt(channel, known);
  const begins = fresh.some(isBlocking) || mayBegin(fresh, notified, nowMs);
  const first = notified.find(({ receipt }) => receipt.group !== undefined) ?? notified[0];
  const key = first?.receipt.group ?? first?.incident.id ?? again[0]?.key ?? notice.incident;
  return begins ? [...again, ...withKey(fresh, key)] : again;
}

function withKey(rows: readonly Waiting[], key: string): readonly Waiting[] {
  return rows.map((one) => ({ ...one, key }));
}

/** True for a notice that another one of its canary waits behind. */
function isBlocking({ state, row }: Waiting): boolean {
  return isInTheWay(row, state.outbox);
}

interface NotifiedIncident extends OpenIncident {
  readonly receipt: Receipt;
}

/** The open incidents whose beginning a channel accepted, the earliest first. */
function notifiedAt(channel: string, known: readonly OpenIncident[]): readonly NotifiedIncident[] {
  return known
    .flatMap((one) => {
      const receipt = acceptedOf(one.state.alert, one.incident.id).find((its) => its.channel === channel);
      return receipt === undefined ? [] : [{ ...one, receipt }];
    })
    .toSorted((a, b) => beganAtMs(a.receipt) - beganAtMs(b.receipt));
}

function beganAtMs({ accepted }: Receipt): number {
  return accepted[0]?.atMs as number;
}

/** True if openings, the oldest first, have waited long enough for others. What is more severe than all before waits less. */
function mayBegin(
  fresh: readonly [Waiting, ...Waiting[]],
  notified: readonly NotifiedIncident[],
  nowMs: number,
): boolean {
  const [{ row: oldest }] = fresh;
  const severity = fresh.map(({ row }) => row.notice.severity).reduce(worse);
  const isWorst = notified.every(({ incident }) => isWorse(severity, incident.severity));
  if (isWorst && severity === 'critical') return true;
  const newest = notified.at(-1);
  if (newest === undefined) return nowMs >= oldest.createdAtMs + HOLD.firstMs;
  const isKnown = notified.length > 1 && !isWorst;
  const readyAtMs = oldest.createdAtMs + HOLD.moreMs;
  return nowMs >= (isKnown ? Math.max(readyAtMs, beganAtMs(newest.receipt) + HOLD.knownMs) : readyAtMs);
}

interface PlanContext {
  readonly key: string;
  /** The open incidents of the cause. */
  readonly known: readonly OpenIncident[];
  readonly nowMs: number;
}

function planOf(rows: readonly Waiting[], { key, known, nowMs }: PlanContext): readonly GroupPlan[] {
  const [{ row, to }] = rows as [Waiting];
  const mine = new Set(rows.map((one) => one.row.notice.incident));
  const isOpen = known.some(
    (one) => (row.notice.kind === 'opened' && mine.has(one.incident.id)) || holds(one, { key, row, to }),
  );
  if (!isReady(rows, isOpen, nowMs)) return [];
  const isJoining = row.notice.kind === 'opened' && !mine.has(key);
  const first = known.find(({ incident }) => isJoining && incident.id === key);
  return [
    {
      channel: row.channel,
      key,
      rows: rows.map((one) => ({ canary: one.state.canary, id: one.row.id })),
      open: known.map(memberOf),
      isOpen,
      ...omitUndefined({
        to,
        follows: first?.state.canary,
      }),
    },
  ];
}

/** True if a channel has an open incident in a group, or may have it: its beginning was sent, and the answer is not known. */
function holds(
  { state, incident }: OpenIncident,
  { key, row, to }: { readonly key: string; readonly row: PendingNotice; readonly to: string | undefined },
): boolean {
  const { channel } = row;
  const isThere = acceptedOf(state.alert, incident.id).some(
    (one) =>
      one.channel === channel &&
      one.group === key &&
      (to === undefined || one.address === undefined || one.address === to),
  );
  const isSent = state.outbox.some(
    (one) =>
      one.channel === channel &&
      one.group === key &&
      one.notice.incident === incident.id &&
      one.notice.kind === 'opened',
  );
  return isThere || isSent;
}

/** True if notices other than fresh beginnings have waited long enough for others of their group. */
function isReady(rows: readonly Waiting[], isOpen: boolean, nowMs: number): boolean {
  const waitedMs = nowMs - Math.min(...rows.map(({ row }) => row.createdAtMs));
  const isUrgent = rows.some((one) => one.row.attempts > 0 || isStatusUpdate(one.row) || isBlocking(one));
  return isUrgent || waitedMs >= holdMs((rows[0] as Waiting).row.notice, isOpen);
}

/** The longest time for which a notice of a group waits. People who pause or delete canaries are not kept waiting. */
function holdMs({ kind, closeReason }: Notice, isOpen: boolean): number {
  if (kind === 'reminder') return HOLD.moreMs;
  if (!isOpen || kind !== 'closed' || closeReason !== 'resolved') return 0;
  return HOLD.knownMs;
}

function memberOf({ state, incident }: OpenIncident): GroupMember {
  const { canary, owner } = state.alert.about;
  return { canary, owner, incident: incident.id, severity: incident.severity, sinceMs: incident.sinceMs };
}
