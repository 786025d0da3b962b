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
  const { stream, isOpen, about, closeReason } = view;
  const now = stream === 'target' ? 'is failing' : 'cannot be checked';
  const past = stream === 'target' ? 'failed' : 'could not be checked';
  const isPlain = closeReason === undefined || closeReason === 'resolved';
  const over = isPlain ? past : `${past}, then was ${closeReason}`;
  const what = `${subjectOf(view)} ${isOpen === true ? now : over} in ${about.environment}`;
  return isOpen === undefined ? `${what}; its state now is not known` : what;
}

/** The duration of an incident, up to now if it is open. */
export function lastedOf({ isOpen, sinceMs, closedAtMs, nowMs }: IncidentView): string | undefined {
  if (isOpen !== true && closedAtMs === undefined) return undefined;
  return formatDuration(Math.max(0, (closedAtMs ?? nowMs) - sinceMs));
}

/** Only an end that is known to be a recovery is good. */
export function markOf({ stream, isOpen, closeReason }: IncidentView): Mark {
  if (isOpen !== true) return closeReason === 'resolved' ? 'passed' : 'unknown';
  return stream === 'target' ? 'failed' : 'error';
}
