import type { Clock } from '../core/base/clock.ts';
import { unlessStoodStill } from './standstill.ts';

/** A signal with a deadline of its own; `end` takes the deadline back. */
export interface Deadline {
  readonly signal: AbortSignal;
  end(): void;
}

/**
 * Aborts after `ms` with `reason()`, or when `parent` does, with its reason. An error of the runner takes the place of `reason()` if
 * the runner stood still meanwhile. All deadlines wait in the clock's one heap, which a signal of the platform's own would not.
 */
export function deadlineIn(
  ms: number,
  parent: AbortSignal | undefined,
  clock: Clock,
  reason: () => Error,
): Deadline {
  const controller = new AbortController();
  const sinceMs = clock.nowMs();
  const forget = clock.at(sinceMs + ms, () =>
    controller.abort(unlessStoodStill(reason(), { clock, sinceMs })),
  );
  const follow = (): void => controller.abort(parent?.reason);
  if (parent?.aborted === true) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      forget();
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** Result of `work`; if the signal aborts first, throws its reason and abandons the work. */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const settled = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      settle();
    };
    work.then(
      (value) => settled(() => resolve(value)),
      (thrown: Error) => settled(() => reject(thrown)),
    );
  });
}

/** Sleeps until a moment or the end of a signal, whichever is first. Never throws. */
export async function sleepUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  await new Sleep(clock, signal).until(atMs);
}

/** A sleep that may be ended early, also before it begins. */
export class Sleep {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #woken = false;
  #rise: (() => void) | undefined;
  #forget: (() => void) | undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Ends the present sleep, or the next one before it begins. */
  readonly wake = (): void => {
    const rise = this.#rise;
    this.#woken = rise === undefined;
    if (rise === undefined) return;
    this.#rise = undefined;
    this.#forget?.();
    this.#signal.removeEventListener('abort', this.wake);
    rise();
  };

  /** Clears the wake-ups so far, which are about to be handled. */
  reset(): void {
    this.#woken = false;
  }

  /** Never throws. A plain promise, and no async function in between: ten thousand runs may wait here. */
  until(atMs: number): Promise<void> {
    const awake = this.#woken || this.#signal.aborted;
    this.#woken = false;
    if (awake) return Promise.resolve();
    return new Promise((resolve) => {
      this.#rise = resolve;
      this.#forget = atMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.at(atMs, this.wake);
      this.#signal.addEventListener('abort', this.wake, { once: true });
    });
  }
}

/** Yields: work that is ready elsewhere goes on first. */
export function yieldTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.at(clock.nowMs(), resolve));
}
