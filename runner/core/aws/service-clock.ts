/** A service runs on many machines, whose clocks differ a little. In milliseconds. */
const SPREAD_MS = 100;
const MINUTE_MS = 60_000;
/**
 * Older observations are forgotten, since clocks drift and are set. A probe goes through each bus every five minutes (`PROBE_EVERY_MS`), so one
 * quick answer is always among those that are kept.
 */
const KEPT_MINUTES = 6;

/**
 * Converts moments of a service's clock into ours, as the latest possible moment, so that no clock difference puts an effect before its
 * cause. An answer is never dated after its receipt: each answer bounds how far the service's clock can be behind ours
 * (docs/decisions/0015-when-a-message-happened.md).
 */
export class ServiceClock {
  /** By minute, the greatest lower bound of the lead of the service's clock over ours, in milliseconds; negative if it is behind. */
  readonly #ahead = new Map<number, number>();
  readonly #leastAheadMs: number;

  /** `leastAheadMs`: a known lower bound of the lead before the first answer. @default none */
  constructor(leastAheadMs = Number.NEGATIVE_INFINITY) {
    this.#leastAheadMs = leastAheadMs;
  }

  /** Records an answer: `theirsMs` was over at `oursMs`. */
  observe(theirsMs: number, oursMs: number): void {
    const minute = Math.floor(oursMs / MINUTE_MS);
    this.#ahead.set(minute, Math.max(theirsMs - oursMs, this.#ahead.get(minute) ?? Number.NEGATIVE_INFINITY));
    for (const kept of this.#ahead.keys()) if (kept <= minute - KEPT_MINUTES) this.#ahead.delete(kept);
  }

  /** The latest moment, by our clock, for a moment of the service; the answer arrived at `heardAtMs`. */
  latestMs(theirsMs: number, heardAtMs: number): number {
    const ahead = Math.max(this.#leastAheadMs, ...this.#ahead.values());
    return Math.min(heardAtMs, theirsMs - ahead + SPREAD_MS);
  }
}

/** The latest moment that a date can stand for: one without milliseconds may be of any moment in its second. */
export function endOfGrain(atMs: number): number {
  return atMs % 1_000 === 0 ? atMs + 999 : atMs;
}
