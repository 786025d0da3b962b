import { suggestion } from '../../../core/base/did-you-mean.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import { isoSecond, visible, visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { placeBefore, placeOf } from '../../../core/store/history.ts';
import type { RunStore } from '../../../core/store/ports.ts';
import type { HistoryEntry, HistoryPlace } from '../../../core/store/slots.ts';
import { EXIT, type Io, UsageError } from '../../setup/io.ts';
import { select } from '../../setup/selection.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';

export interface HistoryOptions extends ReadOptions {
  readonly canary?: string;
  readonly limit: number;
  /** A moment, or the place that a page named at its end. */
  readonly before?: string;
  readonly format: 'text' | 'json';
}

/** `coalmine history`: the outcome of each slot, and of runs on demand, newest first, page by page. */
export async function history(paths: readonly string[], options: HistoryOptions, io: Io): Promise<number> {
  const { canary, limit, before, format } = options;
  const after = before === undefined ? undefined : placeIn(before);
  return withStore(paths, options, io, async ({ runs }) => {
    const found = await runs.history({ most: limit + 1, ...omitUndefined({ canary, after }) });
    const entries = found.slice(0, limit);
    const last = found.length > limit ? entries.at(-1) : undefined;
    const next = last === undefined ? null : formatPlace(last);
    if (entries.length === 0 && canary !== undefined) await refuseUnknown(canary, runs, paths, io);
    if (format === 'json') io.stdout.write(`${visibleJson({ history: entries, next }, 2)}\n`);
    else io.stdout.write(formatHistory(entries, options));
    if (format === 'text' && next !== null) io.stderr.write(`There is more: add --before ${next}\n`);
    return EXIT.good;
  });
}

/**
 * A name of neither a file nor the state is a mistake. Where a file is faulty, its name is unknown, so none is refused.
 * @throws UsageError for such a name.
 */
async function refuseUnknown(
  canary: string,
  runs: RunStore,
  paths: readonly string[],
  io: Io,
): Promise<void> {
  const files = await select(paths, io).catch(() => undefined);
  if (files?.diagnostics.some(({ severity }) => severity === 'error') === true) return;
  const { watermarks } = await runs.planning();
  const inFiles = files?.canaries.map(({ canary: { name } }) => name) ?? [];
  const names = [...new Set([...inFiles, ...watermarks.keys()])];
  if (names.includes(canary)) return;
  const hint = suggestion(canary, names, 'canaries');
  throw new UsageError(`There is no canary '${canary}', and no run of it. ${hint}`);
}

function formatHistory(
  entries: readonly HistoryEntry[],
  { canary, before }: Pick<HistoryOptions, 'canary' | 'before'>,
): string {
  const then = before === undefined ? '' : ` before ${before}`;
  if (entries.length === 0)
    return canary === undefined
      ? `Nothing has run${then === '' ? ' yet' : then}.\n`
      : `No run of '${canary}'${then} is known.\n`;
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

/** Remarks for runs that count for no slot. */
const SUFFIXES: Readonly<Partial<Record<HistoryEntry['what'], string>>> = {
  late: ' (late)',
  extra: ' (not counted)',
};

/** The place of an entry, for the page after it: `2026-11-25T12:01:00.000Z/orders`, and the run if it counts for no slot. */
function formatPlace(entry: HistoryEntry): string {
  const { atMs, canary, key } = placeOf(entry);
  return [new Date(atMs).toISOString(), canary, ...(key === SLOT ? [] : key.split('|'))].join('/');
}

const SLOT = 'slot';
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?) ?(Z|UTC|[+-]\d\d:\d\d))?$/;

/** @throws UsageError for a text that is neither a moment nor a place. */
function placeIn(text: string): HistoryPlace {
  const [at = '', canary, ...key] = text.split('/');
  const [, day, time = '00:00', zone = 'Z'] = MOMENT.exec(at) ?? [];
  const atMs = Date.parse(`${day}T${time}${zone.replace('UTC', 'Z')}`);
  if (Number.isNaN(atMs))
    throw new UsageError(
      `'${text}' is no moment: write 2026-11-25, 2026-11-25T12:01Z, or what the page before named.`,
    );
  if (canary === undefined) return placeBefore(atMs);
  return { atMs, canary, key: key.join('|') || SLOT };
}
