import { createHash } from 'node:crypto';
import { omitUndefined } from '../../base/omit-undefined.ts';
import type { CanaryFacts, GroupMember, Notice } from '../../notice/notice.ts';
import { worse } from '../../notice/severity.ts';
import type { DeliveryBatch } from '../outbox/batch-notices.ts';
import type { DueNotice } from '../outbox/delivery.ts';
import type { GroupPlan } from './plan-groups.ts';

/** The message for the leased notices of a plan. */
export function groupBatch(plan: GroupPlan, delivers: readonly DueNotice[]): DeliveryBatch {
  const { channel, to } = plan;
  const delays = delivers.flatMap(({ delayedSinceMs }) => delayedSinceMs ?? []);
  return {
    channel,
    notice: groupNotice(
      delivers.map(({ row }) => row.notice),
      plan,
    ),
    ...omitUndefined({ to, delayedSinceMs: delays.length === 0 ? undefined : Math.min(...delays) }),
    delivers,
  };
}

/** Notices of one kind and one cause as one. Its key is that of the group, and its run is that of the oldest incident. */
export function groupNotice(
  notices: readonly Notice[],
  { key, open, isOpen }: Pick<GroupPlan, 'key' | 'open' | 'isOpen'>,
): Notice {
  const sorted = notices.toSorted((a, b) => a.sinceMs - b.sinceMs);
  const first = sorted[0] as Notice;
  const canaries = new Set(notices.map(({ about }) => about.canary));
  const ends = notices.flatMap(({ closedAtMs }) => closedAtMs ?? []);
  const group = {
    cause: first.cause as string,
    members: sorted.map(memberOf),
    others: open.filter(({ canary }) => !canaries.has(canary)),
    isOpen,
  };
  return {
    ...first,
    id: idOf(sorted, key),
    incident: key,
    severity: notices.map(({ severity }) => severity).reduce(worse),
    atMs: Math.max(...notices.map(({ atMs }) => atMs)),
    openedAtMs: Math.min(...notices.map(({ openedAtMs }) => openedAtMs)),
    ...(ends.length === 0 ? {} : { closedAtMs: Math.max(...ends) }),
    runs: notices.reduce((sum, { runs }) => sum + runs, 0),
    neverPassed: notices.every(({ neverPassed }) => neverPassed),
    flapping: notices.some(({ flapping }) => flapping),
    about: aboutAll(sorted),
    group,
  };
}

/** Name of the lease for the first notice of a cause on a channel. A cause may be longer than a key of DynamoDB. */
export function firstNoticeLease(channel: string, { stream, cause }: Notice): string {
  const subject = createHash('sha256').update(JSON.stringify([channel, stream, cause]));
  return `first notice of ${subject.digest('hex').slice(0, 32)}`;
}

/** The same for the same notices, so that a receiver recognises a repetition. */
function idOf(notices: readonly Notice[], key: string): string {
  const [first, ...others] = notices as [Notice, ...Notice[]];
  if (others.length === 0) return first.id;
  const ids = createHash('sha256').update(notices.map(({ id }) => id).join('\n'));
  return `${key}:${first.kind}:${ids.digest('hex').slice(0, 16)}`;
}

function memberOf({ id, incident, severity, sinceMs, about }: Notice): GroupMember {
  return { canary: about.canary, owner: about.owner, incident, notice: id, severity, sinceMs };
}

/** The facts of one canary; of several, what they have in common. */
function aboutAll(notices: readonly Notice[]): CanaryFacts {
  const [{ about }, ...others] = notices as [Notice, ...Notice[]];
  if (others.length === 0) return about;
  const { runbook, ...facts } = about;
  const isShared = others.every((notice) => notice.about.runbook === runbook);
  const owners = new Set(notices.map((notice) => notice.about.owner).filter((owner) => owner !== ''));
  return {
    ...facts,
    ...omitUndefined({ runbook: isShared ? runbook : undefined }),
    canary: `${notices.length} canaries`,
    owner: [...owners].join(', '),
    tags: [],
    source: '',
  };
}
