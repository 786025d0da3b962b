/** A time in which the process did not run. Epoch milliseconds. */
export interface Standstill {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A timer that comes later than this after its time shows that the process stood still. */
const STANDSTILL_MS = 1_000;

/** So many are remembered: a quarter of an hour at least, longer than a run may take (14 minutes). */
const MOST = 1_000;

/** The standstills of a process, as its timers show them. */
export class Standstills {
  readonly #known: Standstill[] = [];

  /** Told of a timer that rings. True if the process stood still until now. */
  rang(setForMs: number, nowMs: number): boolean {
    const standstill = standstillAt(setForMs, nowMs);
    if (standstill === undefined) return false;
    this.#known.push(standstill);
    if (this.#known.length > MOST) this.#known.shift();
    return true;
  }

  /**
   * The length of the standstills that were not over by a moment, in milliseconds. `setForMs` is the moment for which the
   * next timer is set: what arrived meanwhile may be handled before that timer rings.
   */
  sinceMs(sinceMs: number, setForMs: number, nowMs: number): number {
    const present = standstillAt(setForMs, nowMs);
    return lastedMs(present === undefined ? this.#known : [...this.#known, present], sinceMs);
  }
}

/** The length of the standstills that were not over by a moment, in milliseconds. */
export function lastedMs(standstills: readonly Standstill[], sinceMs: number): number {
  return standstills.reduce((sum, { fromMs, toMs }) => (toMs > sinceMs ? sum + toMs - fromMs : sum), 0);
}

function standstillAt(setForMs: number, nowMs: number): Standstill | undefined {
  return isStandstill(setForMs, nowMs) ? { fromMs: setForMs, toMs: nowMs } : undefined;
}

/** True if a timer that was set for one moment and rings at another shows that the process stood still. */
export function isStandstill(setForMs: number, nowMs: number): boolean {
  return nowMs - setForMs > STANDSTILL_MS;
}
