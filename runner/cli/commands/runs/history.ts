import { suggestion } from '../../../core/base/did-you-mean.ts';
import { visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import type { RunStore } from '../../../core/store/ports.ts';
import { select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';
import { formatTable, type Listing, listNotices, listRuns } from './history-listing.ts';
import { formatPlace, placeIn } from './history-place.ts';

export interface HistoryOptions extends ReadOptions {
  readonly canary?: string;
  readonly limit: number;
  /** A moment, or the place that a page named at its end. */
  readonly before?: string;
  /** True for attempts to send notices in place of runs. */
  readonly notices?: boolean;
  readonly format: 'text' | 'json';
}

/**
 * `coalmine history`: the outcome of each slot, and of runs on demand; with `--notices` the attempts to send notices. Newest first, page by
 * page.
 */
export async function history(paths: readonly string[], options: HistoryOptions, io: Io): Promise<number> {
  const { canary, limit, before, notices, format } = options;
  const after = before === undefined ? undefined : placeIn(before);
  return withStore(paths, options, io, async ({ runs, alerts }) => {
    const ask = { most: limit + 1, ...omitUndefined({ canary, after }) };
    const found = notices === true ? await listNotices(alerts, ask) : await listRuns(runs, ask);
    const entries = found.entries.slice(0, limit);
    const last = found.entries.length > limit ? entries.at(-1) : undefined;
    const next = last === undefined ? null : formatPlace(last.place);
    if (entries.length === 0 && canary !== undefined) await refuseUnknown(canary, runs, paths, io);
    if (format === 'json') {
      const json = { [found.member]: entries.map((one) => one.json), next };
      io.stdout.write(`${visibleJson(json, 2)}\n`);
      return EXIT.good;
    }
    io.stdout.write(
      entries.length === 0 ? formatNothing(found, options) : formatTable({ ...found, entries }),
    );
    if (next !== null) io.stderr.write(`There is more: add --before ${next}\n`);
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

function formatNothing(
  { member }: Listing,
  { canary, before }: Pick<HistoryOptions, 'canary' | 'before'>,
): string {
  const then = before === undefined ? '' : ` before ${before}`;
  if (member === 'notices') {
    const of = canary === undefined ? '' : ` of '${canary}'`;
    return `No attempt to send a notice${of}${then} is known.\n`;
  }
  if (canary !== undefined) return `No run of '${canary}'${then} is known.\n`;
  return `Nothing has run${then === '' ? ' yet' : then}.\n`;
}
