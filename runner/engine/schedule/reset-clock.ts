import {
  type AheadRecord,
  type Reset,
  resetAlerts,
  resetCleanup,
  resetEntry,
  resetRunning,
  resetWatermark,
} from '../../core/store/clock-ahead.ts';
import { historyFrom } from '../../core/store/history.ts';
import type { StateStore } from '../../core/store/ports.ts';
import type { HistoryEntry } from '../../core/store/slots.ts';

export interface ResetClockAsk {
  /** By a clock that is right, epoch milliseconds. */
  readonly nowMs: number;
  /** Unique id of this write. */
  readonly writer: string;
  /** True to list the records and change nothing. */
  readonly dryRun: boolean;
}

const PAGE = 100; // entries
const MOST_CLEANUPS = 10_000;

/**
 * Brings back every record that a clock ahead of now has left, and returns those records. Killed in between, it is repeated. No process may
 * watch the state meanwhile by a clock that is still ahead.
 */
export async function resetClock(store: StateStore, ask: ResetClockAsk): Promise<readonly AheadRecord[]> {
  const { runs, alerts, cleanups, repairs } = store;
  const { nowMs, writer } = ask;
  const { running, watermarks } = await runs.planning();
  const due = await cleanups.due({ byMs: Number.MAX_SAFE_INTEGER, most: MOST_CLEANUPS });
  // Watermarks go last: until then nothing is planned.
  return [
    ...(await resetEach(running, ask, {
      kind: 'slot',
      nameOf: ({ canary }) => canary,
      reset: resetRunning,
      write: async (found, to = found) => repairs.end(found, to),
    })),
    ...(await resetEach(await entriesAfter(store, nowMs), ask, {
      kind: 'slot',
      nameOf: ({ canary }) => canary,
      reset: resetEntry,
      write: async (found, to) => repairs.refile(found, to),
    })),
    ...(await resetEach(await alerts.all(), ask, {
      kind: 'alerts',
      nameOf: ({ canary }) => canary,
      reset: resetAlerts,
      write: async (found, to = found) => alerts.save({ ...to, writer }, found.version),
    })),
    ...(await resetEach(due, ask, {
      kind: 'cleanup',
      nameOf: ({ runId }) => runId,
      reset: resetCleanup,
      write: async (found, to = found) => cleanups.save({ ...to, writer }, found.version),
    })),
    ...(await resetEach([...watermarks], ask, {
      kind: 'watermark',
      nameOf: ([canary]) => canary,
      reset: ([, found], atMs) => resetWatermark(found, atMs),
      write: async ([canary], to) => to && repairs.rewind(canary, to),
    })),
  ];
}

/** The treatment of records of one kind. */
interface Treatment<Found, Stored> {
  readonly kind: AheadRecord['kind'];
  nameOf(found: Found): string;
  reset(found: Found, nowMs: number): Reset<Stored> | undefined;
  /** Without a record to write, the found one is removed. */
  write(found: Found, to: Stored | undefined): Promise<unknown>;
}

async function resetEach<Found, Stored>(
  records: readonly Found[],
  { nowMs, dryRun }: ResetClockAsk,
  { kind, nameOf, reset, write }: Treatment<Found, Stored>,
): Promise<readonly AheadRecord[]> {
  const ahead: AheadRecord[] = [];
  for (const found of records) {
    const change = reset(found, nowMs);
    if (change === undefined) continue;
    if (!dryRun) await write(found, change.write);
    ahead.push({ kind, name: nameOf(found), atMs: change.atMs });
  }
  return ahead;
}

/** The slots and runs of all canaries after a moment. */
async function entriesAfter({ runs }: StateStore, afterMs: number): Promise<readonly HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  for await (const entry of historyFrom(runs, { page: PAGE })) {
    if (entry.atMs <= afterMs) break;
    found.push(entry);
  }
  return found;
}
