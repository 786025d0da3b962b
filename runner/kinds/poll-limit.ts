import type { WatchContext } from './kind.ts';

/** A longer poll is abandoned, in milliseconds, so that the deadline applies to a source that never answers. */
export const LONGEST_POLL_MS = 10_000;

/** The limit of one poll: its signal, and a function that ends it. The signal is aborted with the error of `late`. */
export function pollLimit(late: () => Error, { clock, signal }: Pick<WatchContext, 'clock' | 'signal'>) {
  const over = new AbortController();
  const end = clock.at(clock.nowMs() + LONGEST_POLL_MS, () => over.abort(late()));
  return { signal: AbortSignal.any([signal, over.signal]), end };
}
