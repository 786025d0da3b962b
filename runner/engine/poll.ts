import { CanaryError, ObserverError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Look, Watch } from '../kinds/kind.ts';
import { Nap, orAborted } from './wait.ts';

/** What one look came to: something seen, or a reason why not. */
export interface Glance {
  readonly look?: Look;
  /** The system could not be reached, or we could not look. Neither ends the poll, unless it is lasting. */
  readonly fault?: CanaryError;
  readonly atMs: number;
  /** How many looks there were, this one included. */
  readonly count: number;
  /** True for the look that ends the window. */
  readonly last: boolean;
}

/** One watch, looked at until its step is decided. */
export interface Poll<Decision> {
  readonly clock: Clock;
  readonly watch: Watch;
  readonly pauseMs: { readonly first: number; readonly longest: number };
  /** Earlier evidence does not count. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  sortFault(thrown: unknown): unknown;
  /** When the window ends, as far as is known by now; it may move. */
  endsAtMs(): number;
  /** The decision, or undefined to go on. It must decide on the last look. */
  decide(glance: Glance): Decision | undefined;
  /** Given the function that ends a pause early, for windows that end by something else than time. */
  onNap?(wake: () => void): void;
}

/**
 * Looks again and again: what a tap delivers wakes it, anything else is polled with a pause of a quarter of the time
 * elapsed (performance figures, C). There is always one last look when the window ends.
 * @throws what the watch throws that looking again cannot mend, and the signal's reason when it is aborted.
 */
export async function poll<Decision>(asked: Poll<Decision>): Promise<Decision> {
  const { clock, watch, signal } = asked;
  const nap = new Nap(clock, signal);
  asked.onNap?.(nap.wake);
  const unsubscribe = watch.subscribe?.(nap.wake);
  return lookOn(asked, nap).finally(() => unsubscribe?.());
}

async function lookOn<Decision>(asked: Poll<Decision>, nap: Nap): Promise<Decision> {
  const startedAtMs = asked.clock.nowMs();
  let decision: Decision | undefined;
  for (let count = 1; decision === undefined; count += 1) {
    const last = asked.clock.nowMs() >= asked.endsAtMs();
    decision = asked.decide(await glanceAt(asked, count, last));
    if (decision === undefined) await napUntilNext(asked, nap, startedAtMs);
  }
  return decision;
}

async function napUntilNext<Decision>(asked: Poll<Decision>, nap: Nap, startedAtMs: number): Promise<void> {
  await nap.until(nextLookMs(asked, startedAtMs));
  asked.signal.throwIfAborted();
}

function nextLookMs<Decision>(
  { clock, watch, pauseMs, endsAtMs }: Poll<Decision>,
  startedAtMs: number,
): number {
  if (watch.subscribe !== undefined) return endsAtMs();
  const nowMs = clock.nowMs();
  const pause = Math.min(Math.max((nowMs - startedAtMs) / 4, pauseMs.first), pauseMs.longest);
  return Math.min(nowMs + pause, endsAtMs());
}

async function glanceAt<Decision>(asked: Poll<Decision>, count: number, last: boolean): Promise<Glance> {
  const { clock, watch, sinceMs, signal } = asked;
  try {
    const look = await orAborted(watch.look({ sinceMs, last }), signal);
    return { look, atMs: clock.nowMs(), count, last };
  } catch (thrown) {
    signal.throwIfAborted();
    const fault = asked.sortFault(thrown);
    const passing =
      fault instanceof CanaryError &&
      fault.blame !== 'definition' &&
      !(fault instanceof ObserverError && fault.lasting);
    if (!passing) throw fault;
    return { fault, atMs: clock.nowMs(), count, last };
  }
}
