import { channelOfAlerts, runnerSubject } from '../../core/alert/runner-alerts.ts';
import type { FleetRow } from '../../core/fleet/fleet-view.ts';
import { canaryPage, incidentPage, runPagePath } from '../../core/report/page-paths.ts';
import { type Html, html } from '../base/html.ts';
import { markIcon } from '../base/verdict.ts';
import { STATES, stateText } from './marks.ts';
import { since } from './since.ts';

interface Options {
  readonly nowMs: number;
  readonly isPublic: boolean;
}

const NOT_WELL = new Set<FleetRow['attention']>(['failing', 'noData', 'degraded']);
/** More are found by the filters. */
const MOST = 50;

/** The canaries that are not well, with the way to the cause. */
export function attentionSection(rows: readonly FleetRow[], options: Options): Html {
  const bad = rows.filter(({ attention, about }) => NOT_WELL.has(attention) || about !== 'canary');
  const more = bad.length - MOST;
  return html`<section id="attention" data-part><h2>Not well</h2>${
    bad.length === 0
      ? html`<p class="mute">Nothing needs attention.</p>`
      : html`<ul class="bad">${bad.slice(0, MOST).map((row) => item(row, options))}</ul>`
  }${more > 0 && html`<p class="mute">And ${more} more, in the list of all.</p>`}</section>`;
}

function item(row: FleetRow, { nowMs, isPublic }: Options): Html {
  const { attention, severity, reason, by, incidents, lastRun } = row;
  const { mark } = STATES[attention];
  const isRed = lastRun !== undefined && lastRun.verdict !== 'passed';
  return html`<li class="${attention}">${markIcon(mark)}<div><h3>${isPublic || row.about !== 'canary' ? nameOf(row) : html`<a href="${canaryPage(row.name)}">${row.name}</a>`}</h3>
    <p>${stateText(attention)} ${since(row, nowMs)}${!isPublic && incidents.length > 0 && html` · ${severity}`}${!isPublic && by !== undefined && html` · acknowledged by ${by}`}</p>
    ${!isPublic && reason !== undefined && html`<p>${reason}</p>`}
    ${
      !isPublic &&
      (isRed || incidents.length > 0) &&
      html`<p>${isRed && html`<a href="${runPagePath(lastRun.runId)}">Last run</a> `}${incidents.map(({ id, stream }) => html`<a href="${incidentPage(id)}">${stream === 'target' ? 'Incident' : 'Incident without data'}</a> `)}</p>`
    }</div></li>`;
}

function nameOf({ name, about }: FleetRow): string {
  if (about === 'gone') return `${name} (in no file any more)`;
  return about === 'runner' ? `Coalmine: ${runnerSubject(name) ?? channelOfAlerts(name) ?? name}` : name;
}
