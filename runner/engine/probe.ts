import { sayDuration } from '../core/duration.ts';
import { ObserverError } from '../core/errors.ts';
import type { Clock, Journal } from '../core/ports.ts';
import { unlessStoodStill } from './standstill.ts';

/** What a tap's control events need. */
export interface ProbeOf {
  readonly feed: string;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Sends a control event, and gives the run id that it carries. */
  send(): Promise<string>;
}

/** Control events of a tap: each minute one is sent, and must come back. */
export interface Probe {
  /** @throws ObserverError when the newest control event should have come back by now, and has not. */
  check(): Promise<void>;
  stop(): void;
}

const EVERY_MS = 60_000;
const LONGEST_WAY_MS = 10_000; // EventBridge delivers in well under a second, at its 99th percentile

/** Starts sending control events. One that could not be sent says nothing of the tap. */
export function startProbe({ feed, journal, clock, send }: ProbeOf): Probe {
  let newest: { readonly id: string; readonly sentAtMs: number } | undefined;
  let forget = (): void => {};
  const sendOne = async (): Promise<void> => {
    const sentAtMs = clock.nowMs();
    forget = clock.at(sentAtMs + EVERY_MS, () => void sendOne());
    await send().then(
      (id) => {
        newest = { id, sentAtMs };
      },
      () => {
        newest = undefined;
      },
    );
  };
  void sendOne();
  return {
    check: async () => {
      if (newest === undefined || clock.nowMs() - newest.sentAtMs < LONGEST_WAY_MS) return;
      const { id: key, sentAtMs } = newest;
      if ((await journal.read({ feed, key, sinceMs: 0 })).length > 0) return;
      const ago = sayDuration(clock.nowMs() - sentAtMs);
      const lost = new ObserverError(
        `The tap on ${feed} did not bring back its control event of ${ago} ago, so it may miss others. Look at its rule and queue.`,
      );
      throw unlessStoodStill(lost, { clock, sinceMs: sentAtMs });
    },
    stop: () => forget(),
  };
}
