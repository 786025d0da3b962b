import type { CanaryState, Incident, LastNotified } from '../alert/alert-state.ts';
import type { Severity } from '../notice/notice.ts';
import type { SlotOutcome } from '../store/canary-status.ts';
import type { Condition } from './condition.ts';

/** Need of a canary for attention. */
export type Attention = 'failing' | 'noData' | 'degraded' | 'paused' | 'muted' | 'passed' | 'unknown';

/** Every need, the most urgent first. */
export const ATTENTIONS: readonly Attention[] = [
  'failing',
  'noData',
  'degraded',
  'paused',
  'muted',
  'passed',
  'unknown',
];

/** A canary's condition and its newest outcome. */
export interface Observed extends Condition {
  readonly state?: CanaryState;
  readonly outcome?: SlotOutcome;
}

/** The need for attention: open incidents first, then what keeps runs back, then the newest outcome. */
export function attentionOf(row: Observed): Attention {
  const { state, outcome } = row;
  if (state?.alert.target.incident !== undefined) return 'failing';
  if (state?.alert.life === 'paused') return 'paused';
  if (outcome === 'failed') return 'failing';
  if (hasNoData(row)) return 'noData';
  if (outcome === 'degraded') return 'degraded';
  if ((row.mute ?? row.maintenanceUntilMs) !== undefined) return 'muted';
  return outcome === undefined ? 'unknown' : 'passed';
}

function hasNoData({ state, outcome, overdueSinceMs, plannedToMs, damaged }: Observed): boolean {
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

const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** A row of canaries by the need for attention. */
interface Ranked {
  readonly name: string;
  readonly attention: Attention;
  readonly severity?: Severity;
}

/** The order by need for attention: by kind, by severity, then by name. */
export function byAttention(a: Ranked, b: Ranked): number {
  return (
    ATTENTIONS.indexOf(a.attention) - ATTENTIONS.indexOf(b.attention) ||
    rankOf(a.severity) - rankOf(b.severity) ||
    compareNames(a.name, b.name)
  );
}

const { compare: compareNames } = new Intl.Collator('en');

function rankOf(severity: Severity | undefined): number {
  return severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(severity);
}
