import { formatDuration } from '../../../core/base/duration.ts';
import { isoSecond, visible } from '../../../core/base/format.ts';
import { DAMAGED } from '../../../core/store/damaged.ts';
import { placeOf } from '../../../core/store/history.ts';
import type { AlertStore, LoggedAttempt, PageAsk, RunStore } from '../../../core/store/ports.ts';
import type { HistoryEntry, HistoryPlace } from '../../../core/store/slots.ts';

/** A page of history, ready to be printed. */
export interface Listing {
  /** The member of the JSON that holds the entries. */
  readonly member: 'history' | 'notices';
  readonly heads: readonly string[];
  readonly entries: readonly ListedEntry[];
}

interface ListedEntry {
  readonly place: HistoryPlace;
  readonly json: object;
  readonly cells: readonly string[];
}

/** Slots, and runs that count for none. */
export async function listRuns(runs: Pick<RunStore, 'history'>, ask: PageAsk): Promise<Listing> {
  const entries = (await runs.history(ask)).map((entry) => ({
    place: placeOf(entry),
    json: entry,
    cells: runCells(entry),
  }));
  return { member: 'history', heads: ['WHEN', 'CANARY', 'OUTCOME', 'TOOK', 'RUN', 'WHY'], entries };
}

/** Attempts to send notices. */
export async function listNotices(alerts: Pick<AlertStore, 'attempts'>, ask: PageAsk): Promise<Listing> {
  const entries = (await alerts.attempts(ask)).map((one) => ({
    place: one,
    json: one.attempt ?? { canary: one.canary, atMs: one.atMs, damaged: true },
    cells: attemptCells(one),
  }));
  const heads = ['WHEN', 'CANARY', 'CHANNEL', 'NOTICE', 'INCIDENT', 'TRY', 'RESULT', 'WHY'];
  return { member: 'notices', heads, entries };
}

/** A page as a table of columns. */
export function formatTable({ heads, entries }: Listing): string {
  const table = [heads, ...entries.map(({ cells }) => cells)];
  const widths = table.reduce<readonly number[]>(
    (widest, cells) => cells.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${table.map(line).join('\n')}\n`;
}

function runCells({ canary, atMs, what, count, run, reason }: HistoryEntry): readonly string[] {
  const outcome = run === undefined ? what : `${run.verdict}${SUFFIXES[what] ?? ''}`;
  return [
    isoSecond(atMs),
    canary,
    count === 1 ? outcome : `${outcome} ×${count}`,
    run === undefined ? '-' : formatDuration(run.durationMs),
    run?.runId ?? '-',
    visible(run?.reason ?? reason ?? ''),
  ];
}

function attemptCells({ canary, atMs, attempt }: LoggedAttempt): readonly string[] {
  const when = isoSecond(atMs);
  if (attempt === undefined) return [when, canary, '-', '-', '-', '-', '-', DAMAGED];
  const { channel, kind, incident, number, result, reason } = attempt;
  return [when, canary, channel, kind, incident, String(number), result, visible(reason)];
}

/** Remarks for runs that count for no slot. */
const SUFFIXES: Readonly<Partial<Record<HistoryEntry['what'], string>>> = {
  late: ' (late)',
  extra: ' (not counted)',
};
