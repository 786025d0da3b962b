import type { AlertPolicy } from '../model/canary.ts';
import type { AlertStream, Notice } from '../notice/notice.ts';
import { isWorse } from '../notice/severity.ts';
import type { AlertState, Incident, LastNotified, StreamState } from './alert-state.ts';

/** A paused canary shows nothing new, but what was open when it was paused must not be forgotten. */
const PAUSED_REMIND_MS = 7 * 24 * 3_600_000;

/** When, and by which policy, belief is brought up to the truth. */
export interface Moment {
  readonly nowMs: number;
  readonly policy: AlertPolicy;
}

/** What to say of an incident, and what people then believe. */
interface News {
  readonly told: LastNotified;
  readonly say: readonly Pick<Notice, 'kind' | 'number'>[];
}

/**
 * What people must be told so that they believe of one stream what is true, and the stream once they are told. It looks at
 * the two as they stand, not at what just happened: what was kept back by a mute is told at the first moment without one.
 */
export function reconcile(
  state: AlertState,
  stream: AlertStream,
  moment: Moment,
): { readonly stream: StreamState; readonly notices: readonly Notice[] } {
  const { lastNotified, ...rest } = state[stream];
  const believed = lastNotified?.ended === undefined ? lastNotified : undefined;
  const ends =
    lastNotified?.ended === undefined
      ? []
      : [endOf(state, stream, { ...lastNotified.ended, atMs: moment.nowMs })];
  const { incident } = rest;
  if (incident === undefined) return { stream: rest, notices: ends };
  const news =
    believed === undefined ? first(incident, moment) : sequel(state, { incident, believed }, moment);
  const notices = news.say.map((say) => noticeOf(state, stream, { ...say, incident, atMs: moment.nowMs }));
  return { stream: { ...rest, lastNotified: news.told }, notices: [...ends, ...notices] };
}

/** When people are next reminded of an incident that they were told of, if nothing mutes it. */
export function nextReminderMs(state: AlertState, told: LastNotified, policy: AlertPolicy): number {
  return told.remindedAtMs + remindEveryMs(state, policy);
}

/** Until when an incident of that severity is acknowledged; undefined where it is not. */
export function ackedUntilMs(
  { ack }: LastNotified,
  { severity }: Incident,
  nowMs: number,
): number | undefined {
  return ack !== undefined && nowMs < ack.untilMs && !isWorse(severity, ack.severity)
    ? ack.untilMs
    : undefined;
}

function first({ id, severity }: Incident, { nowMs }: Moment): News {
  const told = { incident: id, severity, atMs: nowMs, upgrades: 0, reminders: 0, remindedAtMs: nowMs };
  return { told, say: [{ kind: 'opened', number: 1 }] };
}

function sequel(
  state: AlertState,
  { incident, believed }: { readonly incident: Incident; readonly believed: LastNotified },
  { nowMs, policy }: Moment,
): News {
  const everyMs = remindEveryMs(state, policy);
  const due = Math.max(0, Math.floor((nowMs - believed.remindedAtMs) / everyMs));
  // Reminders that fell due while they could not be given collapse into one, and the next keep their distance.
  const remindedAtMs = believed.remindedAtMs + due * everyMs;
  if (isWorse(incident.severity, believed.severity)) {
    const number = believed.upgrades + 1;
    const told = { ...believed, severity: incident.severity, upgrades: number, remindedAtMs };
    return { told, say: [{ kind: 'upgraded', number }] };
  }
  if (due === 0 || ackedUntilMs(believed, incident, nowMs) !== undefined) return { told: believed, say: [] };
  const number = believed.reminders + 1;
  return { told: { ...believed, reminders: number, remindedAtMs }, say: [{ kind: 'reminder', number }] };
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
  const { id, severity, openedAtMs, runs, neverPassed, flapping, because } = incident;
  return {
    id: `${id}:${kind}:${number}`,
    incident: id,
    stream: stream,
    kind,
    number,
    severity,
    atMs,
    openedAtMs,
    runs,
    neverPassed,
    flapping,
    about,
    ...because,
  };
}
