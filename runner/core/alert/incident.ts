import { worse } from '../notice/severity.ts';
import type { AlertState, Cause, Ending, Incident, Sample, StreamState } from './alert-state.ts';
import { closesWith, opensWith, type Rule, samplesAfter } from './thresholds.ts';

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

// It flaps with the third incident in two hours, or the fourth in a day, and from then on until a day brings no new one. With the
// holds below, no script of runs makes people hear of more than four beginnings in two hours, or eight in a day.
const OFTEN: readonly { readonly openings: number; readonly withinMs: number }[] = [
  { openings: 3, withinMs: 2 * HOUR_MS },
  { openings: 4, withinMs: DAY_MS },
];
const OPENINGS_KEPT = 4;
const STABLE_MS = HOUR_MS;
const LONGEST_STABLE_MS = 8 * HOUR_MS;

/** A mark that has just come, with what there is to say of it. */
export interface SampleEvent {
  readonly mark: Sample;
  readonly nowMs: number;
  readonly because: Cause;
}

/** What a mark makes of one machine. The state holds the mark already. */
export function applySample(
  state: AlertState,
  { mark, nowMs, because }: SampleEvent,
  rule: Rule,
): StreamState {
  const machine = state[rule.stream];
  const { incident } = machine;
  const evidence = samplesAfter(state.samples, rule, machine.evidenceAfterMs);
  if (!evidence.includes(mark)) return machine;
  if (incident === undefined) {
    const against = opensWith(evidence, mark, rule);
    if (against.length === 0) return machine;
    const runs = against.reduce((sum, { count }) => sum + count, 0);
    const severity = against.map((one) => one.severity).reduce(worse);
    return open(state, rule.stream, { nowMs, severity, runs, because });
  }
  if (mark.outcome === rule.against) {
    const severity = worse(incident.severity, mark.severity);
    const runs = incident.runs + mark.count;
    return { ...machine, incident: { ...incident, severity, runs, lastAtMs: nowMs, because } };
  }
  if (!closesWith(evidence, mark, rule) || isHeld(machine, incident, nowMs)) return machine;
  const closed = close(machine, { closedAtMs: nowMs, closeReason: 'resolved', because });
  return { ...closed, evidenceAfterMs: (evidence.at(-1) as Sample).slotAtMs };
}

/** The machine with a new incident. */
export function open(
  state: AlertState,
  machine: Rule['stream'],
  begin: { readonly nowMs: number } & Pick<Incident, 'severity' | 'runs' | 'because'>,
): StreamState {
  const { nowMs, severity, runs, because } = begin;
  const before = state[machine];
  const number = before.incidents + 1;
  const { flapping, ...flaps } = flapsWith(before, nowMs);
  return {
    ...before,
    ...flaps,
    incidents: number,
    incident: {
      id: `${state.about.canary}@${state.incarnation}#${machine}${number}`,
      openedAtMs: nowMs,
      severity,
      flapping,
      neverPassed: !state.everPassed,
      runs,
      lastAtMs: nowMs,
      because,
    },
  };
}

/** The machine with its incident ended, if there is one. Whoever was told of it is yet to hear of the end. */
export function close(machine: StreamState, ending: Ending): StreamState {
  const { incident, ...rest } = machine;
  if (incident === undefined) return machine;
  if (rest.lastNotified?.incident !== incident.id) return rest;
  return { ...rest, lastNotified: { ...rest.lastNotified, ended: { ...incident, ending } } };
}

/** Until when an incident that flaps stays open if nothing more tells against the canary; undefined for one that does not. */
export function heldOpenUntilMs({ flapLevel }: StreamState, incident: Incident): number | undefined {
  if (!incident.flapping) return undefined;
  return incident.lastAtMs + Math.min(STABLE_MS * 2 ** (flapLevel - 1), LONGEST_STABLE_MS);
}

function isHeld(machine: StreamState, incident: Incident, nowMs: number): boolean {
  return nowMs < (heldOpenUntilMs(machine, incident) ?? nowMs);
}

/** What one more opening makes of the history of openings. That history outlives quiet times, or the bound would not hold. */
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
