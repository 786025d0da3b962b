import { formatMinute } from '../base/format.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { AlertState, CanaryState, Incident, LastNotified, PendingNotice } from './alert-state.ts';
import { heldOpenUntilMs } from './incident.ts';
import { ackedUntilMs, nextReminderMs } from './reconcile.ts';
import { countMatching, passesInRow, type Rule, rulesOf, samplesAfter } from './thresholds.ts';

/** What an explanation needs to know beside the state. */
export interface Now {
  readonly policy: AlertPolicy;
  readonly nowMs: number;
  /** When the maintenance window that it is in ends; absent outside of one. */
  readonly maintenanceUntilMs?: number;
}

/** Why people were told what they were told of a canary, or were not: sentences, from how it stands to what is on its way. */
export function explainState({ alert, outbox }: CanaryState, now: Now): readonly string[] {
  const { target, observer } = rulesOf(now.policy);
  return [
    ...formatLife(alert),
    ...formatMutes(alert, now),
    ...formatStream(alert, target, now),
    ...formatStream(alert, observer, now),
    ...(outbox.length === 0 ? ['Nothing waits to be delivered.'] : outbox.map((row) => formatRow(row, now))),
  ];
}

function formatLife({ life, pause }: AlertState): readonly string[] {
  if (life === 'deleted') return ['The canary was deleted: only the ends of its incidents are told.'];
  if (pause === undefined) return [];
  return [
    `${pause.by} paused it at ${formatMinute(pause.atMs)} (${pause.reason}): what its slots come to does not count.`,
  ];
}

function formatMutes({ silence }: AlertState, { nowMs, maintenanceUntilMs }: Now): readonly string[] {
  return [
    ...(maintenanceUntilMs === undefined
      ? []
      : [`A maintenance window keeps everything back until ${formatMinute(maintenanceUntilMs)}.`]),
    ...(silence === undefined || nowMs >= silence.untilMs
      ? []
      : [`${silence.by} muted it until ${formatMinute(silence.untilMs)} (${silence.reason}).`]),
  ];
}

function formatStream(state: AlertState, rule: Rule, now: Now): readonly string[] {
  const { incident, lastNotified } = state[rule.stream];
  const past =
    lastNotified?.ended === undefined
      ? []
      : [
          `${lastNotified.incident} ended at ${formatMinute(lastNotified.ended.ending.closedAtMs)} (${lastNotified.ended.ending.closeReason}), which people are yet to be told.`,
        ];
  if (incident === undefined)
    return [...past, ...(state.life === 'active' ? [formatQuiet(state, rule)] : [])];
  return [
    ...past,
    formatIncident(incident, rule),
    formatTold(incident, lastNotified),
    ...formatEndAhead(state, incident, rule),
    ...formatReminder(state, incident, now, lastNotified),
  ];
}

function formatQuiet(state: AlertState, rule: Rule): string {
  const evidence = samplesAfter(state.samples, rule, state[rule.stream].evidenceAfterMs);
  const count = countMatching(evidence, rule);
  if (rule.stream === 'observer')
    return `It can be checked: ${count} of ${rule.failures} slots in a row gave no data.`;
  const among = rule.failures === rule.of ? 'in a row' : `among the newest ${rule.of} runs`;
  return `It is not held to be failing: ${count} of ${rule.failures} failures ${among}.`;
}

function formatIncident(
  { id, openedAtMs, severity, runs, neverPassed, flapping }: Incident,
  rule: Rule,
): string {
  const what = rule.stream === 'target' ? 'It fails' : 'It cannot be checked';
  const traits = [
    severity,
    `${runs} ${runs === 1 ? 'slot' : 'slots'} against it`,
    ...(neverPassed ? ['it has never passed'] : []),
    ...(flapping ? ['it comes and goes'] : []),
  ];
  return `${what} since ${formatMinute(openedAtMs)}: ${id} (${traits.join(', ')}).`;
}

function formatTold({ id }: Incident, told: LastNotified | undefined): string {
  return told?.incident === id
    ? `That was told at ${formatMinute(told.atMs)}.`
    : 'That is not told yet: it will be with the first event that nothing mutes.';
}

function formatEndAhead(state: AlertState, incident: Incident, rule: Rule): readonly string[] {
  const stream = state[rule.stream];
  const evidence = samplesAfter(state.samples, rule, stream.evidenceAfterMs);
  const good = rule.stream === 'target' ? 'passes' : 'slots with data';
  const heldMs = heldOpenUntilMs(stream, incident);
  const count = Math.min(passesInRow(evidence, rule), rule.recover);
  return [
    rule.recover === 1
      ? 'It ends with the next run that passes.'
      : `It ends after ${rule.recover} ${good} in a row, of which there ${count === 1 ? 'is' : 'are'} ${count}.`,
    ...(heldMs === undefined
      ? []
      : [`As it comes and goes, it is held open until ${formatMinute(heldMs)} at least.`]),
  ];
}

function formatReminder(
  state: AlertState,
  incident: Incident,
  { nowMs, policy }: Now,
  told: LastNotified | undefined,
): readonly string[] {
  if (told?.incident !== incident.id) return [];
  const ackedMs = ackedUntilMs(told, incident, nowMs);
  if (ackedMs !== undefined)
    return [`${told.ack?.by} looks after it until ${formatMinute(ackedMs)}: no reminders.`];
  return [`The next reminder is due at ${formatMinute(nextReminderMs(state, told, policy))}.`];
}

function formatRow(
  { channel, notice, attempts, lease, lastFault, insteadOf, ...row }: PendingNotice,
  now: Now,
): string {
  const standsIn = insteadOf === undefined ? '' : ` instead of ${insteadOf}`;
  const tries = attempts === 0 ? 'not tried yet' : `tried ${attempts} ${attempts === 1 ? 'time' : 'times'}`;
  const next =
    lease !== undefined && now.nowMs < lease.untilMs
      ? 'being sent now'
      : `next at ${formatMinute(Math.max(row.nextAttemptAtMs, now.nowMs))}`;
  const fault = lastFault === undefined ? '' : `; the last time: ${lastFault.replace(/\.$/, '')}`;
  return `For ${channel}${standsIn}: ${notice.kind} of ${notice.incident}, ${tries}, ${next}${fault}.`;
}
