import type { Notice } from '../notice/notice.ts';
import type { PendingNotice } from './alert-state.ts';

/**
 * The outbox with what one incident still has to say on one channel brought into one notice: the newest truth, and of an
 * incident that began and ended unheard, both. The newest is what was decided last, whatever the clocks said of whoever
 * decided it. A notice that is being sent stays as it is. A `standing` one stands last and says what is newest. What changes
 * gets an id of its own, for the old one may have arrived without our knowing.
 */
export function coalesce(outbox: readonly PendingNotice[]): readonly PendingNotice[] {
  const news = outbox.filter((row) => row.lease === undefined && !isStatusUpdate(row));
  const standings = outbox.filter((row) => row.lease === undefined && isStatusUpdate(row));
  const groups = Map.groupBy(news, topicOf);
  return [
    ...outbox.flatMap((row) => {
      if (row.lease !== undefined) return [row];
      const group = groups.get(topicOf(row)) ?? [];
      return row === group[0] ? [mergedOf(group)] : [];
    }),
    ...[...Map.groupBy(standings, topicOf)].map(([topic, group]) =>
      standingOf(
        group,
        outbox.filter((row) => topicOf(row) === topic && !isStatusUpdate(row)),
      ),
    ),
  ];
}

/** True for a notice that says again how things stand. */
export function isStatusUpdate({ notice }: PendingNotice): boolean {
  return notice.kind === 'statusUpdate';
}

/** True for a notice that tells of a beginning. */
export function announcesOpening({ kind }: Notice): boolean {
  return kind === 'opened' || kind === 'combined';
}

function topicOf({ channel, notice }: PendingNotice): string {
  return `${notice.incident}:${channel}`;
}

function mergedOf(group: readonly PendingNotice[]): PendingNotice {
  const [first, ...others] = group as readonly [PendingNotice, ...PendingNotice[]];
  if (others.length === 0) return first;
  const notice = mergedNotice(group.map((row) => row.notice));
  const { insteadOf, besides: _, ...row } = first;
  return {
    ...row,
    id: `${notice.id}:${first.channel}`,
    notice,
    createdAtMs: Math.min(...group.map(({ createdAtMs }) => createdAtMs)),
    attempts: Math.max(...group.map(({ attempts }) => attempts)),
    nextAttemptAtMs: Math.max(...group.map(({ nextAttemptAtMs }) => nextAttemptAtMs)),
    // A channel that was to be told some of it anyway stands in for nobody.
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
  const namesake = notices.findLast((notice) => notice.kind === kind);
  return withKind(newest, kind, namesake?.number ?? 1);
}

function mergedKind(kinds: ReadonlySet<Notice['kind']>): Notice['kind'] {
  const begins = kinds.has('opened') || kinds.has('combined');
  const ends = kinds.has('closed') || kinds.has('combined');
  if (ends) return begins ? 'combined' : 'closed';
  if (begins) return 'opened';
  return kinds.has('upgraded') ? 'upgraded' : 'reminder';
}

function standingOf(group: readonly PendingNotice[], news: readonly PendingNotice[]): PendingNotice {
  const last = group.at(-1) as PendingNotice;
  // What still waits was decided after whatever was sent before it.
  const newest = newestOf([...group, ...news].map((row) => row.notice));
  const notice = withKind(newest, 'statusUpdate', last.notice.number);
  const nextAttemptAtMs = Math.max(...group.map((row) => row.nextAttemptAtMs));
  return { ...last, id: `${notice.id}:${last.channel}`, notice, nextAttemptAtMs };
}

/** What was decided last; there is nothing after an end. */
function newestOf(notices: readonly Notice[]): Notice {
  return notices.findLast((notice) => notice.closedAtMs !== undefined) ?? (notices.at(-1) as Notice);
}

/** What one notice says, as a notice of another kind. */
export function withKind(notice: Notice, kind: Notice['kind'], number: number): Notice {
  if (notice.kind === kind) return notice;
  const own = `${notice.incident}:${kind}:${number}`;
  const id = kind === 'combined' ? own : `${own}+${notice.kind}:${notice.number}`;
  return { ...notice, id, kind, number };
}
