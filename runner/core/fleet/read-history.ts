import { omitUndefined } from '../base/omit-undefined.ts';
import type { Canary } from '../model/canary.ts';
import { historyFrom } from '../store/history.ts';
import type { RunStore } from '../store/ports.ts';
import type { HistoryEntry, RunSummary } from '../store/slots.ts';
import { cellOf, type RunCell } from './cells.ts';

/** The history of a canary, as far as it was read. */
export interface ReadHistory {
  /** Newest first. */
  readonly cells: readonly RunCell[];
  /** False if older outcomes were not read. */
  readonly isWhole: boolean;
  /** Reason of the newest outcome; empty for a pass without remarks. */
  readonly reason: string;
  /** The newest run that counts. */
  readonly lastRun?: RunSummary;
  /** Entries up to this moment do not change any more. */
  readonly settledMs: number;
  readonly watermarkMs?: number;
  /** Until then it is read again, although the watermark is the same. */
  readonly againUntilMs: number;
}

/** State of a canary's slots. */
export interface Slots {
  readonly watermarkMs: number | undefined;
  readonly isRunning: boolean;
  readonly nowMs: number;
}

const PAGE = 500;
/** Entries of a later page, of which most are known. */
const LATER_PAGE = 15;
/** A slot that waited for a worker appears below a newer one for so long. In milliseconds. */
const UNSETTLED_MS = 10 * 60_000;
/** A slot that the watermark has passed waits so long for its worker, mostly. In milliseconds. */
const CLAIMED_WITHIN_MS = 2 * 60_000;

/** True if the history of a canary may have changed since it was read. That of one without a schedule always may have. */
export function mayHaveChanged(
  { schedule }: Pick<Canary, 'schedule'>,
  known: ReadHistory | undefined,
  { watermarkMs, isRunning, nowMs }: Slots,
): boolean {
  if (known === undefined || schedule === undefined || isRunning) return true;
  return watermarkMs !== known.watermarkMs || nowMs < known.againUntilMs;
}

/** Nothing was read yet. */
const UNREAD: ReadHistory = {
  cells: [],
  isWhole: true,
  reason: '',
  settledMs: Number.NEGATIVE_INFINITY,
  againUntilMs: Number.NEGATIVE_INFINITY,
};

interface Reading {
  readonly runs: Pick<RunStore, 'history'>;
  /** Most entries of the canary. */
  readonly most: number;
  readonly slots: Slots;
}

/** Reads the part of a canary's history that is new, or may have changed. */
export async function readHistory(
  canary: Pick<Canary, 'name' | 'schedule'>,
  known: ReadHistory = UNREAD,
  reading: Reading,
): Promise<ReadHistory> {
  const { most, slots } = reading;
  const fresh = await freshEntries(canary.name, known, reading);
  const counted = fresh.flatMap((entry): readonly Counted[] => {
    const cell = cellOf(entry, canary.schedule !== undefined);
    return cell === undefined ? [] : [{ entry, cell }];
  });
  const older = fresh.length < most ? known.cells.filter(({ atMs }) => atMs <= known.settledMs) : [];
  const cells = [...counted.map(({ cell }) => cell), ...older];
  const newest = counted[0]?.entry;
  return {
    cells: cells.slice(0, most),
    isWhole: known.isWhole && fresh.length < most && cells.length <= most,
    reason: newest === undefined ? known.reason : (newest.reason ?? newest.run?.reason ?? ''),
    ...omitUndefined({ lastRun: counted.find(hasRun)?.entry.run ?? known.lastRun }),
    ...settling(fresh, known, slots),
  };
}

interface Counted {
  readonly entry: HistoryEntry;
  readonly cell: RunCell;
}

function hasRun({ entry }: Counted): boolean {
  return entry.run !== undefined;
}

/** The time up to which nothing changes any more, and the time until which more is to be expected. */
function settling(
  fresh: readonly HistoryEntry[],
  known: ReadHistory,
  { nowMs, watermarkMs, isRunning }: Slots,
): Pick<ReadHistory, 'settledMs' | 'watermarkMs' | 'againUntilMs'> {
  const oldestRunning = fresh.findLast(({ what }) => what === 'running');
  const isSame = watermarkMs === known.watermarkMs && !isRunning;
  return {
    settledMs: Math.min(nowMs - UNSETTLED_MS, (oldestRunning?.atMs ?? nowMs) - 1),
    againUntilMs: isSame ? known.againUntilMs : nowMs + CLAIMED_WITHIN_MS,
    ...omitUndefined({ watermarkMs }),
  };
}

/** The entries after the settled ones, newest first. */
async function freshEntries(
  canary: string,
  known: ReadHistory,
  { runs, most }: Reading,
): Promise<readonly HistoryEntry[]> {
  const page = known === UNREAD ? Math.min(most, PAGE) : LATER_PAGE;
  const fresh: HistoryEntry[] = [];
  for await (const entry of historyFrom(runs, { canary, page })) {
    if (entry.atMs <= known.settledMs) break;
    fresh.push(entry);
    if (fresh.length === most) break;
  }
  return fresh;
}
