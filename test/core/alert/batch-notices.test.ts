import { describe, expect, it } from '@jest/globals';
import { batchNotices } from '../../../runner/core/alert/outbox/batch-notices.ts';
import type { DueNotice } from '../../../runner/core/alert/outbox/delivery.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, START_MS } from '../../support/alerts/alerts.ts';
import { MINUTE_MS, noticeOf } from '../../support/alerts/outbox-harness.ts';

function dueOf(
  index: number,
  more: {
    readonly kind?: Notice['kind'];
    readonly late?: boolean;
    readonly channel?: string;
    readonly notice?: Partial<Notice>;
  } = {},
): DueNotice {
  const { kind = 'combined', late = true, channel = 'pager' } = more;
  const openedAtMs = START_MS + index * MINUTE_MS;
  const notice = noticeOf(kind, {
    incident: `canary-${index}@a#target1`,
    about: { ...ABOUT, canary: `canary-${index}`, tags: ['tier-1'] },
    sinceMs: openedAtMs,
    openedAtMs,
    atMs: openedAtMs + 5 * MINUTE_MS,
    closedAtMs: openedAtMs + 5 * MINUTE_MS,
    closeReason: 'resolved',
    ...more.notice,
  });
  const row = {
    id: `${notice.id}:${channel}`,
    channel,
    notice,
    createdAtMs: openedAtMs,
    attempts: 1,
    nextAttemptAtMs: openedAtMs,
  };
  return { canary: `canary-${index}`, row, ...(late ? { delayedSinceMs: openedAtMs } : {}) };
}

function many(count: number, more: Parameters<typeof dueOf>[1] = {}): readonly DueNotice[] {
  return Array.from({ length: count }, (_, index) => dueOf(index, more));
}

describe('a batch of due notices', () => {
  it('holds one notice, as a rule', () => {
    const [late, punctual] = [dueOf(1), dueOf(2, { kind: 'opened', late: false })];

    expect(batchNotices([late, punctual])).toEqual([
      { channel: 'pager', notice: late.row.notice, delayedSinceMs: late.delayedSinceMs, delivers: [late] },
      { channel: 'pager', notice: punctual.row.notice, delivers: [punctual] },
    ]);
  });

  it('holds one notice for each of twenty incidents that are over', () => {
    expect(batchNotices(many(20))).toHaveLength(20);
  });

  it('holds all notices of 21 incidents that are over', () => {
    const due = many(21).toReversed();

    const [digest, ...others] = batchNotices(due);

    expect(others).toEqual([]);
    expect(digest?.delivers).toEqual(due);
    expect(digest).toMatchObject({
      channel: 'pager',
      delayedSinceMs: START_MS,
      notice: {
        kind: 'combined',
        severity: 'warning',
        openedAtMs: START_MS,
        closedAtMs: START_MS + 25 * MINUTE_MS,
        atMs: START_MS + 25 * MINUTE_MS,
        closeReason: 'resolved',
        runs: 42,
        number: 1,
        neverPassed: false,
        flapping: false,
        incidents: 21,
        about: { canary: '21 incidents', project: 'shop', environment: 'prod', tags: [] },
      },
    });
    expect(digest?.notice.id).toMatch(/^digest:[0-9a-f]{32}$/);
    expect(digest?.notice.incident).toBe(digest?.notice.id);
  });

  it('names the owners of all, and no runbook, which belongs to one', () => {
    const [first, second, ...more] = many(21) as [DueNotice, DueNotice, ...DueNotice[]];
    const ownedBy = (due: DueNotice, owner: string): DueNotice => {
      const about = { ...due.row.notice.about, owner, runbook: 'https://wiki.example.com/orders' };
      return { ...due, row: { ...due.row, notice: { ...due.row.notice, about } } };
    };

    const { about } = (
      batchNotices([ownedBy(first, 'ann'), ownedBy(second, 'bob'), ...more])[0] as { notice: Notice }
    ).notice;

    expect(about).toMatchObject({ owner: `ann, bob, ${first.row.notice.about.owner}`, source: '' });
    expect(about).not.toHaveProperty('runbook');
  });

  it('names twenty of them, and counts the rest', () => {
    const due = [...many(22), dueOf(22, { notice: { stream: 'observer' } })];

    const reason = batchNotices(due)[0]?.notice.reason ?? '';

    expect(reason).toContain(
      '23 incidents began and ended while this channel was unavailable: canary-0 failed from 2026-11-25 00:00 UTC to 2026-11-25 00:05 UTC (canary-0@a#target1); canary-1 failed',
    );
    expect(reason).toContain(
      'canary-19 failed from 2026-11-25 00:19 UTC to 2026-11-25 00:24 UTC (canary-19@a#target1); and 3 more.',
    );
    expect(reason).not.toContain('canary-20');
  });

  it('names the incidents without data, and has the highest severity', () => {
    const due = [dueOf(0, { notice: { stream: 'observer', severity: 'critical' } }), ...many(21).slice(1)];

    const { notice } = batchNotices(due)[0] as { notice: Notice };

    expect(notice.reason).toContain('canary-0 could not be checked from');
    expect(notice.severity).toBe('critical');
  });

  it('keeps apart what is open, what people wait for, what is punctual, and what goes elsewhere', () => {
    const due = [
      ...many(21),
      dueOf(30, { kind: 'opened' }),
      dueOf(31, { kind: 'closed' }),
      dueOf(32, { late: false }),
      dueOf(33, { channel: 'chat' }),
    ];

    const batches = batchNotices(due);

    expect(batches.map(({ delivers }) => delivers.length)).toEqual([1, 1, 1, 1, 21]);
    expect(batches.flatMap(({ delivers }) => delivers)).toHaveLength(due.length);
  });

  it('has the same id for the same notices only', () => {
    const ids = [many(21), many(21).toReversed(), many(22)].map((due) => batchNotices(due)[0]?.notice.id);

    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });
});
