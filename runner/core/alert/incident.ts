import { omitUndefined } from '../base/omit-undefined.ts';
import type { ChangesBefore } from '../model/change.ts';
import type { Severity } from '../notice/notice.ts';
import { isWorse, worse } from '../notice/severity.ts';
import type { AlertState, Cause, Ending, Incident, Sample, StreamState } from './alert-state.ts';
import { commonCause } from './common-cause.ts';
import { closesWith, opensWith, type Rule, samplesAfter } from './thresholds.ts';

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

// A stream flaps from the third incident in two hours, or the fourth in a day, until a day passes without a new one. With the
// holds below, no sequence of runs leads to more than four opening notices in two hours, or eight in a day.
const OFTEN: readonly { readonly openings: number; readonly withinMs: number }[] = [
  { openings: 3, withinMs: 2 * HOUR_MS },
  { openings: 4, withinMs: DAY_MS },
];
const OPENINGS_KEPT = 4;
const STABLE_MS = HOUR_MS;
const MAX_STABLE_MS = 8 * HOUR_MS;

/** A new sample, with its moment and cause. */
export interface SampleEvent {
  readonly sample: Sample;
  readonly nowMs: number;
  readonly because: Cause;
  readonly changes?: ChangesBefore;
}

/** The stream after a sample, which the state contains already. */
export function applySample(
  state: AlertState,
  { sample, nowMs, because, changes }: SampleEvent,
  rule: Rule,
): StreamState {
  const stream = state[rule.stream];
  const { incident } = stream;
  const evidence = samplesAfter(state.samples, rule, stream.evidenceAfterMs);
  if (!evidence.includes(sample)) return stream;
  const neverPassed = !hasPassed(state);
  if (incident === undefined) {
    const against = opensWith(evidence, sample, rule);
    const [first] = against;
    if (first === undefined) return stream;
    const runs = against.reduce((sum, { count }) => sum + count, 0);
    const severity = against.map((one) => severityOf(one, neverPassed)).reduce(worse);
    const facts = { sinceMs: first.atMs, neverPassed, severity, runs, because };
    return open(state, rule.stream, {
      nowMs,
      ...facts,
      ...omitUndefined({ cause: commonCause(because), changes }),
    });
  }
  if (sample.outcome === rule.against) {
    const severity = worse(incident.severity, severityOf(sample, neverPassed));
    const runs = incident.runs + sample.count;
    return { ...stream, incident: { ...incident, neverPassed, severity, runs, lastAtMs: nowMs, because } };
  }
  if (!closesWith(evidence, sample, rule) || isHeld(stream, incident, nowMs)) return stream;
  const closed = close(stream, { closedAtMs: nowMs, closeReason: 'resolved', because });
  return { ...closed, evidenceAfterMs: (evidence.at(-1) as Sample).slotAtMs };
}

/** True if the canary has passed, by its schedule or on demand. */
export function hasPassed({ lastPassedAtMs, passedOnDemand }: AlertState): boolean {
  return lastPassedAtMs !== undefined || passedOnDemand === true;
}

/** The severity of a sample. A canary that has never passed may be wrong itself, so it is not critical. */
function severityOf({ severity }: Sample, neverPassed: boolean): Severity {
  return neverPassed && isWorse(severity, 'warning') ? 'warning' : severity;
}

/** The stream with a new incident. */
export function open(
  state: AlertState,
  stream: Rule['stream'],
  begin: { readonly nowMs: number } & Pick<
    Incident,
    'sinceMs' | 'neverPassed' | 'severity' | 'runs' | 'because' | 'cause' | 'changes'
  >,
): StreamState {
  const { nowMs, ...rest } = begin;
  const before = state[stream];
  const number = before.incidents + 1;
  const { flapping, ...flaps } = flapsWith(before, nowMs);
  return {
    ...before,
    ...flaps,
    incidents: number,
    incident: {
      id: `${state.about.canary}@${state.incarnation}#${stream}${number}`,
      ...rest,
      ...omitUndefined({ lastPassedAtMs: state.lastPassedAtMs }),
      openedAtMs: nowMs,
      flapping,
      lastAtMs: nowMs,
    },
  };
}

/** The stream with its incident closed, if there is one. The end of an incident that was notified stays to be notified. */
export function close(stream: StreamState, ending: Ending): StreamState {
  const { incident, ...rest } = stream;
  if (incident === undefined) return stream;
  if (rest.lastNotified?.incident !== incident.id) return rest;
  return { ...rest, lastNotified: { ...rest.lastNotified, ended: { ...incident, ending } } };
}

/** Moment until which a flapping incident stays open without more evidence against the canary; undefined if it does not flap. */
export function heldOpenUntilMs({ flapLevel }: StreamState, incident: Incident): number | undefined {
  if (!incident.flapping) return undefined;
  return incident.lastAtMs + Math.min(STABLE_MS * 2 ** (flapLevel - 1), MAX_STABLE_MS);
}

function isHeld(stream: StreamState, incident: Incident, nowMs: number): boolean {
  return nowMs < (heldOpenUntilMs(stream, incident) ?? nowMs);
}

/** The history of openings after one more. It outlives quiet times, or the bound would not hold. */
function flapsWith(
  { openings, flapLevel }: StreamState,
  nowMs: number,
): Pick<StreamState, 'openings' | 'flapLevel'> & { readonly flapping: boolean } {
  const level = nowMs - (openings.at(-1) ?? nowMs) > DAY_MS ? 0 : flapLevel;
  const newest = [...openings, nowMs].slice(-OPENINGS_KEPT);
  const isOften = OFTEN.some(
    (one) => nowMs - (newest.at(-one.openings) ?? Number.NEGATIVE_INFINITY) <= one.withinMs,
  );
  const flapping = level > 0 || isOften;
  return { openings: newest, flapping, flapLevel: flapping ? level + 1 : 0 };
}
