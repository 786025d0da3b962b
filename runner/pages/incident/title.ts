import { runnerSubject } from '../../core/alert/runner-alerts.ts';
import { formatDuration } from '../../core/base/duration.ts';
import type { IncidentView } from '../../core/incident/incident-view.ts';
import type { Mark } from '../base/verdict.ts';

/** The subject of an incident: a canary, or a part of Coalmine itself. */
export function subjectOf({ canary }: Pick<IncidentView, 'canary'>): string {
  const own = runnerSubject(canary);
  return own === undefined ? canary : `Coalmine (${own})`;
}

/** The subject, its state and its environment: `order-flow is failing in prod`. */
export function titleOf(view: IncidentView): string {
  const { stream, isOpen, about, closeReason = 'resolved' } = view;
  const now = stream === 'target' ? 'is failing' : 'cannot be checked';
  const past = stream === 'target' ? 'failed' : 'could not be checked';
  const over = closeReason === 'resolved' ? past : `${past}, then was ${closeReason}`;
  return `${subjectOf(view)} ${isOpen ? now : over} in ${about.environment}`;
}

/** The duration of an incident, up to now if it is open. */
export function lastedOf({ isOpen, sinceMs, closedAtMs, nowMs }: IncidentView): string | undefined {
  if (!isOpen && closedAtMs === undefined) return undefined;
  return formatDuration(Math.max(0, (closedAtMs ?? nowMs) - sinceMs));
}

export function markOf({ stream, isOpen, closeReason = 'resolved' }: IncidentView): Mark {
  if (!isOpen) return closeReason === 'resolved' ? 'passed' : 'unknown';
  return stream === 'target' ? 'failed' : 'error';
}
