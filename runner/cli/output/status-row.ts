import type { Observed } from '../../core/fleet/attention.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { CanaryStatus } from '../../core/store/canary-status.ts';

/** A canary with what the state knows of it. */
export interface StatusRow extends CanaryStatus, Observed {
  readonly name: string;
  /** Absent for alerts without a canary in the files. */
  readonly canary?: Canary;
  /** True for alerts of the runner itself. */
  readonly isRunner?: boolean;
  /** The explanation of alerts that a clock which was ahead wrote. */
  readonly alertsAhead?: string;
}
