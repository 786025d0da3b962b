import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Trace, TracedRun, TraceSource } from '../../core/trace/trace.ts';
import { type Html, html } from '../base/html.ts';
import { renderPage } from '../base/page.ts';
import { moment } from '../base/time.ts';
import { type Mark, markText } from '../base/verdict.ts';
import type { AroundRun } from '../run/around.ts';
import { runArticle, runTitle } from '../run/run-page.ts';
import { runStyle } from '../run/style.ts';
import { drawTimeline, shapesFor } from '../timeline/draw-timeline.ts';
import { timelineTable } from '../timeline/timeline-table.ts';
import { timelineOf } from './trace-timeline.ts';

/** A run of a series, with everything that its own page shows. */
export interface TracedResult {
  readonly run: RunResult;
  readonly around: AroundRun;
}

/**
 * The page of one series of events, in one file that needs nothing else. A series of one run has the page of that run, and then what the other
 * sources know. Runs without a result are named, with the way of their ids.
 */
export function renderTracePage(trace: Trace, results: readonly TracedResult[] = []): string {
  const { asked, runs, sources } = trace;
  const [only, ...more] = results;
  const isOne = only !== undefined && more.length === 0 && runs.length === 1;
  const title = isOne ? runTitle(only.run) : `Trace of ${asked}`;
  const level = isOne ? 1 : 2;
  const main = html`<main>${!isOne && html`<h1>${title}</h1>`}
    ${results.map(({ run, around }) => html`<article id="${run.runId}">${runArticle(run, around, level)}</article>`)}
    ${runs.map((run) => runPart(run, results))}
    ${entriesPart(trace)}<h2>Sources</h2><ul>${sources.map(sourcePart)}</ul></main>`;
  return renderPage({
    title,
    mark: markOf(trace),
    style: runStyle(main),
    body: html`${shapesFor(main)}${main}`,
  });
}

/** The mark of the first run that did not pass, else of the first; unknown without a run. */
function markOf({ runs }: Trace): Mark {
  const red = runs.find(({ verdict }) => verdict === 'failed' || verdict === 'error');
  return (red ?? runs[0])?.verdict ?? 'unknown';
}

/** A run in words. One that stands above in full needs its way alone. */
function runPart(
  { canary, verdict, runId, way, continuity }: TracedRun,
  results: readonly TracedResult[],
): Html {
  const isOneOfMore = results.filter(({ run }) => run.canary === canary).length > 1;
  if (results.some(({ run }) => run.runId === runId))
    return html`<section><h2>Way of the id of ${canary}${isOneOfMore && html`, run <a href="#${runId}"><code>${runId.slice(0, SHOWN_DIGITS)}</code></a>`}</h2><p>${way}</p></section>`;
  return html`<section><h2>${canary}</h2><p>${markText(verdict)} <span class="mute">run ${runId}</span></p>
    <p>${way}</p>${continuity !== undefined && html`<p>${continuity}</p>`}</section>`;
}

function entriesPart(trace: Trace): Html {
  const [first] = trace.entries;
  if (first === undefined) return html`<p>Nothing is known of it.</p>`;
  const timeline = timelineOf(trace);
  const { omitted } = trace;
  return html`<section><h2>All sources in the order of time</h2><p class="mute">from ${moment(first.atMs)}</p>${drawTimeline(timeline, 'trace')}
    <details open><summary>Entries</summary>${timelineTable(timeline)}</details>
    ${omitted > 0 && html`<p>${omitted} later entries are left out.</p>`}</section>`;
}

function sourcePart({ about, entries, unread, right }: TraceSource): Html {
  if (unread === undefined)
    return html`<li>${markText('passed', about)}: ${entries} ${entries === 1 ? 'entry' : 'entries'}</li>`;
  return html`<li>${markText('error', about)}: ${unread}${right !== undefined && html` It needs ${right}.`}</li>`;
}
