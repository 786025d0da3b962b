/** A service has many machines, whose clocks differ a little. In milliseconds. */
const SPREAD_MS = 100;
/** Older observations are forgotten, since clocks drift and are set. */
const MOST_KEPT = 50;

/**
 * Moments of a service's clock by our own, as the latest that they can have been, so that no difference of the clocks makes an
 * effect older than its cause. What the service said is never from after it was heard: each answer bounds how far its clock
 * can be behind ours (docs/decisions/0015-when-a-message-happened.md).
 */
export class ServiceClock {
  /** By how much its clock is at least ahead of ours, in milliseconds; negative if it is behind. */
  readonly #ahead: number[] = [];
  readonly #leastAheadMs: number;

  /** `leastAheadMs`: what is known of the clocks before anything is heard. @default nothing */
  constructor(leastAheadMs = Number.NEGATIVE_INFINITY) {
    this.#leastAheadMs = leastAheadMs;
  }

  /** The service named a moment that was over when we heard of it. */
  heard(theirsMs: number, oursMs: number): void {
    this.#ahead.push(theirsMs - oursMs);
    if (this.#ahead.length > MOST_KEPT) this.#ahead.shift();
  }

  /** The latest moment, by our clock, that a moment of theirs can have been; it was heard of at `heardAtMs`. */
  latestMs(theirsMs: number, heardAtMs: number): number {
    const ahead = Math.max(this.#leastAheadMs, ...this.#ahead);
    return Math.min(heardAtMs, theirsMs - ahead + SPREAD_MS);
  }
}

/** The latest moment that a date can stand for: one without milliseconds may be of any moment in its second. */
export function endOfGrain(atMs: number): number {
  return atMs % 1_000 === 0 ? atMs + 999 : atMs;
}
