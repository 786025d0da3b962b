import { feedNameOf } from '../../runner/core/aws/feed.ts';
import type { Clock } from '../../runner/core/base/clock.ts';
import type { TapDefinition } from '../../runner/core/model/project.ts';
import type { Journal, JournalEntry } from '../../runner/core/taps/ports.ts';
import { PROBE } from '../../runner/core/taps/probe.ts';

/** A probe as a tap on a bus brings it. */
export const PROBE_EVENT = { id: 'p1', source: PROBE, detail: {} };

/** The journal's entry for a probe that came out of a tap. */
export function probeEntry(feed: string, receivedAtMs: number): JournalEntry {
  return {
    feed,
    id: `control-${receivedAtMs}`,
    keys: [PROBE],
    receivedAtMs,
    happenedAtMs: receivedAtMs,
    data: {},
  };
}

/** A probe that comes out of its tap at once. */
export function provenBy(journal: Journal, clock: Clock): (on: TapDefinition['on']) => Promise<string> {
  return async (on) => {
    await journal.append([probeEntry(feedNameOf(on), clock.nowMs())]);
    return 'probe';
  };
}
