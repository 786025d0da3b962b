import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Measures how long the event loop of this process is held up, from the moment at which it is made. */
export interface LoopDelay {
  /** The longest delay since the last call, in milliseconds, to about 20 ms. */
  longestMs(): number;
  end(): void;
}

/** Interval of a repeated timer, in milliseconds; its lateness is the delay. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e6;

/** Begins to measure. In a function, one for each invocation: between two of them the process is frozen. */
export function loopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    longestMs: () => {
      const { max } = histogram;
      histogram.reset();
      return Math.max(0, max / NANOSECONDS - RESOLUTION_MS);
    },
    end: () => void histogram.disable(),
  };
}
