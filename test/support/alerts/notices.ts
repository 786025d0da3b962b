import { groupNotice } from '../../../runner/core/alert/grouping/group-notice.ts';
import { deepFreeze } from '../../../runner/core/base/freeze.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { CanaryFacts, GroupMember, Notice, RunDigest } from '../../../runner/core/notice/notice.ts';

const MINUTE_MS = 60_000;
/** 2026-11-24 02:57:00 UTC: the first slot against the canary, in every incident here. Its schedule is `every: 5m`. */
const FIRST_SLOT_MS = Date.UTC(2026, 10, 24, 2, 57);
const LATE_MS = 1_200; // of each run
const TOOK_MS = 35_600; // each run that did not pass
/** The first failed run. */
const SINCE_MS = FIRST_SLOT_MS + LATE_MS;

/** The moment at which the run of a slot is over, and a notice about it is decided; `nth` counts from 1. */
function endOf(nth: number): number {
  return SINCE_MS + (nth - 1) * 5 * MINUTE_MS + TOOK_MS;
}

/** The second failed run, as an incident keeps it. */
export function digestOf(more: Partial<RunDigest> = {}): RunDigest {
  return {
    runId: '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId,
    ...timesOf(2),
    durationMs: TOOK_MS,
    verdict: 'failed',
    blame: 'target',
    reason: 'not within 30 s: 1 event was selected, and differs: `{"errors":["Wrong delivery price"]}`',
    step: {
      name: 'It is announced exactly once, with our id',
      kind: 'event',
      hop: 'bus orders-prod · OrderPlaced from shop.orders',
      at: { file: 'canaries/shop/order-flow.canary.yaml', line: 58, column: 5 },
      quotes: ['{"errors":["Wrong delivery price"]}'],
      failed: [
        {
          path: 'detail.metadata.correlationId',
          operator: 'equals',
          expected: 'canary-6743a1c0f2b94e0c8d1e5a7b9c3d2f10',
          actual: null,
          missing: true,
          ok: false,
        },
      ],
    },
    lastSeen: { hop: 'table orders-prod', afterMs: 840 },
    ...more,
  };
}

/** The slot of a run and its start; `nth` counts from 1. */
function timesOf(nth: number): Pick<RunDigest, 'slotAtMs' | 'startedAtMs'> {
  const slotAtMs = FIRST_SLOT_MS + (nth - 1) * 5 * MINUTE_MS;
  return { slotAtMs, startedAtMs: slotAtMs + LATE_MS };
}

/** A notice of an incident that was opened by two failed runs, frozen as notifiers are given it. */
export function noticeOf(more: Partial<Notice> = {}): Notice {
  const { stream = 'target', kind = 'opened', number = 1, neverPassed = false } = more;
  const openedAtMs = endOf(stream === 'target' ? 2 : 3);
  const { incident = `order-flow@k3v9#${stream}7` } = more;
  return deepFreeze({
    id: `${incident}:${kind}:${number}`,
    incident,
    stream,
    kind,
    number,
    severity: 'critical',
    atMs: openedAtMs,
    sinceMs: SINCE_MS,
    ...(neverPassed ? {} : { lastPassedAtMs: SINCE_MS - 5 * MINUTE_MS }),
    openedAtMs,
    runs: 2,
    neverPassed,
    flapping: false,
    about: {
      canary: 'order-flow',
      project: 'shop',
      environment: 'prod',
      region: 'eu-west-1',
      owner: 'team-checkout',
      runbook: 'https://wiki.example.com/runbooks/order-flow?from=alert&v=2#stuck',
      tags: ['checkout', 'tier-1'],
      source: 'canaries/shop/order-flow.canary.yaml',
    },
    run: digestOf(),
    ...more,
  });
}

/** The slot of the tenth run passed. */
const PASSED_AT_MS = endOf(10) - TOOK_MS + 4_170;
const CLOSED = { atMs: PASSED_AT_MS, closedAtMs: PASSED_AT_MS } as const;
const { step: _, lastSeen: __, blame: ___, ...BARE } = digestOf();
const PASSED: RunDigest = { ...BARE, ...timesOf(10), verdict: 'passed', reason: '', durationMs: 4_170 };
const DENIED = digestOf({
  ...timesOf(3),
  verdict: 'error',
  blame: 'observer',
  step: { ...(digestOf().step as NonNullable<RunDigest['step']>), failed: [], quotes: [] },
  reason:
    "The runner's role may not do this. 'coalmine explain' lists the permissions that the canary needs. AWS says: AccessDeniedException.",
});
const WRONG: RunDigest = {
  ...BARE,
  ...timesOf(3),
  verdict: 'error',
  blame: 'definition',
  reason:
    'The environment variable SHOP_API_TOKEN is not set, so ${env:SHOP_API_TOKEN} has no value. Set it for this run.',
};
const { runbook: ____, region: _____, ...ABOUT } = noticeOf().about;

/** Facts of the runner's own alerts. */
function ofRunner(canary: string): Notice['about'] {
  const { tags: ______, ...about } = ABOUT;
  return { ...about, region: 'eu-west-1', canary, owner: 'mail', tags: [], source: '' };
}

function withoutRun(more: Partial<Notice>): Notice {
  const { run: ______, ...notice } = noticeOf({ stream: 'observer', severity: 'warning', runs: 0, ...more });
  if (notice.runs > 0 && notice.incidents === undefined) return deepFreeze(notice);
  // Of the runner's own alerts, no run began the incident.
  const { lastPassedAtMs: _______, ...about } = notice;
  return deepFreeze({ ...about, sinceMs: about.openedAtMs });
}

const BESIDES: readonly Pick<CanaryFacts, 'canary' | 'owner' | 'runbook'>[] = [
  { canary: 'order-cancel', owner: 'team-checkout' },
  { canary: 'stock-sync', owner: 'team-stock' },
  { canary: 'stock-report', owner: '' },
];

/** The same notice of several canaries, as one. The canaries of `others` fail by the same cause. */
function joined(notice: Notice, others: readonly GroupMember[] = []): Notice {
  const cause = 'bus orders-prod';
  const { runbook: _______, ...about } = notice.about;
  const more = BESIDES.map((facts, n): Notice => {
    const incident = `${facts.canary}@k3v9#${notice.stream}1`;
    const sinceMs = notice.sinceMs + (n + 1) * 7_000;
    return {
      ...notice,
      cause,
      incident,
      id: `${incident}:${notice.kind}:1`,
      sinceMs,
      about: { ...about, ...facts },
    };
  });
  const key = notice.incident;
  return deepFreeze(
    groupNotice([{ ...notice, cause }, ...more], { key, open: others, isOpen: others.length > 0 }),
  );
}

const OTHERS: readonly GroupMember[] = ['returns', 'search'].map((canary) => ({
  canary,
  owner: 'team-search',
  incident: `${canary}@k3v9#target2`,
  severity: 'warning',
  sinceMs: SINCE_MS,
}));
const OPEN = { cause: 'bus orders-prod', members: [], others: OTHERS, isOpen: true };
const ALONE = {
  ...OPEN,
  members: [{ ...(OTHERS[0] as GroupMember), canary: 'order-flow', owner: 'team-checkout' }],
};

/** Notices about incidents with one cause. */
const GROUPS: Readonly<Record<string, Notice>> = {
  'group-opened': joined(noticeOf(), OTHERS),
  'group-opened-one-more': noticeOf({ group: ALONE }),
  'group-opened-no-data': joined(
    noticeOf({ stream: 'observer', severity: 'warning', runs: 3, run: DENIED }),
    OTHERS.slice(0, 1),
  ),
  'group-upgraded': joined(
    noticeOf({ kind: 'upgraded', atMs: endOf(5), runs: 5, run: digestOf(timesOf(5)) }),
    OTHERS,
  ),
  'group-reminder': joined(
    noticeOf({ kind: 'reminder', atMs: endOf(2) + 60 * MINUTE_MS, runs: 14, run: digestOf(timesOf(14)) }),
    OTHERS,
  ),
  'group-closed-some': joined(
    noticeOf({ kind: 'closed', ...CLOSED, closeReason: 'resolved', runs: 9, run: PASSED }),
    OTHERS,
  ),
  'group-closed': joined(
    noticeOf({ kind: 'closed', ...CLOSED, closeReason: 'resolved', runs: 9, run: PASSED }),
  ),
  'group-closed-deleted': joined(
    noticeOf({
      kind: 'closed',
      ...CLOSED,
      closeReason: 'deleted',
      reason: 'Its file is no longer in the project.',
      runs: 9,
    }),
  ),
  'group-combined': joined(
    noticeOf({ kind: 'combined', ...CLOSED, closeReason: 'resolved', runs: 9, run: digestOf(timesOf(9)) }),
  ),
};

/** One notice of every sort, by a name for its golden files. */
export const EVERY_NOTICE: Readonly<Record<string, Notice>> = {
  'target-opened': noticeOf(),
  'target-opened-after-changes': noticeOf({
    changes: {
      fromMs: SINCE_MS - 5 * MINUTE_MS,
      toMs: SINCE_MS + TOOK_MS,
      changes: [1, 2, 3, 4, 5].map((minutes) => ({
        atMs: SINCE_MS - minutes * MINUTE_MS,
        resource: 'function store-order',
        what: 'was updated: its code or its configuration',
      })),
      unread: [{ resource: 'stack shop', why: 'You may not do cloudformation:DescribeStackEvents.' }],
    },
  }),
  'target-opened-never-passed-no-runbook': noticeOf({
    neverPassed: true,
    severity: 'info',
    about: ABOUT,
    run: digestOf({
      reason: 'exactly 1 expected, and 2 events were seen',
      step: {
        ...(digestOf().step as NonNullable<RunDigest['step']>),
        quotes: ['{"qty":"3"}', '{"qty":"4"}'],
        failed: [
          { path: '', operator: 'count', expected: 1, actual: 2, ok: false },
          {
            path: 'detail.qty',
            operator: '$atLeast',
            expected: 3,
            actual: '3',
            ok: false,
            note: 'text is no number',
          },
        ],
      },
    }),
  }),
  'target-upgraded': noticeOf({ kind: 'upgraded', atMs: endOf(5), runs: 5, run: digestOf(timesOf(5)) }),
  'target-reminder': noticeOf({
    kind: 'reminder',
    number: 3,
    atMs: endOf(2) + 180 * MINUTE_MS,
    runs: 38,
    run: digestOf(timesOf(38)),
    flapping: true,
  }),
  'target-closed': noticeOf({ kind: 'closed', ...CLOSED, closeReason: 'resolved', runs: 9, run: PASSED }),
  'target-closed-deleted': noticeOf({
    kind: 'closed',
    ...CLOSED,
    closeReason: 'deleted',
    reason: 'Its file is no longer in the project.',
    runs: 9,
  }),
  'target-combined': noticeOf({
    kind: 'combined',
    ...CLOSED,
    closeReason: 'resolved',
    runs: 9,
    run: digestOf(timesOf(9)),
  }),
  'target-status-update-open': noticeOf({
    kind: 'statusUpdate',
    atMs: endOf(2) + MINUTE_MS,
    runs: 2,
  }),
  'target-status-update-closed': noticeOf({
    kind: 'statusUpdate',
    ...CLOSED,
    closeReason: 'resolved',
    runs: 9,
    run: PASSED,
  }),
  'observer-opened': noticeOf({ stream: 'observer', severity: 'warning', runs: 3, run: DENIED }),
  'observer-opened-definition': noticeOf({ stream: 'observer', severity: 'warning', runs: 3, run: WRONG }),
  'observer-opened-missed': withoutRun({
    runs: 3,
    reason: 'its runner stopped before it could store a result',
  }),
  'channel-broken': withoutRun({
    incident: '@runner/pager@k3v9#observer1',
    about: ofRunner('@runner/pager'),
    reason:
      'PagerDuty (events.pagerduty.com) answered 400. Check that the routing key is that of an active Events API v2 integration.',
  }),
  'channel-works-again': withoutRun({
    kind: 'closed',
    ...CLOSED,
    incident: '@runner/pager@k3v9#observer1',
    about: ofRunner('@runner/pager'),
    closeReason: 'resolved',
    reason: "Channel 'pager' takes notices again.",
  }),
  'cleanup-incomplete': withoutRun({
    incident: '@runner-cleanup@k3v9#observer1',
    about: ofRunner('@runner-cleanup'),
    reason:
      "The leftovers of run 6743a1c0f2b94e0c8d1e5a7b9c3d2f10 of order-flow could not be removed, and are not tried again by themselves. deleteObject: access denied. Fix the cause, then run 'coalmine sweep'; or take the run off the list with 'coalmine sweep --forget' and its id.",
  }),
  'target-closed-moved': noticeOf({
    kind: 'closed',
    closedAtMs: endOf(4),
    atMs: endOf(4),
    closeReason: 'moved',
    runs: 4,
    reason: "It is still open. Its notices do not come here any more: channel 'duty' was changed.",
  }),
  'close-by-hand': withoutRun({
    kind: 'combined',
    ...CLOSED,
    incident: 'order-flow@k3v9#target7~duty',
    closeReason: 'resolved',
    byHand: 'duty',
    about: noticeOf().about,
    reason:
      "Close order-flow@k3v9#target7 by hand at channel 'duty': it was notified of the beginning, and cannot be notified of the end. The channel is not in the project any more.",
  }),
  'digest-combined': withoutRun({
    kind: 'combined',
    ...CLOSED,
    closeReason: 'resolved',
    runs: 42,
    incidents: 21,
    about: { ...ofRunner('21 incidents'), owner: 'team-checkout, team-stock' },
    reason:
      '21 incidents began and ended while this channel was unavailable: order-flow failed from 2026-11-24 02:57 UTC to 2026-11-24 03:42 UTC (order-flow@k3v9#target7); and 20 more.',
  }),
  'observer-reminder': noticeOf({
    stream: 'observer',
    kind: 'reminder',
    atMs: endOf(3) + 60 * MINUTE_MS,
    runs: 15,
    run: { ...DENIED, ...timesOf(15) },
  }),
  'observer-closed': noticeOf({
    stream: 'observer',
    kind: 'closed',
    ...CLOSED,
    closeReason: 'resolved',
    runs: 8,
    run: PASSED,
  }),
  'observer-closed-paused': noticeOf({
    stream: 'observer',
    kind: 'closed',
    ...CLOSED,
    closeReason: 'paused',
    runs: 8,
    run: DENIED,
  }),
  'observer-combined': noticeOf({
    stream: 'observer',
    kind: 'combined',
    ...CLOSED,
    closeReason: 'resolved',
    runs: 8,
    run: DENIED,
  }),
  ...GROUPS,
  test: noticeOf({ test: true, severity: 'info' }),
};
