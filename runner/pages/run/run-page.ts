import type { RunResult } from '../../core/model/run-result.ts';
import { formatContinuity } from '../../core/trace/continuity.ts';
import { type Html, html } from '../base/html.ts';
import { renderPage } from '../base/page.ts';
import { MARKS, type Mark, markText } from '../base/verdict.ts';
import { AGO_SCRIPT } from '../script/age-script.ts';
import { drawTimeline, shapesFor } from '../timeline/draw-timeline.ts';
import type { AroundRun } from './around.ts';
import { differencesSection } from './differences.ts';
import { faultSection, shortened } from './fault.ts';
import { heading, type Level } from './heading.ts';
import { hopTimesSection } from './hop-times.ts';
import { runHeader, runNavigation } from './run-header.ts';
import { timelineOf } from './run-timeline.ts';
import { stepsSection } from './steps.ts';
import { runStyle } from './style.ts';

/** The page of one run, in one file that needs nothing else. Only a page of a site has a script: it adds how long ago the run was. */
export function renderRunPage(run: RunResult, around: AroundRun = {}): string {
  const title = runTitle(run);
  const body = html`${runNavigation(around)}<main>${runArticle(run, around, 1)}</main>`;
  return renderRuns(title, run.verdict, body, around.pages === undefined ? undefined : AGO_SCRIPT);
}

/** The title of a run's page. */
export function runTitle({ verdict, canary }: RunResult): string {
  return `${MARKS[verdict].word}: ${canary}`;
}

/** The page of several runs: a list, then those that did not pass in full, then the passes, folded. One run has its own page. */
export function renderRunsPage(
  runs: readonly RunResult[],
  aroundOf: (run: RunResult) => AroundRun = () => ({}),
): string {
  const [only, ...more] = runs;
  if (only !== undefined && more.length === 0) return renderRunPage(only, aroundOf(only));
  const inOrder = FROM_BAD.flatMap((mark) => runs.filter(({ verdict }) => verdict === mark));
  const mark: Mark = inOrder[0]?.verdict ?? 'unknown';
  const title = titleOf(runs);
  const body = html`<main><h1>${title}</h1>${listOf(inOrder)}
    ${inOrder.map((run) => html`<article id="${run.runId}">${foldedIf(run.verdict === 'passed', run, runArticle(run, aroundOf(run), 2))}</article>`)}</main>`;
  return renderRuns(title, mark, body);
}

function renderRuns(title: string, mark: Mark, body: Html, script?: string): string {
  const page = { title, mark, style: runStyle(body), body: html`${shapesFor(body)}${body}` };
  return renderPage(script === undefined ? page : { ...page, script });
}

const FROM_BAD = ['failed', 'error', 'degraded', 'passed', 'skipped'] as const;

/** The parts of a run, in the order in which a reader asks. A page that has it also has `shapesFor` its content, and `runStyle`. */
export function runArticle(run: RunResult, around: AroundRun, level: Level): Html {
  const timeline = timelineOf(run);
  return html`${runHeader(run, around, level)}${faultSection(run, around, level)}
    ${
      timeline.lanes.length > 0 &&
      html`<section>${heading(level, 1, 'Timeline')}${drawTimeline(timeline, run.runId.slice(0, 12))}
    ${run.continuity !== undefined && html`<p class="mute">${sentence(formatContinuity(run.continuity))}</p>`}</section>`
    }
    ${hopTimesSection(run, around, level)}${differencesSection(around.comparison, level)}${stepsSection(run, level)}`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function titleOf(runs: readonly RunResult[]): string {
  const counts = FROM_BAD.map((verdict) => ({
    verdict,
    count: runs.filter((run) => run.verdict === verdict).length,
  }));
  const parts = counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${MARKS[verdict].word.toLowerCase()}`);
  return parts.length === 0 ? 'No runs' : parts.join(', ');
}

function listOf(runs: readonly RunResult[]): Html {
  return html`<ul class="others">${runs.map((run) => html`<li>${markText(run.verdict)} <a href="#${run.runId}">${run.canary}</a> <span class="mute">${reasonOf(run)}</span></li>`)}</ul>`;
}

function reasonOf({ reason, steps, verdict }: RunResult): string {
  const step = steps.find((one) => one.verdict === verdict);
  if (verdict === 'passed' || verdict === 'skipped') return '';
  return reason === '' && step !== undefined ? `${step.name}: ${shortened(step)}` : reason;
}

function foldedIf(isFolded: boolean, { canary, verdict }: RunResult, article: Html): Html {
  return isFolded
    ? html`<details><summary>${markText(verdict, canary)}</summary>${article}</details>`
    : article;
}
