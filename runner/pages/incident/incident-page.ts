import { formatDuration } from '../../core/base/duration.ts';
import type { IncidentView } from '../../core/incident/incident-view.ts';
import { canaryPage, FLEET_PAGE, incidentPage as pathOf, runPagePath } from '../../core/report/page-paths.ts';
import { type Html, html } from '../base/html.ts';
import { webLink } from '../base/link.ts';
import { renderPage } from '../base/page.ts';
import { moment } from '../base/time.ts';
import { type Mark, markIcon } from '../base/verdict.ts';
import { type FreshFor, freshness, freshnessStyle, isStale } from '../fleet/freshness.ts';
import { changeItems } from '../run/changes.ts';
import { differencesTable } from '../run/differences.ts';
import { AGE_SCRIPT } from '../script/age-script.ts';
import { incidentMarkdown } from './incident-markdown.ts';
import { storyList } from './story-list.ts';
import { INCIDENT_STYLE } from './style.ts';
import { lastedOf, markOf, subjectOf, titleOf } from './title.ts';

export interface IncidentPageOptions {
  /** The path of the incident as Markdown, relative to the page, if there is such a file. */
  readonly markdownFile?: string;
  /** The age of the page, which matters until the incident is over. */
  readonly fresh?: FreshFor;
}

/**
 * The page of an incident: the fault and its begin, the events, the reasons of notices, and the other incidents with its cause. One that may be
 * open turns grey when it is out of date.
 */
export function incidentPage(view: IncidentView, { markdownFile, fresh }: IncidentPageOptions = {}): string {
  const title = titleOf(view);
  const current = view.isOpen === false ? undefined : fresh;
  const stale = current !== undefined && isStale(current.fleet);
  const mark = stale ? 'unknown' : markOf(view);
  const body = html`<main class="${stale && 'stale'}">${header(view, title, mark)}
    ${current !== undefined && freshness(current.fleet, current.freshForMs)}
    ${theFault(view)}
    <section><h2>Events</h2>${storyList(view.story)}
    ${view.isStoryCut && html`<p class="mute">Events after the opening are left out: the incident lasts too long for one page.</p>`}</section>
    ${section('Changes between the last pass and the first failure', changesList(view))}
    ${section('The first failure against the last pass', view.comparison !== undefined && html`<div class="scroll">${differencesTable(view.comparison)}</div>`)}
    ${section('Notices, and their reasons', view.explained.length > 0 && html`<ul>${view.explained.map((one) => html`<li>${one}</li>`)}</ul>`)}
    ${section('Other canaries that fail at the same place', othersTable(view))}
    ${section('For the post-mortem', markdown(view, markdownFile))}</main>`;
  return renderPage({
    title,
    mark,
    style: current === undefined ? INCIDENT_STYLE : INCIDENT_STYLE + freshnessStyle(current.freshForMs),
    body,
    ...(current === undefined ? {} : { script: AGE_SCRIPT }),
  });
}

function header(view: IncidentView, title: string, mark: Mark): Html {
  const {
    about,
    severity,
    sinceMs,
    lastPassedAtMs,
    closedAtMs,
    isOpen,
    runs,
    cause,
    id,
    neverPassed,
    flapping,
  } = view;
  const lasted = lastedOf(view);
  const facts: readonly (readonly [string, Html | string | undefined])[] = [
    ['Since', html`${moment(sinceMs)}${isOpen === true && lasted !== undefined && html` (${lasted})`}`],
    ['Until', closedAtMs === undefined ? undefined : html`${moment(closedAtMs)} (${lasted})`],
    [
      'Last pass',
      neverPassed === true ? 'never yet' : lastPassedAtMs === undefined ? undefined : moment(lastPassedAtMs),
    ],
    ['Runs against it', runs === undefined ? undefined : String(runs)],
    ['Severity', severity],
    ['Cause', cause === undefined ? undefined : html`<code>${cause}</code>`],
    ['Owner', about.owner],
    ['Runbook', about.runbook === undefined ? undefined : webLink(about.runbook, about.runbook)],
  ];
  const canary =
    about.source !== '' && html` · <a href="../${canaryPage(about.canary)}">${subjectOf(view)}</a>`;
  return html`<header><nav aria-label="Pages"><a href="../${FLEET_PAGE}">Fleet</a>${canary}</nav>
    <div class="lead">${markIcon(mark)}<h1>${title}</h1></div>
    <dl class="facts">${facts.map(
      ([label, value]) =>
        value !== undefined && value !== '' && html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
    )}</dl>
    ${isOpen === undefined && html`<p>The alert state is not there or damaged: the incident may be open still.</p>`}
    ${flapping === true && html`<p>It is flapping: it opens and closes so often that it is held open.</p>`}
    <p class="mute">Incident <code>${id}</code> · ${about.project}, ${about.environment} · page of ${moment(view.nowMs)}</p></header>`;
}

function theFault({ reason, firstFailure, stream }: IncidentView): Html {
  const first =
    firstFailure !== undefined &&
    html`<p><a href="../${runPagePath(firstFailure.runId)}">The first run that ${stream === 'target' ? 'failed' : 'gave no data'}</a> took ${formatDuration(firstFailure.durationMs)}.</p>`;
  const heading = stream === 'target' ? 'The fault' : 'The reason';
  return html`<section><h2>${heading}</h2><p class="why">${reason === '' ? 'No reason is known.' : reason}</p>${first}</section>`;
}

function changesList({ changes }: IncidentView): Html | false {
  return (
    changes !== undefined &&
    html`<ul>${changeItems(changes).map(({ label, text }) => html`<li>${label}: ${text}</li>`)}</ul>`
  );
}

function othersTable({ others }: IncidentView): Html | false {
  const rows = others.map(
    ({ canary, incident, severity, sinceMs }) =>
      html`<tr><th scope="row"><a href="../${pathOf(incident)}">${canary}</a></th><td><span>${severity}</span></td><td class="num">${moment(sinceMs)}</td></tr>`,
  );
  return (
    rows.length > 0 &&
    html`<div class="scroll"><table><thead><tr><th scope="col">Canary</th><th scope="col">Severity</th><th scope="col">Since</th></tr></thead><tbody>${rows}</tbody></table></div>`
  );
}

function markdown(view: IncidentView, file: string | undefined): Html {
  const download = file !== undefined && html` <a href="${file}" download>Download it</a>`;
  return html`<p>The facts of this page as Markdown, with the questions that only people can answer.${download}
     <button type="button" data-copy="markdown" hidden>Copy</button></p>
    <details><summary>Show it</summary><pre id="markdown" tabindex="0">${incidentMarkdown(view)}</pre></details>`;
}

function section(heading: string, content: Html | false): Html {
  return content === false ? html`` : html`<section><h2>${heading}</h2>${content}</section>`;
}
