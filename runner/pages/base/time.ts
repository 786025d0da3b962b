import { formatDuration } from '../../core/base/duration.ts';
import { formatSecond } from '../../core/base/format.ts';
import { type Html, html } from './html.ts';

/** A moment, in UTC. A script of the page may add how long ago it was: in a file, that would be wrong a minute later. */
export function moment(atMs: number): Html {
  return html`<time datetime="${new Date(atMs).toISOString()}">${formatSecond(atMs)}</time>`;
}

/** A duration that is easily compared with others in a column. */
export function duration(ms: number): Html {
  return html`<span class="num">${formatDuration(ms)}</span>`;
}
