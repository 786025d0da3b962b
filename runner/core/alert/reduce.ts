import { isGood } from '../base/verdict.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { CanaryFacts, Notice } from '../notice/notice.ts';
import type { AlertEvent, SlotEvent } from './alert-event.ts';
import type { AlertState } from './alert-state.ts';
import { applySample, close, open, type SampleEvent } from './incident.ts';
import { afterAction } from './operator-actions.ts';
import { reconcile } from './reconcile.ts';
import { rulesOf, withSample } from './thresholds.ts';

/** What a step makes of a state. */
export interface Reduction {
  readonly state: AlertState;
  /** What people must be told, in this order. */
  readonly notices: readonly Notice[];
}

/** The state of a canary that nothing is known of yet. */
export function newAlertState(incarnation: string, about: CanaryFacts): AlertState {
  const stream = { incidents: 0, evidenceAfterMs: 0, openings: [], flapLevel: 0 };
  return {
    form: 1,
    incarnation,
    about,
    life: 'active',
    everPassed: false,
    samples: [],
    target: stream,
    observer: stream,
    deliveredTo: {},
    statusUpdates: 0,
  };
}

/**
 * What an event makes of the alerts of a canary. Pure: the same state, event and policy give the same answer, and a result
 * told twice changes nothing. The policy may be another at each step; no incident and no belief is lost by that.
 */
export function reduce(state: AlertState, event: AlertEvent, policy: AlertPolicy): Reduction {
  const next = after(state, event, policy);
  if (isMuted(next, event)) return { state: next, notices: [] };
  const moment = { nowMs: event.nowMs, policy };
  const target = reconcile(next, 'target', moment);
  const observer = reconcile(next, 'observer', moment);
  return {
    state: { ...next, target: target.stream, observer: observer.stream },
    notices: [...target.notices, ...observer.notices],
  };
}

function isMuted({ silence }: AlertState, { nowMs, inMaintenance }: AlertEvent): boolean {
  return inMaintenance || (silence !== undefined && nowMs < silence.untilMs);
}

/** The truth after the event; what people believe of it is brought up later. */
function after(state: AlertState, event: AlertEvent, policy: AlertPolicy): AlertState {
  switch (event.kind) {
    case 'result':
    case 'missed':
      return state.life === 'active' ? withSlot(state, event, policy) : state;
    case 'problem':
      return withProblem(state, event, policy);
    case 'resolved':
      return { ...state, observer: resolved(state, event) };
    case 'tick':
      return state;
    case 'pause':
    case 'resume':
    case 'delete':
    case 'recreate':
    case 'silence':
    case 'unsilence':
    case 'ack':
      return afterAction(state, event);
  }
}

function withSlot(state: AlertState, event: SlotEvent, policy: AlertPolicy): AlertState {
  const seen = seenOf(event, policy);
  const samples = seen === undefined ? undefined : withSample(state.samples, seen.sample, policy);
  if (seen === undefined || samples === undefined) return state;
  const everPassed = state.everPassed || seen.sample.outcome === 'passed';
  const next = { ...state, about: event.about, everPassed, samples };
  const { target, observer } = rulesOf(policy);
  return { ...next, target: applySample(next, seen, target), observer: applySample(next, seen, observer) };
}

/** The event as evidence; undefined for a run that was not meant for where it ran. */
function seenOf(event: SlotEvent, { severity }: AlertPolicy): SampleEvent | undefined {
  const { nowMs } = event;
  if (event.kind === 'missed') {
    const { slotAtMs, count, reason } = event;
    return { sample: { slotAtMs, outcome: 'nothing', severity, count }, nowMs, because: { reason } };
  }
  const { slotAtMs, verdict } = event.digest;
  if (verdict === 'skipped') return undefined;
  const saw = isGood(verdict) ? 'passed' : verdict === 'failed' ? 'failed' : 'nothing';
  return { sample: { slotAtMs, outcome: saw, severity, count: 1 }, nowMs, because: { run: event.digest } };
}

function withProblem(
  state: AlertState,
  { nowMs, reason }: { readonly nowMs: number; readonly reason: string },
  { severity }: AlertPolicy,
): AlertState {
  if (state.life !== 'active' || state.observer.incident !== undefined) return state;
  return { ...state, observer: open(state, 'observer', { nowMs, severity, runs: 0, because: { reason } }) };
}

function resolved(
  { observer }: AlertState,
  { nowMs, reason }: { readonly nowMs: number; readonly reason: string },
): AlertState['observer'] {
  return close(observer, { closedAtMs: nowMs, closeReason: 'resolved', because: { reason } });
}
