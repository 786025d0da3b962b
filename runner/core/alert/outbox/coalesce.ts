import { omitUndefined } from '../../base/omit-undefined.ts';
import type { Notice } from '../../notice/notice.ts';
import type { PendingNotice } from '../alert-state.ts';

/**
 * The outbox with the pending notices of one incident on one channel merged into one. That is the newest, or `combined` for an
 * incident that began and ended undelivered. The newest is the one decided last, since the clocks of runners differ. A notice
 * that is being sent stays as it is. A `statusUpdate` comes last and has the newest facts. A changed notice gets a new id, since
 * the old one may have arrived.
 */
export function coalesce(outbox: readonly PendingNotice[]): readonly PendingNotice[] {
  const updates = outbox.filter((row) => row.lease === undefined && !isStatusUpdate(row));
  const statusUpdates = outbox.filter((row) => row.lease === undefined && isStatusUpdate(row));
  const groups = Map.groupBy(updates, topicOf);
  return [
    ...outbox.flatMap((row) => {
      if (row.lease !== undefined) return [row];
      const group = groups.get(topicOf(row)) ?? [];
      return row === group[0] ? [mergedOf(group)] : [];
    }),
    ...[...Map.groupBy(statusUpdates, topicOf)].map(([topic, group]) =>
      mergedStatusUpdate(
        group,
        outbox.filter((row) => topicOf(row) === topic && !isStatusUpdate(row)),
      ),
    ),
  ];
}

/** True for a status update. */
export function isStatusUpdate({ notice }: PendingNotice): boolean {
  return notice.kind === 'statusUpdate';
}

/** True for a notice that announces a new incident. */
export function announcesOpening({ kind }: Notice): boolean {
  return kind === 'opened' || kind === 'combined';
}

/** Key of the incident and the receiver of a notice. */
export function topicOf({ channel, notice, address = '' }: PendingNotice): string {
  return `${notice.incident}:${channel}@${address}`;
}

function mergedOf(group: readonly PendingNotice[]): PendingNotice {
  const [first, ...others] = group as readonly [PendingNotice, ...PendingNotice[]];
  if (others.length === 0) return first;
  const notice = mergedNotice(group.map((row) => row.notice));
  const { insteadOf, besides: _, ...row } = first;
  const unconfirmed = Math.max(...group.map((one) => one.unconfirmed ?? 0));
  return {
    ...row,
    id: `${notice.id}:${first.channel}`,
    notice,
    createdAtMs: Math.min(...group.map(({ createdAtMs }) => createdAtMs)),
    attempts: Math.max(...group.map(({ attempts }) => attempts)),
    ...(unconfirmed === 0 ? {} : { unconfirmed }),
    ...(group.some((one) => one.unclear) ? { unclear: true } : {}),
    nextAttemptAtMs: Math.max(...group.map(({ nextAttemptAtMs }) => nextAttemptAtMs)),
    // A channel that one of the notices was meant for is no fallback.
    ...(insteadOf !== undefined && others.every((other) => other.insteadOf === insteadOf)
      ? { insteadOf }
      : {}),
    besides: (first.besides ?? []).filter((channel) =>
      others.every((other) => other.besides?.includes(channel)),
    ),
  };
}

function mergedNotice(notices: readonly Notice[]): Notice {
  const newest = newestOf(notices);
  const kind = mergedKind(new Set(notices.map((notice) => notice.kind)));
  const sameKind = notices.findLast((notice) => notice.kind === kind);
  const merged = withKind(newest, kind, sameKind?.number ?? 1);
  return kind === 'combined' ? withCause(merged, notices) : merged;
}

/**
 * The notice with the cause of its incident in place of that of its end. The run that failed says more than the one that passed.
 */
function withCause(notice: Notice, notices: readonly Notice[]): Notice {
  const cause = notices.findLast(({ closedAtMs }) => closedAtMs === undefined);
  if (cause === undefined) return notice;
  const { run: _, ...rest } = notice;
  return { ...rest, ...omitUndefined({ run: cause.run, reason: notice.reason ?? cause.reason }) };
}

function mergedKind(kinds: ReadonlySet<Notice['kind']>): Notice['kind'] {
  const begins = kinds.has('opened') || kinds.has('combined');
  const ends = kinds.has('closed') || kinds.has('combined');
  if (ends) return begins ? 'combined' : 'closed';
  if (begins) return 'opened';
  return kinds.has('upgraded') ? 'upgraded' : 'reminder';
}

function mergedStatusUpdate(
  group: readonly PendingNotice[],
  others: readonly PendingNotice[],
): PendingNotice {
  const last = group.at(-1) as PendingNotice;
  // A pending notice was decided after every notice that was sent before it.
  const newest = newestOf([...group, ...others].map((row) => row.notice));
  const notice = withKind(newest, 'statusUpdate', last.notice.number);
  const nextAttemptAtMs = Math.max(...group.map((row) => row.nextAttemptAtMs));
  return { ...last, id: `${notice.id}:${last.channel}`, notice, nextAttemptAtMs };
}

/** The notice decided last; nothing follows an end. */
function newestOf(notices: readonly Notice[]): Notice {
  return notices.findLast((notice) => notice.closedAtMs !== undefined) ?? (notices.at(-1) as Notice);
}

/** The same notice as another kind. */
export function withKind(notice: Notice, kind: Notice['kind'], number: number): Notice {
  if (notice.kind === kind) return notice;
  const own = `${notice.incident}:${kind}:${number}`;
  const id = kind === 'combined' ? own : `${own}+${notice.kind}:${notice.number}`;
  return { ...notice, id, kind, number };
}
