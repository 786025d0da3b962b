import type { Comparison } from '../../../runner/core/compare/comparison.ts';
import type { IncidentView } from '../../../runner/core/incident/incident-view.ts';
import { runIdOf } from '../run/builders.ts';

const START_MS = Date.UTC(2026, 10, 30, 2, 50);
const MINUTE_MS = 60_000;
const at = (minutes: number): number => START_MS + minutes * MINUTE_MS;

const STEP = { stepId: '3', step: 'It is announced exactly once, with our id', hop: 'bus orders-prod' };

const COMPARISON: Comparison = {
  pass: { runId: runIdOf(1), startedAtMs: at(5), isLater: false },
  definition: 'same',
  fields: [
    { ...STEP, path: '', operator: 'count', before: 1, now: 0 },
    { ...STEP, step: 'The order is stored', path: 'status', before: 'ANNOUNCED', now: 'PENDING' },
  ],
  times: [],
  hops: [{ ...STEP, is: 'missing', beforeMs: 840 }],
  unread: [],
  omitted: 0,
};

/** An incident of the shop at night: open, notified, acknowledged, and shared by other canaries. */
export function incidentOf(more: Partial<IncidentView> = {}): IncidentView {
  const reason = 'not within 30 s: no event was selected';
  return {
    id: 'order-flow@1a2b3c4d#target3',
    canary: 'order-flow',
    stream: 'target',
    nowMs: at(47),
    isOpen: true,
    sinceMs: at(10),
    openedAtMs: at(15) + 36_000,
    severity: 'critical',
    runs: 8,
    cause: 'bus orders-prod',
    neverPassed: false,
    flapping: false,
    lastPassedAtMs: at(5),
    changes: {
      fromMs: at(5),
      toMs: at(11),
      changes: [{ atMs: at(8), resource: 'function announce-prod', what: 'was updated' }],
      unread: [
        { resource: 'stack orders-prod', why: 'You may not call cloudformation:DescribeStackEvents.' },
      ],
    },
    reason,
    about: {
      canary: 'order-flow',
      project: 'shop',
      environment: 'prod',
      region: 'eu-central-1',
      owner: 'team-checkout',
      runbook: 'https://wiki.example.com/runbooks/order-flow',
      tags: ['checkout'],
      source: 'canaries/shop/order-flow.canary.yaml',
    },
    story: [
      { atMs: at(0), kind: 'run', outcome: 'passed', count: 2, untilMs: at(5), runId: runIdOf(1), text: '' },
      {
        atMs: at(10) + 36_000,
        kind: 'run',
        outcome: 'failed',
        count: 2,
        untilMs: at(15) + 36_000,
        runId: runIdOf(2),
        text: `It is announced exactly once, with our id: ${reason}`,
      },
      { atMs: at(15) + 36_000, kind: 'opened', text: 'The incident opened: one failure too many.' },
      {
        atMs: at(15) + 37_000,
        kind: 'notice',
        result: 'accepted',
        text: "pager accepted the notice 'opened': PagerDuty took it (202)",
      },
      {
        atMs: at(15) + 38_000,
        kind: 'notice',
        result: 'refused',
        text: "chat did not accept the notice 'opened': Slack answered 503",
      },
      {
        atMs: at(16) + 9_000,
        kind: 'notice',
        result: 'accepted',
        text: "chat accepted the notice 'opened', try 2: ok",
      },
      {
        atMs: at(22),
        kind: 'operator',
        text: 'ann@laptop acknowledged it until 2026-11-30 07:12 UTC: no reminders.',
      },
      {
        atMs: at(20) + 36_000,
        kind: 'run',
        outcome: 'failed',
        count: 5,
        untilMs: at(40) + 36_000,
        runId: runIdOf(4),
        text: `It is announced exactly once, with our id: ${reason}`,
      },
      { atMs: at(45), kind: 'run', outcome: 'missed', text: 'the runner stood still for 70 s' },
    ].toSorted((a, b) => a.atMs - b.atMs) as IncidentView['story'],
    isStoryCut: false,
    comparison: COMPARISON,
    explained: [
      'It fails since 2026-11-30 03:00 UTC, and last passed at 2026-11-30 02:55 UTC: order-flow@1a2b3c4d#target3 (critical, opened at 2026-11-30 03:05 UTC, 8 slots against it).',
      'A notice of that was decided at 2026-11-30 03:05 UTC.',
      "pager accepted 'opened' at 2026-11-30 03:05 UTC (PagerDuty took it (202)).",
      'ann@laptop acknowledged it until 2026-11-30 07:12 UTC: no reminders.',
      'It ends with the next run that passes.',
    ],
    others: [
      {
        canary: 'returns',
        incident: 'returns@9f8e7d6c#target1',
        severity: 'warning',
        sinceMs: at(12),
      },
      {
        canary: 'stock-reservation',
        incident: 'stock-reservation@00112233#target12',
        severity: 'critical',
        sinceMs: at(13),
      },
    ],
    ...more,
  };
}

/** A text that breaks out of whatever does not escape it. */
const HOSTILE = `</pre></script><img src=x onerror="alert(1)"> & '"\`\u202e[a](javascript:alert(1)) | \${x} \n# h`;

/** An incident with such a text in every field that is one. */
export function hostileIncident(): IncidentView {
  const incident = incidentOf();
  return {
    ...incident,
    canary: HOSTILE,
    reason: HOSTILE,
    cause: HOSTILE,
    about: {
      ...incident.about,
      canary: HOSTILE,
      environment: HOSTILE,
      owner: HOSTILE,
      runbook: 'javascript:alert(1)',
    },
    story: incident.story.map((event) => ({ ...event, text: HOSTILE })),
    explained: [HOSTILE],
    changes: {
      fromMs: 0,
      toMs: 1,
      changes: [{ atMs: 1, resource: HOSTILE, what: HOSTILE }],
      unread: [{ resource: HOSTILE, why: HOSTILE }],
    },
    others: [{ canary: HOSTILE, incident: HOSTILE, severity: 'critical', sinceMs: 1 }],
    isStoryCut: true,
    flapping: true,
  };
}

/** An incident that is over. */
export function endedIncident(): IncidentView {
  const { story, ...incident } = incidentOf();
  const closedAtMs = at(50) + 4_000;
  return {
    ...incident,
    isOpen: false,
    closedAtMs,
    closeReason: 'resolved',
    others: [],
    story: [
      ...story,
      { atMs: closedAtMs, kind: 'run', outcome: 'passed', runId: runIdOf(9), text: '' },
      { atMs: closedAtMs, kind: 'closed', text: 'The incident ended: the canary works again.' },
    ],
  };
}
