import type { OperatorAction } from './alert-event.ts';
import type { AlertState, Ending, LastNotified, StreamState } from './alert-state.ts';
import { close } from './incident.ts';

/** Longest acknowledgement or silence: to stay quiet longer needs a new decision. */
export const MAX_QUIET_MS = 24 * 3_600_000;

/** The state after an operator's action. An action that does not fit the life of the canary changes nothing. */
export function afterAction(state: AlertState, event: OperatorAction): AlertState {
  switch (event.kind) {
    case 'pause':
      return state.life === 'active' ? paused(state, event) : state;
    case 'resume':
      return state.life === 'paused' ? activated(state, event.nowMs) : state;
    case 'delete':
      return deleted(state, event.nowMs);
    case 'recreate':
      return state.life === 'deleted' ? recreated(state, event) : state;
    case 'silence':
      return { ...state, silence: { ...recordOf(event), untilMs: untilOf(event) } };
    case 'unsilence':
      return unsilenced(state);
    case 'ack':
      return { ...state, target: acked(state.target, event), observer: acked(state.observer, event) };
  }
}

function paused(state: AlertState, event: OperatorAction & { readonly kind: 'pause' }): AlertState {
  const reason = `${event.by} paused the canary: ${event.reason}`;
  const observer = close(state.observer, endingOf('paused', event.nowMs, reason));
  return { ...state, life: 'paused', pause: recordOf(event), observer };
}

/** Active from now on. Older samples are kept to recognise a repeated result, but are no longer evidence. */
function activated(state: AlertState, nowMs: number): AlertState {
  return {
    ...unpaused(state),
    life: 'active',
    target: { ...state.target, evidenceAfterMs: nowMs },
    observer: { ...state.observer, evidenceAfterMs: nowMs },
  };
}

function deleted(state: AlertState, nowMs: number): AlertState {
  const ending = endingOf('deleted', nowMs, 'The canary was deleted.');
  return {
    ...unpaused(state),
    life: 'deleted',
    target: close(state.target, ending),
    observer: close(state.observer, ending),
  };
}

/** A canary that is created again is a new one, but the announced incidents of the old one still need their end. */
function recreated(state: AlertState, event: OperatorAction & { readonly kind: 'recreate' }): AlertState {
  const { incarnation, about, nowMs } = event;
  const { lastPassedAtMs: _, passedOnDemand: __, ...fresh } = activated(state, nowMs);
  return { ...fresh, incarnation, about };
}

function acked(stream: StreamState, event: OperatorAction & { readonly kind: 'ack' }): StreamState {
  const { lastNotified, ...rest } = stream;
  if (lastNotified === undefined) return stream;
  const { nowMs: atMs, by } = event;
  const { severity } = lastNotified;
  const ack: LastNotified['ack'] = { untilMs: untilOf(event), severity, by, atMs };
  return { ...rest, lastNotified: { ...lastNotified, ack } };
}

function endingOf(closeReason: Ending['closeReason'], closedAtMs: number, reason: string): Ending {
  return { closedAtMs, closeReason, because: { reason } };
}

function recordOf({ reason, by, nowMs }: { reason: string; by: string; nowMs: number }) {
  return { reason, by, atMs: nowMs };
}

function untilOf({ untilMs, nowMs }: { readonly untilMs: number; readonly nowMs: number }): number {
  return Math.min(untilMs, nowMs + MAX_QUIET_MS);
}

function unpaused(state: AlertState): AlertState {
  const { pause: _, ...rest } = state;
  return rest;
}

function unsilenced(state: AlertState): AlertState {
  const { silence: _, ...rest } = state;
  return rest;
}
