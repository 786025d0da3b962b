import { formatDuration } from '../../runner/core/base/duration.ts';
import { shortReason, truncateText, visible } from '../../runner/core/base/format.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { AroundDossier } from '../../runner/core/dossier/around.ts';
import { formatDossier } from '../../runner/core/dossier/dossier.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';

// GitHub refuses a summary of more than 1 MiB for a step.
const LONGEST_TABLE = 500_000; // bytes
const MOST_DOSSIERS = 20; // of 20 kB each
const MOST_NAMES = 50; // of other runs that did not pass
const LONGEST_TEXT = 500; // UTF-16 units

/** Verdicts, those that need a reader first. */
const ORDER: readonly Verdict[] = ['failed', 'error', 'degraded', 'skipped', 'passed'];

const MARKS: Readonly<Record<Verdict, string>> = {
  passed: '✅',
  degraded: '⚠️',
  failed: '❌',
  error: '❔',
  skipped: '➖',
};

/**
 * Runs as Markdown: a table of all, and a dossier of each that did not pass, of twenty at most. The table consists of HTML, in which
 * Markdown is not read. Texts of the watched system are escaped or stand in code, so that no link, mention or picture comes alive.
 */
export function formatSummary(
  results: readonly RunResult[],
  aroundOf: (run: RunResult) => AroundDossier = () => ({}),
): string {
  const runs = results.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const head = `<h3>${html(headline(results))}</h3>\n\n`;
  const rows = fitting(runs.map(row), LONGEST_TABLE);
  const table =
    runs.length === 0
      ? ''
      : `<table>\n<tr><th></th><th>canary</th><th>verdict</th><th>reason</th><th>took</th></tr>\n${rows.text}</table>\n\n`;
  const bad = runs.filter(({ verdict }) => verdict === 'failed' || verdict === 'error');
  const details = bad.slice(0, MOST_DOSSIERS).map((run) => section(run, aroundOf(run)));
  return [head, table, omittedRows(rows.omitted), ...details, others(bad.slice(MOST_DOSSIERS))].join('');
}

function headline(results: readonly RunResult[]): string {
  const counts = ORDER.flatMap((verdict) => {
    const count = results.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const canaries = `${results.length} ${results.length === 1 ? 'canary' : 'canaries'}`;
  return [canaries, counts.join(', ')].filter(Boolean).join(': ');
}

/** As many blocks as fit into some bytes, and the number of the others. */
function fitting(blocks: readonly string[], longest: number) {
  let bytes = 0;
  const kept = blocks.filter((block) => {
    bytes += Buffer.byteLength(block);
    return bytes <= longest;
  });
  return { text: kept.join(''), omitted: blocks.length - kept.length };
}

function omittedRows(count: number): string {
  if (count === 0) return '';
  return `<p>${count} more ${count === 1 ? 'run is' : 'runs are'} not shown in the table: a summary may have 1 MiB.</p>\n\n`;
}

/** The names of runs without a dossier. */
function others(runs: readonly RunResult[]): string {
  if (runs.length === 0) return '';
  const names = runs.slice(0, MOST_NAMES).map(({ canary, runId }) => `${code(canary)} (${code(runId)})`);
  const more = runs.length > MOST_NAMES ? `, and ${runs.length - MOST_NAMES} more` : '';
  return `<p>Not shown in detail, since a summary has ${MOST_DOSSIERS} dossiers: ${names.join(', ')}${more}. <code>coalmine show RUN --dossier</code> prints each.</p>\n\n`;
}

function row(run: RunResult): string {
  const { verdict, canary, durationMs } = run;
  const cells = [MARKS[verdict], code(canary), verdict, reasonOf(run), formatDuration(durationMs)];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
}

/** The reason of a run: its own, or the first step that has one. */
function reasonOf({ reason, steps, verdict }: RunResult): string {
  if (reason !== '') return code(shortReason(reason));
  const step = steps.find((one) => one.verdict === verdict && one.reason !== '');
  return step === undefined ? '' : `${code(step.name)}<br/>${code(shortReason(step.reason))}`;
}

/** A dossier is Markdown, which begins after a blank line. It has no text of the watched system outside of code. */
function section(run: RunResult, around: AroundDossier): string {
  const { verdict, canary } = run;
  const summary = `<summary>${MARKS[verdict]} ${code(canary)} ${verdict}</summary>`;
  return `<details open="">${summary}\n\n${formatDossier(run, around)}\n</details>\n\n`;
}

/** A text as code, on one line. */
function code(text: string): string {
  return text === '' ? '' : `<code>${html(truncateText(text, LONGEST_TEXT))}</code>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text in which nothing is markup and nothing is hidden. */
function html(text: string): string {
  return visible(text).replace(/[&<>"]/g, (one) => ENTITIES[one] as string);
}
