import type { Clock } from '../../../runner/core/base/clock.ts';

/** Events at the crash points of a run. */
interface Events {
  /** Something is done at the n-th moment: a port is called, or gives back; an appointment is made, or kept. */
  readonly at?: number;
  readonly happens?: () => void;
  /** The n-th call of a port never gives back. */
  readonly stuck?: number;
}

/** The moments of a run at which something else may happen, counted from 1. */
export class CrashPoints {
  readonly #events: Events;
  readonly #open = new Set<() => void>();
  /** Those that were passed, and the calls among them, in order. */
  readonly passed: string[] = [];
  readonly calls: string[] = [];

  constructor(events: Events) {
    this.#events = events;
  }

  readonly pass = (name: string): void => {
    this.passed.push(name);
    if (this.passed.length === this.#events.at) this.#events.happens?.();
  };

  /** The same function, with a crash point before it and one after it. */
  around<Args extends readonly unknown[], Result>(
    name: string,
    port: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return async (...args) => {
      this.calls.push(name);
      if (this.calls.length === this.#events.stuck) return new Promise(() => {});
      this.pass(`${name} begins`);
      try {
        return await port(...args);
      } finally {
        this.pass(`${name} ends`);
      }
    };
  }

  /** Number of appointments by that clock that were neither kept nor cancelled. */
  get open(): number {
    return this.#open.size;
  }

  /** The same clock, with a crash point at each appointment made and each kept. */
  clock(clock: Clock): Clock {
    return {
      nowMs: () => clock.nowMs(),
      stoodStillMs: (sinceMs) => clock.stoodStillMs(sinceMs),
      at: (whenMs, fire) => {
        this.pass('an appointment is made');
        this.#open.add(fire);
        const forget = clock.at(whenMs, () => {
          this.#open.delete(fire);
          this.pass('an appointment is kept');
          fire();
        });
        return () => {
          this.#open.delete(fire);
          forget();
        };
      },
    };
  }
}
