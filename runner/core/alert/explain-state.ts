import type { AlertPolicy } from '../model/canary.ts';
import { sayMoment } from '../notice/format-time.ts';
import type { AlertState, CanaryState, Incident, PendingNotice, Told } from './alert-state.ts';
import { heldUntilMs } from './incident.ts';
import { ackedUntilMs, nextReminderMs } from './reconcile.ts';
import { countTowards, evidenceOf, passesInRow, type Rule, rulesOf } from './thresholds.ts';

/** What an explanation needs to know beside the state. */
export interface Now {
  readonly policy: AlertPolicy;
  readonly nowMs: number;
  /** When the maintenance window that it is in ends; absent outside of one. */
  readonly maintenanceUntilMs?: number;
}

/** Why people were told what they were told of a canary, or were not: sentences, from how it stands to what is on its way. */
export function whyTold({ alert, outbox }: CanaryState, now: Now): readonly string[] {
  const { service, blind } = rulesOf(now.policy);
  return [
    ...sayLife(alert),
    ...sayMutes(alert, now),
    ...sayMachine(alert, service, now),
    ...sayMachine(alert, blind, now),
    ...(outbox.length === 0 ? ['Nothing waits to be delivered.'] : outbox.map((row) => sayRow(row, now))),
  ];
}

function sayLife({ life, pause }: AlertState): readonly string[] {
  if (life === 'deleted') return ['The canary was deleted: only the ends of its incidents are told.'];
  if (pause === undefined) return [];
  return [
    `${pause.by} paused it at ${sayMoment(pause.atMs)} (${pause.reason}): what its slots come to does not count.`,
  ];
}

function sayMutes({ silence }: AlertState, { nowMs, maintenanceUntilMs }: Now): readonly string[] {
  return [
    ...(maintenanceUntilMs === undefined
      ? []
      : [`A maintenance window keeps everything back until ${sayMoment(maintenanceUntilMs)}.`]),
    ...(silence === undefined || nowMs >= silence.untilMs
      ? []
      : [`${silence.by} muted it until ${sayMoment(silence.untilMs)} (${silence.reason}).`]),
  ];
}

function sayMachine(state: AlertState, rule: Rule, now: Now): readonly string[] {
  const { incident, told } = state[rule.machine];
  const past =
    told?.ended === undefined
      ? []
      : [
          `${told.incident} ended at ${sayMoment(told.ended.ending.closedAtMs)} (${told.ended.ending.closeReason}), which people are yet to be told.`,
        ];
  if (incident === undefined) return [...past, ...(state.life === 'active' ? [sayQuiet(state, rule)] : [])];
  return [
    ...past,
    sayIncident(incident, rule),
    sayTold(incident, told),
    ...sayEndAhead(state, incident, rule),
    ...sayReminder(state, incident, now, told),
  ];
}

function sayQuiet(state: AlertState, rule: Rule): string {
  const evidence = evidenceOf(state.marks, rule, state[rule.machine].evidenceAfterMs);
  const count = countTowards(evidence, rule);
  if (rule.machine === 'blind')
    return `It can see: ${count} of ${rule.failures} slots in a row told nothing.`;
  const among = rule.failures === rule.of ? 'in a row' : `among the newest ${rule.of} runs`;
  return `It is not held to be failing: ${count} of ${rule.failures} failures ${among}.`;
}

function sayIncident(
  { id, openedAtMs, severity, runs, neverPassed, flapping }: Incident,
  rule: Rule,
): string {
  const what = rule.machine === 'service' ? 'It fails' : 'It is blind';
  const traits = [
    severity,
    `${runs} ${runs === 1 ? 'slot' : 'slots'} against it`,
    ...(neverPassed ? ['it has never passed'] : []),
    ...(flapping ? ['it comes and goes'] : []),
  ];
  return `${what} since ${sayMoment(openedAtMs)}: ${id} (${traits.join(', ')}).`;
}

function sayTold({ id }: Incident, told: Told | undefined): string {
  return told?.incident === id
    ? `That was told at ${sayMoment(told.atMs)}.`
    : 'That is not told yet: it will be with the first event that nothing mutes.';
}

function sayEndAhead(state: AlertState, incident: Incident, rule: Rule): readonly string[] {
  const machine = state[rule.machine];
  const evidence = evidenceOf(state.marks, rule, machine.evidenceAfterMs);
  const good = rule.machine === 'service' ? 'passes' : 'slots that told something';
  const heldMs = heldUntilMs(machine, incident);
  const count = Math.min(passesInRow(evidence, rule), rule.recover);
  return [
    rule.recover === 1
      ? 'It ends with the next run that passes.'
      : `It ends after ${rule.recover} ${good} in a row, of which there ${count === 1 ? 'is' : 'are'} ${count}.`,
    ...(heldMs === undefined
      ? []
      : [`As it comes and goes, it is held open until ${sayMoment(heldMs)} at least.`]),
  ];
}

function sayReminder(
  state: AlertState,
  incident: Incident,
  { nowMs, policy }: Now,
  told: Told | undefined,
): readonly string[] {
  if (told?.incident !== incident.id) return [];
  const ackedMs = ackedUntilMs(told, incident, nowMs);
  if (ackedMs !== undefined)
    return [`${told.ack?.by} looks after it until ${sayMoment(ackedMs)}: no reminders.`];
  return [`The next reminder is due at ${sayMoment(nextReminderMs(state, told, policy))}.`];
}

function sayRow(
  { channel, notice, attempts, lease, lastFault, insteadOf, ...row }: PendingNotice,
  now: Now,
): string {
  const standsIn = insteadOf === undefined ? '' : ` instead of ${insteadOf}`;
  const tries = attempts === 0 ? 'not tried yet' : `tried ${attempts} ${attempts === 1 ? 'time' : 'times'}`;
  const next =
    lease !== undefined && now.nowMs < lease.untilMs
      ? 'being sent now'
      : `next at ${sayMoment(Math.max(row.nextAttemptAtMs, now.nowMs))}`;
  const fault = lastFault === undefined ? '' : `; the last time: ${lastFault.replace(/\.$/, '')}`;
  return `For ${channel}${standsIn}: ${notice.kind} of ${notice.incident}, ${tries}, ${next}${fault}.`;
}
