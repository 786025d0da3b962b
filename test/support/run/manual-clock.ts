import type { Clock } from '../../../runner/core/base/clock.ts';
import { lastedMs, type Standstill } from '../../../runner/core/base/standstill.ts';

interface Appointment {
  readonly atMs: number;
  readonly fire: () => void;
}

/**
 * A clock that moves only when everybody waits: once nothing else is to be done, it jumps to the earliest appointment. So a
 * wait of thirty seconds costs a test nothing.
 */
export class ManualClock implements Clock {
  #nowMs: number;
  #appointments: Appointment[] = [];
  #moving = false;
  readonly #standstills: Standstill[] = [];

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(whenMs: number, fire: () => void): () => void {
    const appointment = { atMs: whenMs, fire };
    this.#appointments.push(appointment);
    this.#moveWhenIdle();
    return () => {
      this.#appointments = this.#appointments.filter((one) => one !== appointment);
    };
  }

  /** A sleep by this clock, for scripts of a harness. */
  async sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.at(this.#nowMs + ms, resolve);
    await promise;
  }

  /** Makes the runner stand still from a moment on, for so long: due timers come late. */
  standStill(atMs: number, forMs: number): void {
    this.at(atMs, () => {
      const fromMs = this.#nowMs;
      this.#nowMs += forMs;
      this.#standstills.push({ fromMs, toMs: this.#nowMs });
    });
  }

  stoodStillMs(sinceMs: number): number {
    return lastedMs(this.#standstills, sinceMs);
  }

  /** Number of open appointments: zero after a complete cleanup. */
  get open(): number {
    return this.#appointments.length;
  }

  #moveWhenIdle(): void {
    if (this.#moving) return;
    this.#moving = true;
    // Three turns of the event loop: long enough for promises and their consequences to settle.
    setImmediate(() => setImmediate(() => setImmediate(() => this.#move())));
  }

  #move(): void {
    this.#moving = false;
    const [next] = this.#appointments.toSorted((a, b) => a.atMs - b.atMs);
    if (next === undefined) return;
    this.#appointments = this.#appointments.filter((one) => one !== next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.fire();
    if (this.#appointments.length > 0) this.#moveWhenIdle();
  }
}
