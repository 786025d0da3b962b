import type { Clock } from '../../core/base/clock.ts';
import { systemClock } from './system-clock.ts';

/** A clock of a process that is frozen between invocations: begun anew by each, so that no freeze is taken for elapsed time. */
export function invocationClock(): Clock & { renew(): void } {
  let clock = systemClock();
  return {
    nowMs: () => clock.nowMs(),
    stoodStillMs: (sinceMs) => clock.stoodStillMs(sinceMs),
    at: (whenMs, fire) => clock.at(whenMs, fire),
    renew: () => {
      clock = systemClock();
    },
  };
}
