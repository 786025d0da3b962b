import type { Watermark } from '../../core/store/slots.ts';
import type { ScheduledCanary } from '../fleet-context.ts';

/** An outcome of planning: nothing is due, and nothing was missed. */
interface Quiet {
  /** The watermark that it was planned from. */
  readonly from: Watermark;
  /** The moments between which the same plan comes out, the second excluded; epoch milliseconds. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly nextWakeMs: number;
}

/** The last plan of each canary that was quiet. A canary that is loaded again is another object. */
const known = new WeakMap<ScheduledCanary, Quiet>();

/** Keeps the outcome of a plan in which nothing was due. */
export function keepQuiet(canary: ScheduledCanary, quiet: Quiet): void {
  known.set(canary, quiet);
}

/**
 * The moment of more work for a canary that has none now by an earlier plan, and whose slots are not running. Undefined if it must be planned:
 * its watermark was moved, it has another schedule, or the clock went back.
 */
export function quietUntil(
  canary: ScheduledCanary,
  from: Watermark | undefined,
  nowMs: number,
): number | undefined {
  const quiet = known.get(canary);
  if (quiet === undefined || from === undefined) return undefined;
  const isSame = quiet.from.toMs === from.toMs && quiet.from.schedule === from.schedule;
  return isSame && nowMs >= quiet.sinceMs && nowMs < quiet.untilMs ? quiet.nextWakeMs : undefined;
}
