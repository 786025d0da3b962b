import { createHash } from 'node:crypto';
import { formatMinute } from '../../base/format.ts';
import { omitUndefined } from '../../base/omit-undefined.ts';
import type { CanaryFacts, Notice } from '../../notice/notice.ts';
import { worse } from '../../notice/severity.ts';
import type { DueNotice } from './delivery.ts';

/** Late messages about closed incidents that are sent one by one; more become one digest. */
const MAX_SINGLE = 20;

/** One message to send, and the notices that it delivers. */
export interface DeliveryBatch {
  readonly channel: string;
  readonly notice: Notice;
  readonly delayedSinceMs?: number;
  /** Digest of the address that it must go to. Absent: that of the channel. */
  readonly to?: string;
  readonly delivers: readonly DueNotice[];
}

/**
 * Batches to send, over all canaries. If more than 20 incidents began and ended while a channel was unavailable, they become one
 * digest. An incident that is still open, and the end of one that was notified, stays a message of its own.
 */
export function batchNotices(due: readonly DueNotice[]): readonly DeliveryBatch[] {
  const past = Map.groupBy(due.filter(isPast), ({ row }) => row.channel);
  const many = [...past].filter(([, notices]) => notices.length > MAX_SINGLE);
  const inDigest = new Set(many.flatMap(([, notices]) => notices));
  return [
    ...due.filter((one) => !inDigest.has(one)).map(singleOf),
    ...many.map(([channel, notices]) => digestOf(channel, notices)),
  ];
}

function isPast({ row, delayedSinceMs }: DueNotice): boolean {
  return row.notice.kind === 'combined' && delayedSinceMs !== undefined;
}

function singleOf(due: DueNotice): DeliveryBatch {
  const { row, delayedSinceMs, to } = due;
  return {
    channel: row.channel,
    notice: row.notice,
    ...omitUndefined({ delayedSinceMs, to }),
    delivers: [due],
  };
}

function digestOf(channel: string, delivers: readonly DueNotice[]): DeliveryBatch {
  const notices = delivers.map(({ row }) => row.notice).toSorted((a, b) => a.sinceMs - b.sinceMs);
  const first = notices[0] as Notice;
  const ids = createHash('sha256').update(notices.map(({ id }) => id).join('\n'));
  const id = `digest:${ids.digest('hex').slice(0, 32)}`;
  return {
    channel,
    notice: {
      id,
      incident: id,
      stream: first.stream,
      kind: 'combined',
      number: 1,
      severity: notices.map(({ severity }) => severity).reduce(worse),
      atMs: Math.max(...notices.map(({ atMs }) => atMs)),
      sinceMs: first.sinceMs,
      openedAtMs: first.openedAtMs,
      closedAtMs: Math.max(...notices.map(({ closedAtMs }) => closedAtMs as number)),
      closeReason: 'resolved',
      runs: notices.reduce((sum, { runs }) => sum + runs, 0),
      neverPassed: false,
      flapping: false,
      incidents: notices.length,
      about: aboutAll(notices),
      reason: reasonOf(notices),
    },
    delayedSinceMs: Math.min(...delivers.map(({ delayedSinceMs }) => delayedSinceMs as number)),
    delivers,
  };
}

function aboutAll(notices: readonly Notice[]): CanaryFacts {
  const { runbook: _, ...about } = (notices[0] as Notice).about;
  const owner = [...new Set(notices.map((notice) => notice.about.owner))].join(', ');
  return { ...about, canary: `${notices.length} incidents`, owner, tags: [], source: '' };
}

function reasonOf(notices: readonly Notice[]): string {
  const listed = notices.slice(0, MAX_SINGLE).map(formatPast).join('; ');
  return `${notices.length} incidents began and ended while this channel was unavailable: ${listed}; and ${notices.length - MAX_SINGLE} more.`;
}

function formatPast({ about, stream, incident, sinceMs, closedAtMs }: Notice): string {
  const what = stream === 'target' ? 'failed' : 'could not be checked';
  return `${about.canary} ${what} from ${formatMinute(sinceMs)} to ${formatMinute(closedAtMs as number)} (${incident})`;
}
