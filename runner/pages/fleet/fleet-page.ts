import { ATTENTIONS, type Attention } from '../../core/fleet/attention.ts';
import type { Grain } from '../../core/fleet/cells.ts';
import type { FleetView } from '../../core/fleet/fleet-view.ts';
import { FLEET_PAGES } from '../../core/report/page-paths.ts';
import { type Html, html } from '../base/html.ts';
import { renderPage } from '../base/page.ts';
import { markIcon } from '../base/verdict.ts';
import { AGE_SCRIPT } from '../script/age-script.ts';
import { attentionSection } from './attention-section.ts';
import { fleetRows } from './fleet-rows.ts';
import { freshness, freshnessStyle, isStale } from './freshness.ts';
import { STATES, stateText } from './marks.ts';
import { FLEET_STYLE } from './style.ts';

export interface FleetPageOptions {
  /** @default run */
  readonly grain?: Grain;
  /** True to leave out reasons, people, ids, times of effects and links to other pages. @default false */
  readonly isPublic?: boolean;
  /** Time after which the page is out of date, in milliseconds. @default three minutes, for a page that each tick makes */
  readonly freshForMs?: number;
  /** A script in place of the page's own, which shows the page's age. */
  readonly script?: string;
}

const FRESH_FOR_MS = 3 * 60_000;

/** The page of a fleet: counts, then what is not well, then all canaries. It turns grey when it is out of date. */
export function fleetPage(view: FleetView, options: FleetPageOptions = {}): string {
  const { grain = 'run', isPublic = false, freshForMs = FRESH_FOR_MS, script = AGE_SCRIPT } = options;
  const { project, environment, rows } = view;
  const stale = isStale(view);
  const title = isPublic ? project : `${project} · ${environment}`;
  const worst = STATES[stale ? 'unknown' : (rows[0]?.attention ?? 'unknown')].mark;
  const shown = isPublic ? rows.filter(({ about }) => about === 'canary') : rows;
  const body = html`<main class="${stale ? 'fleet stale' : 'fleet'}">
    <header><h1>${markIcon(worst)} ${title}</h1>${freshness(view, freshForMs)}</header>
    ${filters(shown)}
    ${attentionSection(shown, { nowMs: view.nowMs, isPublic })}
    ${fleetRows(shown, { nowMs: view.nowMs, grain, isPublic, links: isPublic ? undefined : grainLinks(grain) })}
    </main>`;
  return renderPage({ title, mark: worst, style: FLEET_STYLE + freshnessStyle(freshForMs), body, script });
}

/** The number of canaries in each state; each is a filter of the list, without any script. */
function filters(rows: FleetView['rows']): Html {
  const counts = new Map<Attention, number>();
  for (const { attention } of rows) counts.set(attention, (counts.get(attention) ?? 0) + 1);
  const states = ATTENTIONS.filter((attention) => counts.has(attention));
  return html`<fieldset class="counts"><legend class="unseen">Show canaries</legend>
    <label><input type="radio" name="state" id="f-all" checked> <b>${rows.length}</b> All</label>
    ${states.map(
      (state) =>
        html`<label><input type="radio" name="state" id="f-${state}"> <b>${counts.get(state)}</b> ${stateText(state)}</label>`,
    )}</fieldset>`;
}

const GRAIN_WORDS: Readonly<Record<Grain, string>> = { run: '60 runs', hour: '48 hours', day: '30 days' };

function grainLinks(grain: Grain): Html {
  return html`<nav aria-label="Time of a cell">${(Object.keys(GRAIN_WORDS) as Grain[]).map((one) =>
    one === grain
      ? html`<span aria-current="page">${GRAIN_WORDS[one]}</span> `
      : html`<a href="${FLEET_PAGES[one]}">${GRAIN_WORDS[one]}</a> `,
  )}</nav>`;
}
