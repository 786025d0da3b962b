/** A time in which the process did not run. Epoch milliseconds. */
export interface Standstill {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A timer that comes later than this after its time shows that the process stood still. */
const STANDSTILL_MS = 1_000;

/** Limit of the records: at least a quarter of an hour, longer than the longest run (14 minutes). */
const MOST = 1_000;

export class Standstills {
  readonly #known: Standstill[] = [];

  /** Records a timer that rang. True if the process stood still until now. */
  rang(setForMs: number, nowMs: number): boolean {
    const standstill = standstillAt(setForMs, nowMs);
    if (standstill === undefined) return false;
    this.#known.push(standstill);
    if (this.#known.length > MOST) this.#known.shift();
    return true;
  }

  /**
   * Length of the standstills that were not over by a moment, in milliseconds. `setForMs` is the time of the next timer: I/O that arrived
   * meanwhile may be handled before that timer rings.
   */
  sinceMs(sinceMs: number, setForMs: number, nowMs: number): number {
    const present = standstillAt(setForMs, nowMs);
    return lastedMs(present === undefined ? this.#known : [...this.#known, present], sinceMs);
  }
}

/** Length of the standstills that were not over by a moment, in milliseconds. */
export function lastedMs(standstills: readonly Standstill[], sinceMs: number): number {
  return standstills.reduce((sum, { fromMs, toMs }) => (toMs > sinceMs ? sum + toMs - fromMs : sum), 0);
}

function standstillAt(setForMs: number, nowMs: number): Standstill | undefined {
  return isStandstill(setForMs, nowMs) ? { fromMs: setForMs, toMs: nowMs } : undefined;
}

export function isStandstill(setForMs: number, nowMs: number): boolean {
  return nowMs - setForMs > STANDSTILL_MS;
}
