import type { Clock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import type { Reporter, ReporterEvents, ReporterMethods } from './reporter.ts';

/** All reporters of a process as one. Nothing here throws. */
export interface Reporters {
  /** True if some reporter receives the event; otherwise its value need not be computed. */
  has(event: keyof ReporterEvents): boolean;
  /** Gives the event to each reporter, and waits for none of them. */
  emit<Event extends keyof ReporterEvents>(event: Event, value: ReporterEvents[Event]): void;
  /** Waits for unfinished methods, then ends each reporter; for no longer than `endWithinMs` in all. */
  end(): Promise<void>;
  /** The number of methods that failed or did not end since the last call. */
  takeFailures(): number;
}

/** Time limit and failures of all reporters. */
export interface ReportersOptions {
  readonly clock: Clock;
  readonly endWithinMs: number;
  /** Receives the error of a reporter: each message once until the next end. */
  failed(reporter: string, thrown: unknown): void;
}

/** True for a promise. A reporter in plain JavaScript may give anything else. */
function isPromise(value: unknown): value is Promise<void> {
  return typeof value === 'object' && value !== null && 'catch' in value;
}

/** Joins reporters, so that none can disturb a run or another reporter. */
export function joinReporters(all: readonly Reporter[], options: ReportersOptions): Reporters {
  const pending = new Map<Promise<void>, string>();
  const failed = onceEach(options.failed);
  const attempt = (reporter: string, work: () => Promise<void> | void): void => {
    try {
      const begun = work();
      if (!isPromise(begun)) return;
      const settled = begun
        .catch((thrown: unknown) => failed.report(reporter, thrown))
        .finally(() => pending.delete(settled));
      pending.set(settled, reporter);
    } catch (thrown) {
      failed.report(reporter, thrown);
    }
  };
  const endAll = async (): Promise<void> => {
    await Promise.all(pending.keys());
    for (const one of all) attempt(one.name, () => one.onEnd?.());
    await Promise.all(pending.keys());
  };
  return {
    has: (event) => all.some((one) => one[event] !== undefined),
    emit: (event, value) => {
      for (const one of all) {
        const methods: ReporterMethods = one;
        attempt(one.name, () => methods[event]?.(value));
      }
    },
    end: async () => {
      const { clock, endWithinMs } = options;
      const { promise: spent, resolve } = Promise.withResolvers<void>();
      const forget = clock.at(clock.nowMs() + endWithinMs, () => {
        for (const reporter of pending.values())
          failed.report(reporter, new Error(`it did not end within ${formatDuration(endWithinMs)}`));
        pending.clear();
        resolve();
      });
      await Promise.race([endAll(), spent]);
      forget();
      failed.forget();
    },
    takeFailures: failed.take,
  };
}

function onceEach(failed: ReportersOptions['failed']) {
  const known = new Set<string>();
  let count = 0;
  return {
    report: (reporter: string, thrown: unknown): void => {
      count += 1;
      const key = JSON.stringify([reporter, String(thrown)]);
      if (known.has(key)) return;
      known.add(key);
      failed(reporter, thrown);
    },
    forget: () => known.clear(),
    take: (): number => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
