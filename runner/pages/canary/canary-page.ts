import { formatDuration, writeDuration } from '../../core/base/duration.ts';
import type { CanaryView, HopHistory } from '../../core/fleet/canary-view.ts';
import { GRAINS, type Grain, stripOf } from '../../core/fleet/cells.ts';
import type { Schedule } from '../../core/model/canary.ts';
import { FLEET_PAGE, incidentPage, runPagePath } from '../../core/report/page-paths.ts';
import type { HistoryEntry } from '../../core/store/slots.ts';
import { type Html, html } from '../base/html.ts';
import { webLink } from '../base/link.ts';
import { renderPage } from '../base/page.ts';
import { css } from '../base/style.ts';
import { duration, moment } from '../base/time.ts';
import { type Mark, markIcon, markText } from '../base/verdict.ts';
import { type FreshFor, freshness, freshnessStyle, isStale } from '../fleet/freshness.ts';
import { outcomeMark, STATES, stateText } from '../fleet/marks.ts';
import { since } from '../fleet/since.ts';
import { STRIP_STYLE, stripSvg } from '../fleet/strip.ts';
import { AGE_SCRIPT } from '../script/age-script.ts';

const STYLE = `${STRIP_STYLE}${css(`
  .strips{display:grid;grid-template-columns:auto 1fr;gap:.4rem .8rem;align-items:center}
  h1 .icon{vertical-align:-.1em}
`)}`;

/** The page of a canary: its state, outcomes, times of hops, incidents, and runs. It turns grey when it is out of date. */
export function canaryPage(view: CanaryView, { fleet, freshForMs }: FreshFor): string {
  const { row, environment, nowMs } = view;
  const { name, attention, reason } = row;
  const stale = isStale(fleet);
  const { mark, word } = STATES[stale ? 'unknown' : attention];
  const body = html`<nav><a href="../${FLEET_PAGE}">All canaries</a></nav><main class="${stale && 'stale'}">
    <header id="state" data-part><h1>${markIcon(mark)} ${name}</h1><p>${stateText(attention)} ${since(row, nowMs)}</p>
    ${reason !== undefined && html`<p>${reason}</p>`}${facts(view)}</header>${freshness(fleet, freshForMs)}
    ${strips(view)}${hopTable(view.hops)}${incidentList(view)}${runTable(view)}
    <p class="mute">${environment}</p></main>`;
  const style = STYLE + freshnessStyle(freshForMs);
  return renderPage({ title: `${word}: ${name}`, mark, style, body, script: AGE_SCRIPT });
}

function facts({ row, source, runbook, schedule, nextMs }: CanaryView): Html {
  const all: readonly (readonly [string, Html | string | undefined])[] = [
    ['Owner', row.owner],
    ['File', source],
    ['Runs', schedule === undefined ? 'by hand' : scheduleText(schedule)],
    ['Next', nextMs.length === 0 ? undefined : html`${nextMs.map((atMs) => html`${moment(atMs)} `)}`],
    ['Tags', row.tags.length === 0 ? undefined : row.tags.join(', ')],
    ['Runbook', runbook === undefined ? undefined : webLink(runbook, runbook)],
  ];
  return html`<dl class="facts">${all.map(([term, value]) => value !== undefined && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function scheduleText(schedule: Schedule): string {
  if ('everyMs' in schedule) return `every ${writeDuration(schedule.everyMs)}`;
  return `${schedule.cron} ${schedule.timezone}`;
}

const WORDS: Readonly<Record<Grain, string>> = { run: '60 runs', hour: '48 hours', day: '30 days' };

function strips({ row, nowMs }: CanaryView): Html {
  return html`<section id="strips" data-part><h2>Outcomes</h2><div class="strips">${(
    Object.keys(WORDS) as Grain[]
  ).map(
    (grain) =>
      html`<span>${WORDS[grain]}</span>${stripSvg(stripOf(row.cells, grain, nowMs), GRAINS[grain].cells)}`,
  )}</div></section>`;
}

function hopTable(hops: readonly HopHistory[]): Html | false {
  if (hops.length === 0) return false;
  return html`<section id="hops" data-part><h2>Time to effect, by hop</h2><div class="scroll" tabindex="0" role="region" aria-label="Time to effect, by hop"><table><thead><tr><th scope="col">Hop</th><th scope="col">Newest pass</th><th scope="col">p50</th><th scope="col">p95</th></tr></thead>
    <tbody>${hops.map(
      ({ name, newestMs, p50Ms, p95Ms }) =>
        html`<tr><td>${name}</td><td>${duration(newestMs)}</td><td>${duration(p50Ms)}</td><td>${duration(p95Ms)}</td></tr>`,
    )}</tbody></table></div></section>`;
}

function incidentList({ incidents, row }: CanaryView): Html | false {
  if (incidents.length === 0) return false;
  const open = new Set(row.incidents.map(({ id }) => id));
  return html`<section id="incidents" data-part><h2>Incidents</h2><ul>${incidents.map(
    (id) => html`<li><a href="../${incidentPage(id)}">${id}</a>${open.has(id) && ' (open)'}</li>`,
  )}</ul></section>`;
}

function runTable({ entries, kept }: CanaryView): Html {
  return html`<section id="runs" data-part><h2>Runs</h2>${
    entries.length === 0
      ? html`<p class="mute">It has not run yet.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr><th scope="col">When</th><th scope="col">Outcome</th><th scope="col">Took</th><th scope="col">Reason</th></tr></thead>
        <tbody>${entries.map((entry) => runRow(entry, kept))}</tbody></table></div>`
  }</section>`;
}

function runRow({ atMs, what, count, run, reason }: HistoryEntry, kept: CanaryView['kept']): Html {
  const when =
    run !== undefined && kept.has(run.runId)
      ? html`<a href="../${runPagePath(run.runId)}">${moment(atMs)}</a>`
      : moment(atMs);
  return html`<tr><td class="num">${when}</td><td>${outcomeText(what, run)}${count > 1 && ` × ${count}`}</td>
    <td>${run !== undefined && html`<span class="num">${formatDuration(run.durationMs)}</span>`}</td><td>${run?.reason ?? reason}</td></tr>`;
}

const SUFFIXES: Readonly<Partial<Record<HistoryEntry['what'], string>>> = {
  late: ' (late)',
  extra: ' (not counted)',
};

function outcomeText(what: HistoryEntry['what'], run: HistoryEntry['run'] | undefined): Html {
  if (run !== undefined) return html`${markText(run.verdict)}${SUFFIXES[what]}`;
  const mark: Mark = what === 'lost' || what === 'missed' ? outcomeMark(what) : 'skipped';
  return markText(mark, what);
}
