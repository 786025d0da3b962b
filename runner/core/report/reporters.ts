import type { Clock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import type { Reporter, ReporterEvents, ReporterMethods } from './reporter.ts';

/** All reporters of a process as one. Nothing here throws. */
export interface Reporters {
  /** True if some reporter receives the event; otherwise its value need not be computed. */
  has(event: keyof ReporterEvents): boolean;
  /** Gives the event to each reporter, and waits for none of them. */
  emit<Event extends keyof ReporterEvents>(event: Event, value: ReporterEvents[Event]): void;
  /** Ends each reporter after its unfinished methods; waits for no longer than `endWithinMs` in all. */
  end(): Promise<void>;
  /** The number of methods that failed or did not end since the last call. */
  takeFailures(): number;
}

/** Time limit and failures of all reporters. */
export interface ReportersOptions {
  readonly clock: Clock;
  readonly endWithinMs: number;
  /** Receives the error of a reporter: each message once until the next end, and 100 messages at most. */
  failed(reporter: string, thrown: unknown): void;
}

/** True for a promise. A reporter in plain JavaScript may give anything else. */
function isPromise(value: unknown): value is Promise<void> {
  return typeof value === 'object' && value !== null && 'catch' in value;
}

/** Joins reporters, so that none can disturb a run or another reporter. */
export function joinReporters(all: readonly Reporter[], options: ReportersOptions): Reporters {
  const pending = new Map<Promise<void>, Reporter>();
  const failed = onceEach(options.failed);
  const attempt = (reporter: Reporter, work: () => Promise<void> | void): void => {
    try {
      const begun = work();
      if (!isPromise(begun)) return;
      const settled = begun
        .catch((thrown: unknown) => failed.report(reporter.name, thrown))
        .finally(() => pending.delete(settled));
      pending.set(settled, reporter);
    } catch (thrown) {
      failed.report(reporter.name, thrown);
    }
  };
  const pendingOf = (reporter: Reporter) => [...pending].flatMap(([one, of]) => (of === reporter ? one : []));
  const endOne = async (reporter: Reporter, spent: AbortSignal): Promise<void> => {
    await Promise.all(pendingOf(reporter));
    if (!spent.aborted) attempt(reporter, () => reporter.onEnd?.());
    await Promise.all(pendingOf(reporter));
  };
  return {
    has: (event) => all.some((one) => one[event] !== undefined),
    emit: (event, value) => {
      for (const one of all) {
        const methods: ReporterMethods = one;
        attempt(one, () => methods[event]?.(value));
      }
    },
    end: async () => {
      const { clock, endWithinMs } = options;
      const spent = new AbortController();
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const forget = clock.at(clock.nowMs() + endWithinMs, () => {
        for (const { name } of pending.values())
          failed.report(name, new Error(`it did not end within ${formatDuration(endWithinMs)}`));
        spent.abort();
        for (const one of new Set(pending.values())) attempt(one, () => one.giveUp?.());
        pending.clear();
        resolve();
      });
      await Promise.race([Promise.all(all.map(async (one) => endOne(one, spent.signal))), over]);
      forget();
      failed.forget();
    },
    takeFailures: failed.take,
  };
}

/** Messages between two ends that are reported: those that quote a changing value would be lines without end. */
const MOST_MESSAGES = 100;

function onceEach(failed: ReportersOptions['failed']) {
  const known = new Set<string>();
  let count = 0;
  return {
    report: (reporter: string, thrown: unknown): void => {
      count += 1;
      const key = JSON.stringify([reporter, String(thrown)]);
      if (known.has(key) || known.size === MOST_MESSAGES) return;
      known.add(key);
      failed(reporter, thrown);
      if (known.size === MOST_MESSAGES) failed(reporter, new Error('further failures are counted only'));
    },
    forget: () => known.clear(),
    take: (): number => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
