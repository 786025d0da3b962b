import type { Clock } from '../core/base/clock.ts';
import { StandstillError } from '../core/base/errors.ts';

/** Since when time ran, and by which clock. */
export interface Elapsed {
  readonly clock: Clock;
  readonly sinceMs: number;
}

/**
 * The error that a fault is instead if the runner stood still since then: nobody knows what would have happened otherwise.
 * The fault itself if it did not stand still.
 */
export function unlessStoodStill(fault: Error, { clock, sinceMs }: Elapsed): Error {
  const stoodStillMs = clock.stoodStillMs(sinceMs);
  return stoodStillMs === 0 ? fault : new StandstillError(stoodStillMs, fault.message, { cause: fault });
}
