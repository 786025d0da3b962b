import { formatDuration } from '../../core/base/duration.ts';
import { GRAINS, type Grain, stripOf } from '../../core/fleet/cells.ts';
import type { FleetRow } from '../../core/fleet/fleet-view.ts';
import { canaryPage } from '../../core/report/page-paths.ts';
import { type Html, html } from '../base/html.ts';
import { stateText } from './marks.ts';
import { shortMoment } from './moment.ts';
import { since } from './since.ts';
import { STRIP_LOOKS, stripSvg } from './strip.ts';

interface Options {
  readonly nowMs: number;
  readonly grain: Grain;
  readonly isPublic: boolean;
  /** Links to the other grains. */
  readonly links: Html | undefined;
}

/** Every canary in a row. Rows off the screen are neither laid out nor painted. */
export function fleetRows(rows: readonly FleetRow[], options: Options): Html {
  const canaries = rows.filter(({ about }) => about === 'canary');
  return html`<section><div class="head"><h2>All canaries</h2>${options.links}</div>
    ${legend()}
    <ul class="rows" data-filter="Filter">${canaries.map((row) => rowOf(row, options))}</ul></section>`;
}

function rowOf(row: FleetRow, { nowMs, grain, isPublic }: Options): Html {
  const { name, attention, effect, nextMs, cells } = row;
  const strip = stripSvg(stripOf(cells, grain, nowMs), GRAINS[grain].cells);
  return html`<li class="${attention}">${isPublic ? html`<b>${name}</b>` : html`<a href="${canaryPage(name)}">${name}</a>`}
    <span>${stateText(attention)} <small>${since(row, nowMs)}</small></span>${strip}
    ${!isPublic && html`<small>${effect === undefined ? '' : `p95 ${roughly(effect.p95Ms)}`}</small><small>${nextMs === undefined ? '' : `next ${shortMoment(nextMs, nowMs)}`}</small>`}</li>`;
}

function legend(): Html {
  return html`<p class="legend mute">${Object.values(STRIP_LOOKS)
    .toReversed()
    .map(
      ({ name, word, height }) =>
        html`<span><svg viewBox="0 0 8 12" aria-hidden="true"><path class="${name}" d="M0 ${12 - height / 2}h8"/></svg> ${word}</span> `,
    )}<span>newest on the right</span></p>`;
}

/** A duration of two digits: in a list of thousands, more are noise. */
function roughly(ms: number): string {
  return formatDuration(Number(ms.toPrecision(2)));
}
