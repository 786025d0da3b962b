import { formatResults } from '../../../../reporters/files/json.ts';
import { formatRun } from '../../../../reporters/terminal/format-run.ts';
import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import { formatSecond, isoSecond, visible, visibleJson } from '../../../core/base/format.ts';
import type { HistoryEntry, RunSummary } from '../../../core/store/slots.ts';
import { isWhole, onlyOne, readRunId, runsBeginningWith } from '../../setup/find-run.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';

export interface ShowOptions extends ReadOptions {
  readonly format: 'text' | 'json';
}

/** `coalmine show`: the report of one run, as it was printed; by its id in any spelling, or by the first digits. */
export async function show(
  asked: string,
  paths: readonly string[],
  options: ShowOptions,
  io: Io,
): Promise<number> {
  const prefix = readRunId(asked);
  return withStore(paths, options, io, async ({ runs }) => {
    const entry = onlyOne(await runsBeginningWith(runs, prefix), prefix, formatCandidate);
    const runId = entry?.run?.runId ?? (isWhole(prefix) ? prefix : undefined);
    const result = runId === undefined ? undefined : await runs.result(runId, entry?.canary);
    if (result === undefined && entry?.run !== undefined) {
      io.stdout.write(
        options.format === 'json'
          ? `${visibleJson({ summary: entry }, 2)}\n`
          : formatSummary(entry, entry.run),
      );
      return EXIT.good;
    }
    if (result === undefined) {
      io.stderr.write(
        `No run ${prefix}${isWhole(prefix) ? '' : '…'} is known here; results are kept for 30 days. 'coalmine history' lists those that are.\n`,
      );
      return EXIT.usage;
    }
    if (options.format === 'json') io.stdout.write(formatResults([result]));
    else io.stdout.write(`${formatRun(result, painter(wantsColour(io.env, io.stdout.isTTY === true)))}\n`);
    if (result.truncated === true)
      io.stderr.write('Part of what was seen was too large to keep, and was left out.\n');
    return EXIT.good;
  });
}

function formatCandidate({ canary, atMs, run }: HistoryEntry): string {
  return `${run?.runId}  ${isoSecond(atMs)}  ${canary}  ${run?.verdict}`;
}

/** A run whose full result is not kept any more. */
function formatSummary({ canary }: HistoryEntry, run: RunSummary): string {
  const { verdict, durationMs, runId, startedAtMs, hops = [] } = run;
  const why = run.reason === '' ? [] : [`  ${visible(run.reason)}`];
  return `${[
    `${canary}  ${verdict} after ${formatDuration(durationMs)}, ${formatSecond(startedAtMs)}   run ${runId}`,
    ...why,
    ...hops.map(({ name, ms }) => `  ${formatDuration(ms).padStart(8)}  ${visible(name)}`),
    'The full report is not kept any more. It is kept of runs that did not pass, and of the newest three passes of each canary.',
  ].join('\n')}\n`;
}
