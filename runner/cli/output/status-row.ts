import type { AlertState, CanaryState, Incident, LastNotified } from '../../core/alert/alert-state.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { CanaryStatus } from '../../core/store/canary-status.ts';

/** A canary with what the state knows of it. */
export interface StatusRow extends CanaryStatus {
  readonly name: string;
  /** Absent for alerts without a canary in the files. */
  readonly canary?: Canary;
  /** True for alerts of the runner itself. */
  readonly isRunner?: boolean;
  readonly state?: CanaryState;
  /** The mute, if it has not ended. */
  readonly mute?: AlertState['silence'];
  readonly maintenanceUntilMs?: number;
  /** Moment of the next run; absent if there will be none. */
  readonly nextMs?: number;
  /** Moment at which a slot was due that no runner began. */
  readonly overdueSinceMs?: number;
  /** The explanation of alerts that a clock which was ahead wrote. */
  readonly alertsAhead?: string;
  /** The explanation of alerts whose record cannot be read, so that open incidents are not known. */
  readonly damaged?: string;
  /** Moment up to which it is planned, if that is so far ahead that the clock which planned it was wrong. */
  readonly plannedToMs?: number;
}

/** Need of a canary for attention. */
export type Attention = 'failing' | 'noData' | 'degraded' | 'paused' | 'muted' | 'passed' | 'unknown';

/** The need for attention: open incidents first, then what keeps runs back, then the newest outcome. */
export function attentionOf(row: StatusRow): Attention {
  const { state, outcome } = row;
  if (state?.alert.target.incident !== undefined) return 'failing';
  if (state?.alert.life === 'paused') return 'paused';
  if (outcome === 'failed') return 'failing';
  if (hasNoData(row)) return 'noData';
  if (outcome === 'degraded') return 'degraded';
  if ((row.mute ?? row.maintenanceUntilMs) !== undefined) return 'muted';
  return outcome === undefined ? 'unknown' : 'passed';
}

function hasNoData({ state, outcome, overdueSinceMs, plannedToMs, damaged }: StatusRow): boolean {
  const isOpen = state?.alert.observer.incident !== undefined;
  const isUnplanned = (overdueSinceMs ?? plannedToMs) !== undefined;
  return (
    isOpen ||
    isUnplanned ||
    damaged !== undefined ||
    outcome === 'error' ||
    outcome === 'lost' ||
    outcome === 'missed'
  );
}

/** The acknowledgement of an incident, if it has not ended. */
export function ackOf(
  incident: Incident,
  last: LastNotified | undefined,
  nowMs: number,
): LastNotified['ack'] {
  return last?.incident === incident.id && last.ack !== undefined && nowMs < last.ack.untilMs
    ? last.ack
    : undefined;
}
