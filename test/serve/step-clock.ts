import type { Clock } from '../../runner/core/base/clock.ts';

/** A clock that moves by its own method only, for servers that wait for their readers without end. */
export class StepClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #due = new Set<{ readonly atMs: number; readonly fire: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, fire: () => void): () => void {
    const one = { atMs, fire };
    this.#due.add(one);
    return () => this.#due.delete(one);
  }

  stoodStillMs(): number {
    return 0;
  }

  /** Moves on, and fires what is due by then. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const one of [...this.#due].toSorted((a, b) => a.atMs - b.atMs)) {
      if (one.atMs > this.#nowMs || !this.#due.delete(one)) continue;
      one.fire();
    }
  }
}
