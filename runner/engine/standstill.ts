import type { Clock } from '../core/base/clock.ts';
import { StandstillError } from '../core/base/errors.ts';

/** Since when time ran, and by which clock. */
export interface Elapsed {
  readonly clock: Clock;
  readonly sinceMs: number;
}

/**
 * Replaces a fault by a standstill error if the runner stood still since then: the outcome without the standstill is unknown. Returns the
 * fault itself otherwise.
 */
export function unlessStoodStill(fault: Error, { clock, sinceMs }: Elapsed): Error {
  const stoodStillMs = clock.stoodStillMs(sinceMs);
  return stoodStillMs === 0 ? fault : new StandstillError(stoodStillMs, fault.message, { cause: fault });
}
