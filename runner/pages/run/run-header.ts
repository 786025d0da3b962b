import { formatDuration } from '../../core/base/duration.ts';
import { xrayIdOf } from '../../core/base/run-id.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { type Html, html } from '../base/html.ts';
import { pageLink } from '../base/link.ts';
import { moment } from '../base/time.ts';
import { MARKS, markIcon } from '../base/verdict.ts';
import type { AroundRun } from './around.ts';
import { heading, type Level } from './heading.ts';

/** The verdict of a run, and the facts by which it is known: where, whose, when, ids. */
export function runHeader(run: RunResult, { pages }: AroundRun, level: Level): Html {
  const { verdict, canary, environment, region, owner, durationMs, startedAtMs, runId } = run;
  return html`<header class="run">${markIcon(verdict)}
    ${heading(level, 0, html`<b class="${verdict}">${MARKS[verdict].word}</b> ${pageLink(pages?.canary, canary)}`)}
    <p class="mute">${[environment, region].filter(Boolean).join(' ')} · ${owner === '' ? 'no owner' : owner} · ${moment(startedAtMs)}
    ${verdict !== 'skipped' && html` · took ${formatDuration(durationMs)}`}${run.interrupted && ' · interrupted'}${pages !== undefined && html`<span data-ago="${startedAtMs}"></span>`}</p>
    <p class="mute ids"><span>run <code>${runId}</code></span> <span>X-Ray <code>${xrayIdOf(runId)}</code></span></p></header>`;
}

/** Links to the pages around a run; nothing if there are none. */
export function runNavigation({ pages = {} }: AroundRun): Html {
  const { fleet, incident, previous, next } = pages;
  const links = [
    fleet === undefined ? undefined : html`<a href="${fleet}">Fleet</a>`,
    incident === undefined ? undefined : html`<a href="${incident}">Incident</a>`,
    previous === undefined ? undefined : html`<a href="${previous}" rel="prev">← Earlier run</a>`,
    next === undefined ? undefined : html`<a href="${next}" rel="next">Later run →</a>`,
  ].filter((link) => link !== undefined);
  return links.length === 0 ? html`` : html`<nav aria-label="Other pages">${links}</nav>`;
}
