import type { Acted } from './alert-event.ts';
import type { AlertState, Ending, MachineState, Told } from './alert-state.ts';
import { close } from './incident.ts';

/** An acknowledgement or a silence lasts a day at most: to go on being quiet is to decide it again. */
export const LONGEST_QUIET_MS = 24 * 3_600_000;

/** What an act of people makes of a state. One that does not fit the life of the canary changes nothing. */
export function afterAct(state: AlertState, event: Acted): AlertState {
  switch (event.kind) {
    case 'pause':
      return state.life === 'active' ? paused(state, event) : state;
    case 'resume':
      return state.life === 'paused' ? begun(state, event.nowMs) : state;
    case 'delete':
      return deleted(state, event.nowMs);
    case 'recreate':
      return state.life === 'deleted' ? recreated(state, event) : state;
    case 'silence':
      return { ...state, silence: { ...actOf(event), untilMs: soon(event) } };
    case 'unsilence':
      return unsilenced(state);
    case 'ack':
      return { ...state, service: acked(state.service, event), blind: acked(state.blind, event) };
  }
}

function paused(state: AlertState, event: Acted & { readonly kind: 'pause' }): AlertState {
  const reason = `${event.by} paused the canary: ${event.reason}`;
  const blind = close(state.blind, endingOf('paused', event.nowMs, reason));
  return { ...state, life: 'paused', pause: actOf(event), blind };
}

/** Active from now on. What came before is kept so that a repeated result is known, but is no evidence any more. */
function begun(state: AlertState, nowMs: number): AlertState {
  return {
    ...unpaused(state),
    life: 'active',
    service: { ...state.service, evidenceAfterMs: nowMs },
    blind: { ...state.blind, evidenceAfterMs: nowMs },
  };
}

function deleted(state: AlertState, nowMs: number): AlertState {
  const ending = endingOf('deleted', nowMs, 'The canary was deleted.');
  return {
    ...unpaused(state),
    life: 'deleted',
    service: close(state.service, ending),
    blind: close(state.blind, ending),
  };
}

/** A canary of the same name is another one, but what people were told of the old one still has to be put right. */
function recreated(state: AlertState, event: Acted & { readonly kind: 'recreate' }): AlertState {
  const { incarnation, about, nowMs } = event;
  return { ...begun(state, nowMs), incarnation, about, everPassed: false };
}

function acked(machine: MachineState, event: Acted & { readonly kind: 'ack' }): MachineState {
  const { told, ...rest } = machine;
  if (told === undefined) return machine;
  const ack: Told['ack'] = { untilMs: soon(event), severity: told.severity, by: event.by };
  return { ...rest, told: { ...told, ack } };
}

function endingOf(closeReason: Ending['closeReason'], closedAtMs: number, reason: string): Ending {
  return { closedAtMs, closeReason, because: { reason } };
}

function actOf({ reason, by, nowMs }: { reason: string; by: string; nowMs: number }) {
  return { reason, by, atMs: nowMs };
}

function soon({ untilMs, nowMs }: { readonly untilMs: number; readonly nowMs: number }): number {
  return Math.min(untilMs, nowMs + LONGEST_QUIET_MS);
}

function unpaused(state: AlertState): AlertState {
  const { pause: _, ...rest } = state;
  return rest;
}

function unsilenced(state: AlertState): AlertState {
  const { silence: _, ...rest } = state;
  return rest;
}
