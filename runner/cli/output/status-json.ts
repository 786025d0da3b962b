import { notifiedAtMs } from '../../core/alert/outbox/receipts.ts';
import { channelOfAlerts, runnerSubject } from '../../core/alert/runner-alerts.ts';
import { ackOf, attentionOf } from '../../core/fleet/attention.ts';
import { changesJson } from '../../core/report/format-changes.ts';
import { uptimeOf } from '../../core/store/canary-status.ts';
import type { ShownStatus } from './format-status.ts';
import type { StatusRow } from './status-row.ts';

/** The status for programs. Moments are ISO 8601; what there is none of is null. */
export function statusJson({ project, environment, nowMs, rows }: ShownStatus) {
  return {
    now: iso(nowMs),
    project: project.name,
    environment: environment.name,
    canaries: rows.filter(({ isRunner }) => isRunner !== true).map((row) => rowJson(row, nowMs)),
    runner: rows
      .filter(({ isRunner }) => isRunner === true)
      .map((row) => ({
        about: channelOfAlerts(row.name) ?? runnerSubject(row.name) ?? null,
        ...alertsJson(row, nowMs),
      })),
  };
}

function rowJson(row: StatusRow, nowMs: number) {
  const { name, canary, state } = row;
  return {
    name,
    owner: canary?.owner ?? state?.alert.about.owner ?? null,
    tags: canary?.tags ?? [],
    file: canary?.source ?? null,
    schedule: canary?.schedule ?? null,
    attention: attentionOf(row),
    ...outcomeJson(row),
    ...alertsJson(row, nowMs),
    ...quietJson(row),
    next: iso(row.nextMs),
    overdueSince: iso(row.overdueSinceMs),
    plannedTooFarTo: iso(row.plannedToMs),
    damaged: row.damaged ?? null,
  };
}

function outcomeJson(row: StatusRow) {
  const { outcome, sinceMs, isSinceAtLeast, lastRun, day } = row;
  return {
    outcome: outcome ?? null,
    since: iso(sinceMs),
    sinceAtLeast: isSinceAtLeast,
    lastRun:
      lastRun === undefined
        ? null
        : { ...lastRun, startedAtMs: undefined, startedAt: iso(lastRun.startedAtMs) },
    uptime24h: { share: uptimeOf(row) ?? null, ...day },
  };
}

function quietJson({ state, mute, maintenanceUntilMs }: StatusRow) {
  const pause = state?.alert.pause;
  return {
    paused: pause === undefined ? null : { by: pause.by, reason: pause.reason, at: iso(pause.atMs) },
    muted: mute === undefined ? null : { by: mute.by, reason: mute.reason, until: iso(mute.untilMs) },
    maintenanceUntil: iso(maintenanceUntilMs),
  };
}

function alertsJson({ state }: StatusRow, nowMs: number) {
  const incidents = (['target', 'observer'] as const).flatMap((stream) => {
    const { incident, lastNotified } = state?.alert[stream] ?? {};
    if (state === undefined || incident === undefined) return [];
    const { id, severity, sinceMs, openedAtMs, because, changes } = incident;
    const ack = ackOf(incident, lastNotified, nowMs);
    return {
      id,
      stream,
      severity,
      since: iso(sinceMs),
      openedAt: iso(openedAtMs),
      notifiedAt: iso(notifiedAtMs(state.alert, id)),
      acknowledged: ack === undefined ? null : { by: ack.by, until: iso(ack.untilMs) },
      reason: because.run?.reason ?? because.reason ?? null,
      changes: changes === undefined ? null : changesJson(changes),
    };
  });
  return { incidents, pendingNotices: state?.outbox.length ?? 0 };
}

function iso(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
