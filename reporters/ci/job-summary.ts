import { formatDuration } from '../../runner/core/base/duration.ts';
import { shortReason, truncateText, visible } from '../../runner/core/base/format.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { Check, RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import { formatActual, formatExpected, otherLines } from '../../runner/core/report/format-check.ts';

/** GitHub refuses a summary of more than 1 MiB for a step. The rest of it is for another run in the same step. */
const LONGEST_SUMMARY = 1_000_000; // bytes
/** The share of the table of all runs; the rest is for the details of those that did not pass. */
const LONGEST_TABLE = LONGEST_SUMMARY / 2;
const LONGEST_TEXT = 500; // UTF-16 units
const MOST_CHECKS = 20;

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
 * Runs as Markdown: a table of all, and the details of those that did not pass. It consists of blocks of HTML, in which Markdown is not
 * read. Texts of the watched system are escaped and stand in `code`, so that no link, mention or picture comes alive.
 */
export function formatSummary(results: readonly RunResult[]): string {
  const runs = results.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const head = `<h3>${html(headline(results))}</h3>\n\n`;
  const rows = fitting(runs.map(row), LONGEST_TABLE);
  const table =
    runs.length === 0
      ? ''
      : `<table>\n<tr><th></th><th>canary</th><th>verdict</th><th>reason</th><th>took</th></tr>\n${rows.text}</table>\n\n`;
  const bad = runs.filter(({ verdict }) => verdict === 'failed' || verdict === 'error');
  const details = fitting(bad.map(section), LONGEST_SUMMARY - LONGEST_TABLE);
  return `${head}${table}${omitted(rows.omitted, 'in the table')}${details.text}${omitted(details.omitted, 'in detail')}`;
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

function omitted(count: number, where: string): string {
  if (count === 0) return '';
  return `<p>${count} more ${count === 1 ? 'run is' : 'runs are'} not shown ${where}: a summary may have 1 MiB.</p>\n\n`;
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

function section(run: RunResult): string {
  const { verdict, canary, steps, environment, region = '', owner, runbook, runId } = run;
  const facts = [
    ['run', runId],
    ['environment', [environment, region].filter(Boolean).join(' ')],
    ['owner', owner],
    ['runbook', runbook ?? ''],
  ].filter(([, value]) => value !== '');
  return [
    `<details open=""><summary>${MARKS[verdict]} ${code(canary)} ${verdict}</summary>`,
    ...(run.reason === '' ? [] : [`<p>${code(shortReason(run.reason))}</p>`]),
    ...steps.map(stepText),
    `<p>${facts.map(([name, value]) => `${name} ${code(value as string)}`).join(' · ')}</p>`,
    '</details>\n\n',
  ].join('\n');
}

function stepText(step: StepResult): string {
  const { name, verdict, reason, at, hop, nearby, quotes } = step;
  const head = `${MARKS[verdict]} ${code(name)}`;
  if (verdict !== 'failed' && verdict !== 'error') return `<p>${head}</p>`;
  const unmet = step.checks.filter(({ ok }) => !ok);
  const lines = [
    hop,
    ...nearby,
    ...otherLines(
      reason,
      quotes.map(({ text }) => text),
    ).map((text) => `content: ${text}`),
  ].filter(Boolean);
  return [
    `<p>${head}<br/>${code(shortReason(reason))}<br/>${code(`${at.file}:${at.line}`)}</p>`,
    ...(unmet.length === 0 ? [] : [differences(unmet)]),
    ...(lines.length === 0 ? [] : [`<p>${lines.map((line) => code(shortReason(line))).join('<br/>')}</p>`]),
  ].join('\n');
}

function differences(unmet: readonly Check[]): string {
  const rows = unmet
    .slice(0, MOST_CHECKS)
    .map((check) => [
      check.path === '' ? check.operator : check.path,
      formatExpected(check),
      formatActual(check),
    ]);
  const more = unmet.length > MOST_CHECKS ? `\n<p>and ${unmet.length - MOST_CHECKS} more</p>` : '';
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${code(cell)}</td>`).join('')}</tr>`);
  return `<table>\n<tr><th>path</th><th>expected</th><th>actual</th></tr>\n${lines.join('\n')}\n</table>${more}`;
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
