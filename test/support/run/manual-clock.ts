import type { Clock } from '../../../runner/core/base/clock.ts';
import { lastedMs, type Standstill } from '../../../runner/core/base/standstill.ts';

interface Appointment {
  readonly atMs: number;
  /** Orders appointments of one moment. */
  readonly number: number;
  readonly fire: () => void;
}

/**
 * A clock that moves only when everybody waits: once nothing else is to be done, it jumps to the earliest appointment. So a
 * wait of thirty seconds costs a test nothing.
 */
export class ManualClock implements Clock {
  #nowMs: number;
  /** The earliest first. */
  readonly #appointments: Appointment[] = [];
  #made = 0;
  #moving = false;
  readonly #standstills: Standstill[] = [];

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(whenMs: number, fire: () => void): () => void {
    this.#made += 1;
    const appointment = { atMs: whenMs, number: this.#made, fire };
    this.#appointments.splice(this.#placeOf(appointment), 0, appointment);
    this.#moveWhenIdle();
    return () => {
      const place = this.#placeOf(appointment);
      if (this.#appointments[place] === appointment) this.#appointments.splice(place, 1);
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

  /** The number of earlier appointments, by halves: a crowd of thousands waits in some tests. */
  #placeOf({ atMs, number }: Appointment): number {
    let from = 0;
    let to = this.#appointments.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const one = this.#appointments[middle] as Appointment;
      if (one.atMs < atMs || (one.atMs === atMs && one.number < number)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #moveWhenIdle(): void {
    if (this.#moving) return;
    this.#moving = true;
    // Three turns of the event loop: long enough for promises and their consequences to settle.
    setImmediate(() => setImmediate(() => setImmediate(() => this.#move())));
  }

  #move(): void {
    this.#moving = false;
    const next = this.#appointments.shift();
    if (next === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.fire();
    if (this.#appointments.length > 0) this.#moveWhenIdle();
  }
}
