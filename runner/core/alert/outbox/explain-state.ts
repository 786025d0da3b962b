import { formatMinute } from '../../base/format.ts';
import type { AlertPolicy } from '../../model/canary.ts';
import type { AlertState, CanaryState, Incident, LastNotified, PendingNotice } from '../alert-state.ts';
import { heldOpenUntilMs } from '../incident.ts';
import { ackedUntilMs, nextReminderMs } from '../reconcile.ts';
import { countMatching, passesInRow, type Rule, rulesOf, samplesAfter } from '../thresholds.ts';
import { acceptedOf, receiptsOf } from './receipts.ts';

/** Context of an explanation, in addition to the state. */
export interface ExplainContext {
  readonly policy: AlertPolicy;
  readonly nowMs: number;
  /** End of the current maintenance window, epoch milliseconds; absent outside of one. */
  readonly maintenanceUntilMs?: number;
}

/** Explains a canary's alerts in sentences: its state, its mutes, its incidents, and the pending notices. */
export function explainState({ alert, outbox }: CanaryState, now: ExplainContext): readonly string[] {
  const { target, observer } = rulesOf(now.policy);
  return [
    ...formatLife(alert),
    ...formatMutes(alert, now),
    ...formatStream(alert, target, now),
    ...formatStream(alert, observer, now),
    ...(outbox.length === 0
      ? ['No notice waits to be delivered.']
      : outbox.map((row) => formatRow(row, now))),
  ];
}

function formatLife({ life, pause }: AlertState): readonly string[] {
  if (life === 'deleted') return ['The canary was deleted: only the ends of its incidents are notified.'];
  if (pause === undefined) return [];
  return [`${pause.by} paused it at ${formatMinute(pause.atMs)} (${pause.reason}): its slots do not count.`];
}

function formatMutes(
  { silence }: AlertState,
  { nowMs, maintenanceUntilMs }: ExplainContext,
): readonly string[] {
  return [
    ...(maintenanceUntilMs === undefined
      ? []
      : [`A maintenance window mutes it until ${formatMinute(maintenanceUntilMs)}.`]),
    ...(silence === undefined || nowMs >= silence.untilMs
      ? []
      : [`${silence.by} muted it until ${formatMinute(silence.untilMs)} (${silence.reason}).`]),
  ];
}

function formatStream(state: AlertState, rule: Rule, now: ExplainContext): readonly string[] {
  const { incident, lastNotified } = state[rule.stream];
  const past =
    lastNotified?.ended === undefined
      ? []
      : [
          `${lastNotified.incident} ended at ${formatMinute(lastNotified.ended.ending.closedAtMs)} (${lastNotified.ended.ending.closeReason}); that is not notified yet.`,
        ];
  const open = incident?.id;
  const ended = Object.keys(state.receipts ?? {}).filter(
    (id) => id !== open && id.includes(`#${rule.stream}`),
  );
  const before = [...past, ...ended.flatMap((id) => formatReceipts(state, id, `Of ${id}: `))];
  if (incident === undefined)
    return [...before, ...(state.life === 'active' ? [formatQuiet(state, rule)] : [])];
  return [
    ...before,
    formatIncident(incident, rule),
    formatNotified(state, incident, lastNotified),
    ...formatReceipts(state, incident.id, ''),
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
  return `It is not failing: ${count} of ${rule.failures} failures ${among}.`;
}

function formatIncident(
  { id, sinceMs, lastPassedAtMs, openedAtMs, severity, runs, neverPassed, flapping }: Incident,
  rule: Rule,
): string {
  const what = rule.stream === 'target' ? 'It fails' : 'It cannot be checked';
  const traits = [
    severity,
    `opened at ${formatMinute(openedAtMs)}`,
    `${runs} ${runs === 1 ? 'slot' : 'slots'} against it`,
    ...(flapping ? ['flapping'] : []),
  ];
  const before = neverPassed
    ? ', and has never passed yet'
    : lastPassedAtMs === undefined
      ? ''
      : `, and last passed at ${formatMinute(lastPassedAtMs)}`;
  return `${what} since ${formatMinute(sinceMs)}${before}: ${id} (${traits.join(', ')}).`;
}

function formatNotified(state: AlertState, { id }: Incident, last: LastNotified | undefined): string {
  if (last?.incident !== id)
    return 'That is not notified yet: it will be, with the first event that nothing mutes.';
  const decided = `A notice of that was decided at ${formatMinute(last.atMs)}`;
  return acceptedOf(state, id).length === 0 ? `${decided}; no channel has accepted it yet.` : `${decided}.`;
}

/** The answer of each channel: the notices that it accepted, and when. */
function formatReceipts(state: AlertState, incident: string, lead: string): readonly string[] {
  return receiptsOf(state, incident).map(({ channel, accepted, refused }) => {
    const yes = accepted.map(
      ({ kind, atMs, answer }) => `accepted '${kind}' at ${formatMinute(atMs)} (${answer})`,
    );
    const no =
      refused === undefined
        ? []
        : [`refused it at ${formatMinute(refused.atMs)}: ${withoutStop(refused.reason)}`];
    return `${lead}${channel} ${[...yes, ...no].join(', and ')}.`;
  });
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
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
      : [`It is flapping, so it is held open until ${formatMinute(heldMs)} at least.`]),
  ];
}

function formatReminder(
  state: AlertState,
  incident: Incident,
  { nowMs, policy }: ExplainContext,
  last: LastNotified | undefined,
): readonly string[] {
  if (last?.incident !== incident.id) return [];
  const ackedMs = ackedUntilMs(last, incident, nowMs);
  if (ackedMs !== undefined)
    return [`${last.ack?.by} acknowledged it until ${formatMinute(ackedMs)}: no reminders.`];
  return [`The next reminder is due at ${formatMinute(nextReminderMs(state, last, policy))}.`];
}

function formatRow(
  { channel, notice, attempts, lease, lastFault, insteadOf, ...row }: PendingNotice,
  now: ExplainContext,
): string {
  const standsIn = insteadOf === undefined ? '' : ` instead of ${insteadOf}`;
  const tries = attempts === 0 ? 'not tried yet' : `tried ${attempts} ${attempts === 1 ? 'time' : 'times'}`;
  const next =
    lease !== undefined && now.nowMs < lease.untilMs
      ? 'being sent now'
      : `next at ${formatMinute(Math.max(row.nextAttemptAtMs, now.nowMs))}`;
  const fault = lastFault === undefined ? '' : `; the last time: ${withoutStop(lastFault)}`;
  return `For ${channel}${standsIn}: ${notice.kind} of ${notice.incident}, ${tries}, ${next}${fault}.`;
}
