import type { AlertState, CanaryState } from '../alert/alert-state.ts';
import { RUNNER } from '../alert/runner-alerts.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Canary } from '../model/canary.ts';
import { KINDS } from '../store/canary-status.ts';
import { ackOf, attentionOf } from './attention.ts';
import { effectTimes, type RunCell } from './cells.ts';
import type { Condition } from './condition.ts';
import type { FleetRow, OpenIncident } from './fleet-view.ts';
import type { ReadHistory } from './read-history.ts';

interface Facts {
  readonly history: ReadHistory;
  readonly state: CanaryState | undefined;
  readonly condition: Condition;
  readonly nowMs: number;
}

export function canaryRow(
  { name, owner, tags, alert }: Pick<Canary, 'name' | 'owner' | 'tags' | 'alert'>,
  { history, state, condition, nowMs }: Facts,
): FleetRow {
  const { cells, isWhole, lastRun } = history;
  const outcome = cells[0]?.outcome;
  const attention = attentionOf({ ...condition, ...omitUndefined({ state, outcome }) });
  return {
    name,
    about: 'canary',
    owner,
    tags,
    attention,
    severity: state === undefined ? alert.severity : (openIn(state.alert)[0]?.severity ?? alert.severity),
    ...sinceOf(state?.alert, cells, isWhole),
    incidents: state === undefined ? [] : openIn(state.alert),
    cells,
    ...condition,
    ...omitUndefined({
      outcome,
      lastRun,
      effect: effectTimes(cells),
      reason: reasonOf(state?.alert, history, condition),
      by: state === undefined ? undefined : byOf(state.alert, nowMs),
    }),
  };
}

/** The row of alerts without a canary in the files; undefined if none are open or pending. */
export function alertRow({ canary, alert, outbox }: CanaryState, nowMs: number): FleetRow | undefined {
  const incidents = openIn(alert);
  if (incidents.length === 0 && outbox.length === 0) return undefined;
  const [first] = incidents;
  return {
    name: canary,
    about: canary.startsWith(RUNNER) ? 'runner' : 'gone',
    tags: [],
    attention: first === undefined ? 'unknown' : first.stream === 'target' ? 'failing' : 'noData',
    incidents,
    cells: [],
    isSinceAtLeast: false,
    ...omitUndefined({
      severity: first?.severity,
      sinceMs: first?.sinceMs,
      reason: reasonOf(alert, undefined, {}),
      by: byOf(alert, nowMs),
    }),
  };
}

const STREAMS = ['target', 'observer'] as const;

function openIn(alert: AlertState): readonly OpenIncident[] {
  return STREAMS.flatMap((stream) => {
    const { incident } = alert[stream];
    if (incident === undefined) return [];
    const { id, severity, sinceMs } = incident;
    return [{ id, stream, severity, sinceMs }];
  });
}

/** The begin of the incident, of the pause, or of the outcomes of one kind in a row. */
function sinceOf(
  alert: AlertState | undefined,
  cells: readonly RunCell[],
  isWhole: boolean,
): Pick<FleetRow, 'sinceMs' | 'isSinceAtLeast'> {
  const [incident] = alert === undefined ? [] : openIn(alert);
  const atMs = incident?.sinceMs ?? alert?.pause?.atMs;
  if (atMs !== undefined) return { sinceMs: atMs, isSinceAtLeast: false };
  const [first] = cells;
  if (first === undefined) return { isSinceAtLeast: false };
  const kind = KINDS[first.outcome];
  const end = cells.findIndex(({ outcome }) => KINDS[outcome] !== kind);
  const last = cells.at(end === -1 ? -1 : end - 1);
  return { isSinceAtLeast: end === -1 && !isWhole, ...omitUndefined({ sinceMs: last?.atMs }) };
}

/** Reason of the incident, of the pause or of the newest outcome. */
function reasonOf(
  alert: AlertState | undefined,
  history: ReadHistory | undefined,
  { damaged }: Condition,
): string | undefined {
  const reasons = [alert === undefined ? undefined : ofAlert(alert), damaged, history?.reason];
  return reasons.find((reason) => reason !== undefined && reason !== '');
}

function ofAlert({ target, observer, pause }: AlertState): string | undefined {
  const because = (target.incident ?? observer.incident)?.because;
  return because?.run?.reason ?? because?.reason ?? pause?.reason;
}

/** The person who paused the canary, or who acknowledged its incident. */
function byOf(alert: AlertState, nowMs: number): string | undefined {
  const acks = STREAMS.map((stream) => {
    const { incident, lastNotified } = alert[stream];
    return incident === undefined ? undefined : ackOf(incident, lastNotified, nowMs)?.by;
  });
  return alert.pause?.by ?? acks.find((by) => by !== undefined);
}
