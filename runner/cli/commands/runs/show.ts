import { formatPage, linksFrom } from '../../../../reporters/files/html.ts';
import { formatResults } from '../../../../reporters/files/json.ts';
import { linksOf } from '../../../../reporters/links.ts';
import { formatRun } from '../../../../reporters/terminal/format-run.ts';
import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import { formatSecond, isoSecond, visible, visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { compareRuns } from '../../../core/compare/compare-runs.ts';
import type { Comparison } from '../../../core/compare/comparison.ts';
import { passesAround } from '../../../core/compare/passes-around.ts';
import { runInHistory } from '../../../core/compare/run-in-history.ts';
import { formatDossier } from '../../../core/dossier/dossier.ts';
import { comparisonHeading, comparisonLines } from '../../../core/dossier/format-comparison.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import { digestOf } from '../../../core/notice/failure-digest.ts';
import { unlessDamaged } from '../../../core/store/damaged.ts';
import type { RunStore, StateStore } from '../../../core/store/ports.ts';
import type { HistoryEntry, RunSummary } from '../../../core/store/slots.ts';
import { reportFile } from '../../../runs/report-file.ts';
import { stepSources } from '../../files/step-sources.ts';
import { isWhole, onlyOne, readRunId, runsBeginningWith } from '../../setup/find-run.ts';
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
  const { runs, options, io } = context;
  if (options.dossier === true) io.stdout.write(await dossierOf(result, context));
  else if (options.html === undefined)
    io.stdout.write(await reportOf(result, { runs, format: options.format, io }));
  else writePage(formatPage(result, await runInHistory(runs, result), io.env), options.html, io);
  if (result.truncated === true)
    io.stderr.write('Part of what was seen was too large to keep, and was left out.\n');
}

/** A dossier with all that the state and the files know of the run. */
async function dossierOf(
  run: RunResult,
  { runs, alerts, io }: Omit<PrintContext, 'options'>,
): Promise<string> {
  const { comparison, since } = await runInHistory(runs, run);
  const state = await unlessDamaged(alerts.load(run.canary));
  const changes = [state?.alert.target.incident, state?.alert.observer.incident].find(
    (incident) => incident !== undefined && incident.sinceMs <= run.startedAtMs,
  )?.changes;
  const links = linksOf({ about: run, run: digestOf(run) }, linksFrom(io.env));
  const sources = stepSources(run, io.cwd);
  return formatDossier(run, { links, sources, ...omitUndefined({ comparison, since, changes }) });
}

function writePage(page: string, to: string | true, { cwd, stdout }: Io): void {
  if (to === true) stdout.write(page);
  else reportFile(cwd, to).write(page);
}

interface ReportContext extends Pick<ShowOptions, 'format'> {
  readonly runs: Pick<RunStore, 'history' | 'result'>;
  readonly io: Io;
}

async function reportOf(result: RunResult, { runs, format, io }: ReportContext): Promise<string> {
  const isBad = result.verdict === 'failed' || result.verdict === 'error';
  const comparison = isBad ? await compareWithPass(runs, result) : undefined;
  if (format === 'json') return formatResults([result], isBad ? { comparison: comparison ?? null } : {});
  const report = formatRun(result, painter(wantsColour(io.env, io.stdout.isTTY === true)));
  return `${[report, ...(isBad ? comparisonText(comparison) : [])].join('\n')}\n`;
}

async function compareWithPass(
  runs: ReportContext['runs'],
  result: RunResult,
): Promise<Comparison | undefined> {
  const { lastPass, ...others } = await passesAround(runs, result);
  return lastPass === undefined ? undefined : compareRuns(result, lastPass, others);
}

function comparisonText(comparison: Comparison | undefined): readonly string[] {
  if (comparison === undefined) return ['  no pass of this canary is kept to compare with'];
  return [
    `  ${comparisonHeading(comparison)}`,
    ...comparisonLines(comparison).map((line) => `        ${line}`),
  ];
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
