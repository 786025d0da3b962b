import { omitUndefined } from '../base/omit-undefined.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { AlertStream, Notice } from '../notice/notice.ts';
import { isWorse } from '../notice/severity.ts';
import type { AlertState, Incident, LastNotified, StreamState } from './alert-state.ts';

/** A paused canary has no new runs, but its open incident must not be forgotten. */
const PAUSED_REMIND_MS = 7 * 24 * 3_600_000;

/** Moment and policy of a reconciliation. */
export interface Moment {
  readonly nowMs: number;
  readonly policy: AlertPolicy;
}

/** Notices about an incident, and the record of them. */
interface Transition {
  readonly lastNotified: LastNotified;
  readonly notices: readonly Pick<Notice, 'kind' | 'number'>[];
}

/**
 * Compares the open incident of a stream with the last notified one, and returns the notices that bring people up to date. It
 * depends on the two alone, not on the event: a notice that a mute kept back is returned at the first moment without one.
 */
export function reconcile(
  state: AlertState,
  stream: AlertStream,
  moment: Moment,
): { readonly stream: StreamState; readonly notices: readonly Notice[] } {
  const { lastNotified, ...rest } = state[stream];
  const known = lastNotified?.ended === undefined ? lastNotified : undefined;
  const ends =
    lastNotified?.ended === undefined
      ? []
      : [endOf(state, stream, { ...lastNotified.ended, atMs: moment.nowMs })];
  const { incident } = rest;
  if (incident === undefined) return { stream: rest, notices: ends };
  const transition =
    known === undefined ? opening(incident, moment) : followUp(state, { incident, known }, moment);
  const notices = transition.notices.map((notice) =>
    noticeOf(state, stream, { ...notice, incident, atMs: moment.nowMs }),
  );
  return { stream: { ...rest, lastNotified: transition.lastNotified }, notices: [...ends, ...notices] };
}

/** The opening of an incident as it reads now; undefined unless it is open and was notified. */
export function openingOf(state: AlertState, id: string, atMs: number): Notice | undefined {
  for (const stream of ['target', 'observer'] as const) {
    const { incident, lastNotified } = state[stream];
    if (incident?.id === id && lastNotified?.incident === id)
      return noticeOf(state, stream, { kind: 'opened', number: 1, incident, atMs });
  }
  return undefined;
}

/** Moment of the next reminder of a notified incident, if nothing mutes it. */
export function nextReminderMs(state: AlertState, last: LastNotified, policy: AlertPolicy): number {
  return last.remindedAtMs + remindEveryMs(state, policy);
}

/** Moment until which an incident of that severity is acknowledged; undefined if it is not. */
export function ackedUntilMs(
  { ack }: LastNotified,
  { severity }: Incident,
  nowMs: number,
): number | undefined {
  return ack !== undefined && nowMs < ack.untilMs && !isWorse(severity, ack.severity)
    ? ack.untilMs
    : undefined;
}

function opening({ id, severity }: Incident, { nowMs }: Moment): Transition {
  const counts = { upgrades: 0, reminders: 0 };
  const lastNotified = { incident: id, severity, atMs: nowMs, ...counts, remindedAtMs: nowMs };
  return { lastNotified, notices: [{ kind: 'opened', number: 1 }] };
}

function followUp(
  state: AlertState,
  { incident, known }: { readonly incident: Incident; readonly known: LastNotified },
  { nowMs, policy }: Moment,
): Transition {
  const everyMs = remindEveryMs(state, policy);
  const reminders = Math.max(0, Math.floor((nowMs - known.remindedAtMs) / everyMs));
  // Reminders that were due during a mute become one, and later ones keep their interval.
  const remindedAtMs = known.remindedAtMs + reminders * everyMs;
  if (isWorse(incident.severity, known.severity)) {
    const number = known.upgrades + 1;
    const lastNotified = { ...known, severity: incident.severity, upgrades: number, remindedAtMs };
    return { lastNotified, notices: [{ kind: 'upgraded', number }] };
  }
  if (reminders === 0 || ackedUntilMs(known, incident, nowMs) !== undefined)
    return { lastNotified: known, notices: [] };
  const number = known.reminders + 1;
  const lastNotified = { ...known, reminders: number, remindedAtMs };
  return { lastNotified, notices: [{ kind: 'reminder', number }] };
}

function remindEveryMs({ life }: AlertState, { remindMs }: AlertPolicy): number {
  return life === 'paused' ? PAUSED_REMIND_MS : remindMs;
}

function endOf(
  state: AlertState,
  stream: AlertStream,
  { atMs, ending, ...incident }: NonNullable<LastNotified['ended']> & { readonly atMs: number },
): Notice {
  const { because, ...end } = ending;
  const about = { kind: 'closed', number: 1, incident: { ...incident, because }, atMs } as const;
  return { ...noticeOf(state, stream, about), ...end };
}

function noticeOf(
  { about }: AlertState,
  stream: AlertStream,
  {
    kind,
    number,
    incident,
    atMs,
  }: Pick<Notice, 'kind' | 'number' | 'atMs'> & { readonly incident: Incident },
): Notice {
  const { id, severity, sinceMs, openedAtMs, runs, neverPassed, flapping, because } = incident;
  const { lastPassedAtMs, cause, changes } = incident;
  return {
    id: `${id}:${kind}:${number}`,
    incident: id,
    stream,
    kind,
    number,
    severity,
    atMs,
    sinceMs,
    ...omitUndefined({ lastPassedAtMs }),
    openedAtMs,
    runs,
    neverPassed,
    flapping,
    about,
    ...omitUndefined({ cause, changes }),
    ...because,
  };
}
