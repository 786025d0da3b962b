import { aroundRun } from '../../../../reporters/around-run.ts';
import { formatResults } from '../../../../reporters/files/json.ts';
import { formatRun } from '../../../../reporters/terminal/format-run.ts';
import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import { formatSecond, visible, visibleJson } from '../../../core/base/format.ts';
import type { Comparison } from '../../../core/compare/comparison.ts';
import { runInHistory } from '../../../core/compare/run-in-history.ts';
import { formatDossier } from '../../../core/dossier/dossier.ts';
import { comparisonHeading, comparisonLines } from '../../../core/dossier/format-comparison.ts';
import type { ChangesBefore } from '../../../core/model/change.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import { changesLines } from '../../../core/report/format-changes.ts';
import type { StateStore } from '../../../core/store/ports.ts';
import type { HistoryEntry, RunSummary } from '../../../core/store/slots.ts';
import type { AroundRun } from '../../../pages/run/around.ts';
import { renderRunPage } from '../../../pages/run/run-page.ts';
import { reportFile } from '../../../runs/report-file.ts';
import { formatCandidate, isWhole, onlyOne, readRunId, runsBeginningWith } from '../../setup/find-run.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';

export interface ShowOptions extends ReadOptions {
  readonly format: 'text' | 'json';
  /** A page for a browser: its file, or true for standard output. */
  readonly html?: string | true;
  /** Everything about the run as Markdown. */
  readonly dossier?: boolean;
}

/**
 * `coalmine show`: the report of one run, as it was printed. Of a run that did not pass, the differences from a pass too. The id may have any
 * spelling, or be its first digits.
 */
export async function show(
  asked: string,
  paths: readonly string[],
  options: ShowOptions,
  io: Io,
): Promise<number> {
  const prefix = readRunId(asked);
  return withStore(paths, options, io, async ({ runs, alerts }) => {
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
    await print(result, { runs, alerts, options, io });
    return EXIT.good;
  });
}

interface PrintContext extends Pick<StateStore, 'runs' | 'alerts'> {
  readonly options: ShowOptions;
  readonly io: Io;
}

async function print(result: RunResult, context: PrintContext): Promise<void> {
  const { options, io } = context;
  if (options.dossier === true) io.stdout.write(formatDossier(result, await aroundOf(result, context)));
  else if (options.html === undefined) io.stdout.write(await reportOf(result, context));
  else writePage(renderRunPage(result, await aroundOf(result, context)), options.html, io);
  if (result.truncated === true)
    io.stderr.write('Part of what was seen was too large to keep, and was left out.\n');
}

/** The history of a run, with the lines of its steps. */
async function aroundOf(run: RunResult, { io, ...state }: PrintContext): Promise<AroundRun> {
  return aroundRun(run, await runInHistory(state, run), io);
}

function writePage(page: string, to: string | true, { cwd, stdout }: Io): void {
  if (to === true) stdout.write(page);
  else reportFile(cwd, to).write(page);
}

async function reportOf(result: RunResult, { options, io, ...state }: PrintContext): Promise<string> {
  const isBad = result.verdict === 'failed' || result.verdict === 'error';
  const { comparison, changes } = isBad ? await runInHistory(state, result) : {};
  if (options.format === 'json')
    return formatResults([result], isBad ? { comparison: comparison ?? null, changes: changes ?? null } : {});
  const report = formatRun(result, painter(wantsColour(io.env, io.stdout.isTTY === true)));
  return `${[report, ...(isBad ? [...comparisonText(comparison), ...changesText(changes)] : [])].join('\n')}\n`;
}

function comparisonText(comparison: Comparison | undefined): readonly string[] {
  if (comparison === undefined) return ['  no pass of this canary is kept to compare with'];
  return [
    `  ${comparisonHeading(comparison)}`,
    ...comparisonLines(comparison).map((line) => `        ${line}`),
  ];
}

function changesText(changes: ChangesBefore | undefined): readonly string[] {
  if (changes === undefined) return [];
  return [
    '  changes between the last pass and the first failure of its incident',
    ...changesLines(changes).map((line) => `        ${visible(line)}`),
  ];
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
