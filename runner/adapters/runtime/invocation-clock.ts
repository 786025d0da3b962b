import type { Clock } from '../../core/base/clock.ts';
import { systemClock } from './system-clock.ts';

/** A clock of a process that is frozen between invocations: renewed by each, so that a freeze does not count as elapsed time. */
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
