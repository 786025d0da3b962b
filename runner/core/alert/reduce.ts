import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { CanaryFacts, Notice } from '../notice/notice.ts';
import type { AlertEvent, SlotEvent } from './alert-event.ts';
import type { AlertState, Sample } from './alert-state.ts';
import { applySample, close, open, type SampleEvent } from './incident.ts';
import { afterAction } from './operator-actions.ts';
import { reconcile } from './reconcile.ts';
import { rulesOf, withSample } from './thresholds.ts';

/** A state after an event. */
export interface Reduction {
  readonly state: AlertState;
  /** Notices to send, in this order. */
  readonly notices: readonly Notice[];
}

/** The state of a canary without events. */
export function newAlertState(incarnation: string, about: CanaryFacts): AlertState {
  const stream = { incidents: 0, evidenceAfterMs: 0, openings: [], flapLevel: 0 };
  return {
    form: 2,
    incarnation,
    about,
    life: 'active',
    samples: [],
    target: stream,
    observer: stream,
    deliveredTo: {},
    statusUpdates: 0,
  };
}

/**
 * Applies an event to a canary's alerts. Pure, and idempotent: a result that comes again changes nothing. The policy may differ
 * from event to event; an open incident and the record of its notices survive that.
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

/** True if notices are kept back at an event. */
export function isMuted({ silence }: AlertState, { nowMs, inMaintenance }: AlertEvent): boolean {
  return inMaintenance || (silence !== undefined && nowMs < silence.untilMs);
}

/** The state after the event, before {@link reconcile} decides on notices. */
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
  const sampled = sampleOf(event, policy);
  const samples = sampled === undefined ? undefined : withSample(state.samples, sampled.sample, policy);
  if (sampled === undefined || samples === undefined) return state;
  const { about, passedOnDemand } = event;
  const next = { ...withPass(state, sampled.sample), about, samples, ...omitUndefined({ passedOnDemand }) };
  const { target, observer } = rulesOf(policy);
  return {
    ...next,
    target: applySample(next, sampled, target),
    observer: applySample(next, sampled, observer),
  };
}

function withPass(state: AlertState, { outcome, atMs }: Sample): AlertState {
  if (outcome !== 'passed') return state;
  return { ...state, lastPassedAtMs: Math.max(state.lastPassedAtMs ?? atMs, atMs) };
}

/** The event as a sample; undefined for a skipped run, which is no evidence. */
function sampleOf(event: SlotEvent, { severity }: AlertPolicy): SampleEvent | undefined {
  const { nowMs } = event;
  if (event.kind === 'missed') {
    const { slotAtMs, count, reason } = event;
    const sample: Sample = { slotAtMs, atMs: slotAtMs, outcome: 'nothing', severity, count };
    return { sample, nowMs, because: { reason } };
  }
  const { changes, digest } = event;
  const { slotAtMs, startedAtMs: atMs, verdict } = digest;
  if (verdict === 'skipped') return undefined;
  const outcome = isGood(verdict) ? 'passed' : verdict === 'failed' ? 'failed' : 'nothing';
  const sample = { slotAtMs, atMs, outcome, severity, count: 1 } as const;
  return { sample, nowMs, because: { run: digest }, ...omitUndefined({ changes }) };
}

function withProblem(
  state: AlertState,
  { nowMs, reason }: { readonly nowMs: number; readonly reason: string },
  { severity }: AlertPolicy,
): AlertState {
  if (state.life !== 'active' || state.observer.incident !== undefined) return state;
  const begin = { nowMs, sinceMs: nowMs, neverPassed: false, severity, runs: 0, because: { reason } };
  return { ...state, observer: open(state, 'observer', begin) };
}

function resolved(
  { observer }: AlertState,
  { nowMs, reason }: { readonly nowMs: number; readonly reason: string },
): AlertState['observer'] {
  return close(observer, { closedAtMs: nowMs, closeReason: 'resolved', because: { reason } });
}
