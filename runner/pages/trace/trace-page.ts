import type { Trace, TracedRun, TraceSource } from '../../core/trace/trace.ts';
import { type Html, html } from '../base/html.ts';
import { renderPage } from '../base/page.ts';
import { moment } from '../base/time.ts';
import { type Mark, markText } from '../base/verdict.ts';
import { drawTimeline, SHAPES } from '../timeline/draw-timeline.ts';
import { TIMELINE_STYLE } from '../timeline/style.ts';
import { timelineTable } from '../timeline/timeline-table.ts';
import { timelineOf } from './trace-timeline.ts';

/** The page of one series of events, in one file that needs nothing else. */
export function renderTracePage(trace: Trace): string {
  const { asked, runs, sources } = trace;
  const title = `Trace of ${asked}`;
  return renderPage({
    title,
    mark: markOf(trace),
    style: TIMELINE_STYLE,
    body: html`${SHAPES}<main><h1>${title}</h1>${runs.map(runPart)}${entriesPart(trace)}
      <h2>Sources</h2><ul>${sources.map(sourcePart)}</ul></main>`,
  });
}

/** The mark of the first run that did not pass, else of the first; unknown without a run. */
function markOf({ runs }: Trace): Mark {
  const red = runs.find(({ verdict }) => verdict === 'failed' || verdict === 'error');
  return (red ?? runs[0])?.verdict ?? 'unknown';
}

function runPart({ canary, verdict, runId, way, continuity }: TracedRun): Html {
  return html`<section><h2>${canary}</h2><p>${markText(verdict)} <span class="mute">run ${runId}</span></p>
    <p>${way}</p>${continuity !== undefined && html`<p>${continuity}</p>`}</section>`;
}

function entriesPart(trace: Trace): Html {
  const [first] = trace.entries;
  if (first === undefined) return html`<p>Nothing is known of it.</p>`;
  const timeline = timelineOf(trace);
  const { omitted } = trace;
  return html`<section><h2>Timeline</h2><p class="mute">from ${moment(first.atMs)}</p>${drawTimeline(timeline, 'trace')}
    <details open><summary>Entries in the order of time</summary>${timelineTable(timeline)}</details>
    ${omitted > 0 && html`<p>${omitted} later entries are left out.</p>`}</section>`;
}

function sourcePart({ about, entries, unread, right }: TraceSource): Html {
  if (unread === undefined)
    return html`<li>${markText('passed', about)}: ${entries} ${entries === 1 ? 'entry' : 'entries'}</li>`;
  return html`<li>${markText('error', about)}: ${unread}${right !== undefined && html` It needs ${right}.`}</li>`;
}
