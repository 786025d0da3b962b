import type { ZonedCron } from '../model/project.ts';
import { type Cron, type LocalMs, matchesIn, nextMatchMs } from './calendar.ts';
import { cronOf } from './cron.ts';
import { type Stretch, stretchesOf } from './time-zone.ts';

const HOUR_MS = 3_600_000;
const FIFTY_YEARS_MS = 50 * 366 * 24 * HOUR_MS;
/** More than any zone differs from UTC, and more than any change of clocks sets them back or forward. */
const MOST_OFFSET_MS = 16 * HOUR_MS;
const MOST_CHANGE_MS = 36 * HOUR_MS;

/**
 * The first slot of a cron after a moment, or undefined if there is none within fifty years.
 *
 * Clock changes follow one rule, that of Debian's cron. If the minute or the hour begins with `*`, the cron is due whenever the
 * clocks show one of its times. A repeated hour counts twice, a skipped one not at all. Any other is due once for each of its
 * times. That is at the first of two such moments or, if the clocks skip it, right after the change.
 */
export function nextCronMs({ cron, timezone }: ZonedCron, afterMs: number): number | undefined {
  const times = cronOf(cron);
  const fromMs = Math.floor(afterMs) + 1;
  if (times.isContinuous) return nextShownMs(times, timezone, fromMs);
  const local = nextMatchMs(times, reachedMs(timezone, fromMs));
  return local === undefined ? undefined : firstAtMs(timezone, local);
}

/** Number of slots of a cron after one moment and up to another. The cost grows with the months between. */
export function countCron({ cron, timezone }: ZonedCron, afterMs: number, untilMs: number): number {
  const times = cronOf(cron);
  const [lastMs, endMs] = [Math.floor(afterMs), Math.floor(untilMs) + 1];
  if (times.isContinuous) {
    const shown = stretchesOf(timezone, lastMs + 1, endMs).map((stretch) =>
      matchesIn(times, stretch.startMs + stretch.offsetMs, stretch.endMs + stretch.offsetMs),
    );
    return sumOf(shown);
  }
  // The times that the clocks skip, and the one at which they go on, are one slot.
  const stretches = stretchesOf(timezone, lastMs, endMs);
  const merged = stretches.slice(1).map(({ startMs, offsetMs }, index) => {
    const skippedMs = startMs + (stretches[index] as Stretch).offsetMs;
    return Math.max(1, matchesIn(times, skippedMs, Math.max(skippedMs, startMs + offsetMs + 1))) - 1;
  });
  return matchesIn(times, reachedMs(timezone, lastMs + 1), reachedMs(timezone, endMs)) - sumOf(merged);
}

/** The first moment, at or after another, at which the clocks show a time of the cron. */
function nextShownMs(times: Cron, timezone: string, startMs: number): number | undefined {
  let fromMs = startMs;
  while (fromMs < startMs + FIFTY_YEARS_MS) {
    const searchedMs = fromMs + MOST_CHANGE_MS;
    let offsetMs = 0;
    for (const stretch of stretchesOf(timezone, fromMs, searchedMs)) {
      offsetMs = stretch.offsetMs;
      const local = nextMatchMs(times, stretch.startMs + offsetMs);
      if (local !== undefined && local - offsetMs < stretch.endMs) return local - offsetMs;
    }
    const local = nextMatchMs(times, searchedMs + offsetMs);
    if (local === undefined) return undefined;
    // No clock change can bring that time, or show an earlier one again, much before the present offset would.
    fromMs = Math.max(searchedMs, local - offsetMs - MOST_CHANGE_MS);
  }
  return undefined;
}

/** The first local time that the clocks had not reached before a moment; a repeated one counts as reached. */
function reachedMs(timezone: string, beforeMs: number): LocalMs {
  const stretches = stretchesOf(timezone, beforeMs - MOST_CHANGE_MS, beforeMs);
  return Math.max(...stretches.map(({ endMs, offsetMs }) => endMs + offsetMs));
}

/** The first moment at which the clocks show a local time or a later one. */
function firstAtMs(timezone: string, local: LocalMs): number {
  const stretches = stretchesOf(timezone, local - MOST_OFFSET_MS, local + MOST_OFFSET_MS);
  const moments = stretches.map(({ startMs, offsetMs }) => Math.max(startMs, local - offsetMs));
  const index = moments.findIndex((moment, at) => moment < (stretches[at] as Stretch).endMs);
  return moments[index] as number;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, one) => sum + one, 0);
}
