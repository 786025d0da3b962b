import type { Severity } from '../notice/notice.ts';
import type { SlotOutcome } from '../store/canary-status.ts';
import type { RunSummary } from '../store/slots.ts';
import type { Attention } from './attention.ts';
import type { EffectTimes, RunCell } from './cells.ts';
import type { Condition } from './condition.ts';

/** A fleet at one moment, for its page. */
export interface FleetView {
  readonly project: string;
  readonly environment: string;
  /** Moment at which it was read, epoch milliseconds. */
  readonly nowMs: number;
  /** Moment of the runner's last complete tick; absent if the state does not say. */
  readonly lastTickMs?: number;
  /** The earliest moment at which a slot was due that no runner began; absent if there is none. */
  readonly overdueSinceMs?: number;
  /** The canaries, what needs attention first. */
  readonly rows: readonly FleetRow[];
}

/** A canary, or alerts without one. */
export interface FleetRow extends Condition {
  readonly name: string;
  /** `gone`: alerts of a canary that is in no file any more. `runner`: alerts of Coalmine itself. */
  readonly about: 'canary' | 'gone' | 'runner';
  readonly owner?: string;
  readonly tags: readonly string[];
  readonly attention: Attention;
  /** Severity of its incident; without one, that of its alerts. */
  readonly severity?: Severity;
  /** The newest outcome; absent if none is known. */
  readonly outcome?: SlotOutcome;
  /** Begin of its incident, of its pause, or of the outcomes of this kind in a row; epoch milliseconds. */
  readonly sinceMs?: number;
  /** True if it may have begun earlier, because older outcomes were not read. */
  readonly isSinceAtLeast: boolean;
  /** Reason in one sentence; absent for a canary that is well. */
  readonly reason?: string;
  readonly incidents: readonly OpenIncident[];
  /** Outcomes, newest first, as far back as they were read. */
  readonly cells: readonly RunCell[];
  /** The newest run that counts. */
  readonly lastRun?: RunSummary;
  readonly effect?: EffectTimes;
  /** Person who paused it, or who acknowledged its incident. */
  readonly by?: string;
}

export interface OpenIncident {
  readonly id: string;
  /** `observer`: the canary gives no data. */
  readonly stream: 'target' | 'observer';
  readonly severity: Severity;
  readonly sinceMs: number;
}
