import type { Cancellation } from '../core/base/cancellation.ts';
import type { Clock } from '../core/base/clock.ts';
import { unlessStoodStill } from './standstill.ts';

/** An ending that may follow another, and may have a deadline of its own. An AbortController takes ten times as much. */
export class Limit implements Cancellation {
  aborted = false;
  reason: unknown;
  readonly #parent: Cancellation | undefined;
  #listeners: (() => void)[] | undefined;
  #controller: AbortController | undefined;
  #forget: (() => void) | undefined;

  constructor(parent?: Cancellation) {
    this.#parent = parent;
    if (parent?.aborted === true) this.#follow();
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  /** The platform's signal, created at the first use: SDKs accept no other. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted) this.#controller.abort(this.reason);
    return this.#controller.signal;
  }

  addEventListener(_: 'abort', listener: () => void): void {
    // Most have one listener: a list of one takes a fifth of one that was pushed to.
    if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const at = this.#listeners?.lastIndexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }

  /** Aborts after `ms` with `reason()`, or with an error of the runner if that stood still meanwhile. */
  endIn(ms: number, clock: Clock, reason: () => Error): void {
    const sinceMs = clock.nowMs();
    this.#forget = clock.at(sinceMs + ms, () => this.#abort(unlessStoodStill(reason(), { clock, sinceMs })));
  }

  /** Takes the deadline back and stops following. */
  readonly end = (): void => {
    this.#forget?.();
    this.#parent?.removeEventListener('abort', this.#follow);
  };

  readonly #follow = (): void => this.#abort(this.#parent?.reason);

  #abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}

/** Aborts after `ms` with `reason()`, or when `parent` does, with its reason. */
export function limitedTo(
  ms: number,
  parent: Cancellation | undefined,
  clock: Clock,
  reason: () => Error,
): Limit {
  const limit = new Limit(parent);
  limit.endIn(ms, clock, reason);
  return limit;
}

/** An external signal with one listener, however many runs follow it: for each new one the platform scans all. */
class Follower implements Cancellation {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  get reason(): unknown {
    return this.#signal.reason as unknown;
  }

  addEventListener(_: 'abort', listener: () => void): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#tell, { once: true });
    this.#listeners.add(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#signal.removeEventListener('abort', this.#tell);
  }

  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };
}

const followers = new WeakMap<AbortSignal, Follower>();

export function followerOf(signal: AbortSignal): Cancellation {
  const follower = followers.get(signal) ?? new Follower(signal);
  followers.set(signal, follower);
  return follower;
}

/** @throws the reason of the cancellation, if it is cancelled. */
export function throwIfAborted({ aborted, reason }: Cancellation): void {
  if (aborted) throw reason as Error;
}

/** Result of `work`; if the cancellation comes first, throws its reason and abandons the work. */
export async function raceAbort<T>(work: Promise<T>, ending: Cancellation): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(ending.reason);
    if (ending.aborted) abort();
    else ending.addEventListener('abort', abort, { once: true });
    const settled = (settle: () => void): void => {
      ending.removeEventListener('abort', abort);
      settle();
    };
    work.then(
      (value) => settled(() => resolve(value)),
      (thrown: Error) => settled(() => reject(thrown)),
    );
  });
}

/** Sleeps until woken, until a moment, or until the ending, whichever is first. Never throws. */
export class Nap {
  readonly #clock: Clock;
  readonly #ending: Cancellation;
  #woken = false;
  #rise: (() => void) | undefined;
  #forget: (() => void) | undefined;

  constructor(clock: Clock, ending: Cancellation) {
    this.#clock = clock;
    this.#ending = ending;
  }

  /** Ends the present sleep, or the next one before it begins. */
  readonly wake = (): void => {
    const rise = this.#rise;
    this.#woken = rise === undefined;
    if (rise === undefined) return;
    this.#rise = undefined;
    this.#forget?.();
    this.#ending.removeEventListener('abort', this.wake);
    rise();
  };

  /** Clears the wake-ups so far, which are about to be handled. */
  settle(): void {
    this.#woken = false;
  }

  /** A plain promise, and no async function in between: ten thousand runs may wait here. */
  until(atMs: number): Promise<void> {
    const awake = this.#woken || this.#ending.aborted;
    this.#woken = false;
    if (awake) return Promise.resolve();
    return new Promise((resolve) => {
      this.#rise = resolve;
      this.#forget = atMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.at(atMs, this.wake);
      this.#ending.addEventListener('abort', this.wake, { once: true });
    });
  }
}

/** Yields: work that is ready elsewhere goes on first. */
export function othersFirst(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.at(clock.nowMs(), resolve));
}
