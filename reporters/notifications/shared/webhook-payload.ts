import type { JsonMap } from '../../../runner/core/base/json.ts';
import { xrayIdOf } from '../../../runner/core/base/run-id.ts';
import type { GroupMember, Notice, NoticeGroup, RunDigest } from '../../../runner/core/notice/notice.ts';
import { changesJson } from '../../../runner/core/report/format-changes.ts';
import { isOpen, type Message } from '../../message.ts';
import { sanitizeLine, truncate } from '../../plain-text.ts';

/** Limit of texts, so that the whole stays far below the limit of any channel. In UTF-16 units. */
const LONGEST_TEXT = 1_000;
const MOST_TAGS = 50;
const MOST_MEMBERS = 100;

/** A notice as JSON (docs/reference/notice.schema.json): the body of webhooks and EventBridge events. */
export function webhookPayload(notice: Notice, message: Message, delayedSinceMs?: number): JsonMap {
  const { about, run } = notice;
  return truncateMembers({
    version: 1,
    id: notice.id,
    incident: notice.incident,
    kind: notice.kind,
    status: statusOf(notice),
    stream: notice.stream,
    severity: notice.severity,
    test: notice.test === true,
    title: message.title,
    reason: message.lead,
    at: timeOf(notice.atMs),
    since: timeOf(notice.sinceMs),
    lastPassedAt: notice.lastPassedAtMs === undefined ? null : timeOf(notice.lastPassedAtMs),
    openedAt: timeOf(notice.openedAtMs),
    closedAt: notice.closedAtMs === undefined ? null : timeOf(notice.closedAtMs),
    closeReason: notice.closeReason ?? null,
    delayedSince: delayedSinceMs === undefined ? null : timeOf(delayedSinceMs),
    runs: notice.runs,
    neverPassed: notice.neverPassed,
    flapping: notice.flapping,
    canary: {
      name: about.canary,
      project: about.project,
      environment: about.environment,
      region: about.region ?? null,
      owner: about.owner,
      runbook: about.runbook ?? null,
      tags: about.tags.slice(0, MOST_TAGS),
      source: about.source,
    },
    group: notice.group === undefined ? null : groupJson(notice.group),
    changes: notice.changes === undefined ? null : changesJson(notice.changes),
    run: run === undefined ? null : runJson(run, message),
    next: message.next,
    links: message.links.map(({ label, url }) => ({ label, url })),
  }) as JsonMap;
}

/** State of an incident, for filters. */
export function statusOf(notice: Notice): 'open' | 'closed' {
  return isOpen(notice) ? 'open' : 'closed';
}

function groupJson({ cause, members, others }: NoticeGroup) {
  return {
    cause,
    count: members.length,
    members: members.slice(0, MOST_MEMBERS).map(memberJson),
    othersCount: others.length,
    others: others.slice(0, MOST_MEMBERS).map(memberJson),
  };
}

function memberJson({ canary, owner, incident, severity, sinceMs }: GroupMember) {
  return { canary, owner, incident, severity, since: timeOf(sinceMs) };
}

function runJson(
  { runId, verdict, blame, reason, startedAtMs, durationMs, step, lastSeen }: RunDigest,
  message: Message,
) {
  return {
    id: runId ?? null,
    trace: runId === undefined ? null : xrayIdOf(runId),
    verdict,
    blame: blame ?? null,
    reason,
    startedAt: timeOf(startedAtMs),
    durationMs: Math.round(durationMs),
    step:
      step === undefined
        ? null
        : {
            name: step.name,
            kind: step.kind,
            hop: step.hop,
            file: step.at.file,
            line: step.at.line,
            quotes: step.quotes,
            differences: message.differences.map(({ what, expected, actual }) => ({
              what,
              expected,
              actual,
            })),
          },
    lastSeen: lastSeen === undefined ? null : { hop: lastSeen.hop, afterMs: Math.round(lastSeen.afterMs) },
  };
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The value with its long texts truncated; links are never longer. */
function truncateMembers(value: unknown): unknown {
  if (typeof value === 'string') return truncate(sanitizeLine(value), LONGEST_TEXT);
  if (Array.isArray(value)) return value.map(truncateMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, truncateMembers(member)]));
}
