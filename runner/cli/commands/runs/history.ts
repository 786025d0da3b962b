import { formatDuration } from '../../../core/base/duration.ts';
import { isoSecond, visible, visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import type { HistoryEntry } from '../../../core/store/slots.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';

export interface HistoryOptions extends ReadOptions {
  readonly canary?: string;
  readonly limit: number;
  readonly format: 'text' | 'json';
}

/** `coalmine history`: the outcome of each slot, and of runs on demand, newest first. */
export async function history(paths: readonly string[], options: HistoryOptions, io: Io): Promise<number> {
  return withStore(paths, options, io, async ({ runs }) => {
    const { canary, limit, format } = options;
    const entries = await runs.history({ most: limit, ...omitUndefined({ canary }) });
    io.stdout.write(
      format === 'json' ? `${visibleJson({ history: entries }, 2)}\n` : formatHistory(entries, canary),
    );
    return EXIT.good;
  });
}

function formatHistory(entries: readonly HistoryEntry[], canary: string | undefined): string {
  if (entries.length === 0)
    return canary === undefined ? 'Nothing has run yet.\n' : `No run of '${canary}' is known.\n`;
  const table = [['WHEN', 'CANARY', 'OUTCOME', 'TOOK', 'RUN', 'WHY'], ...entries.map(row)];
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

function row({ canary, atMs, what, count, run, reason }: HistoryEntry): readonly string[] {
  const outcome = run === undefined ? what : `${run.verdict}${BESIDE[what] ?? ''}`;
  return [
    isoSecond(atMs),
    canary,
    count === 1 ? outcome : `${outcome} ×${count}`,
    run === undefined ? '-' : formatDuration(run.durationMs),
    run?.runId ?? '-',
    visible(run?.reason ?? reason ?? ''),
  ];
}

/** Remarks for runs that count for no slot. */
const BESIDE: Readonly<Partial<Record<HistoryEntry['what'], string>>> = {
  late: ' (late)',
  extra: ' (not counted)',
};
