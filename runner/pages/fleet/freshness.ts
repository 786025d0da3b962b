import { formatDuration } from '../../core/base/duration.ts';
import { ON_TIME_MS } from '../../core/fleet/condition.ts';
import type { FleetView } from '../../core/fleet/fleet-view.ts';
import { type Html, html } from '../base/html.ts';
import { css } from '../base/style.ts';
import { moment } from '../base/time.ts';

/** The facts by which a page is fresh. */
export type Freshness = Pick<FleetView, 'nowMs' | 'lastTickMs' | 'overdueSinceMs'>;

/** The runner as of a page, and the time after which that page is out of date, in milliseconds. */
export interface FreshFor {
  readonly fleet: Freshness;
  readonly freshForMs: number;
}

/** True if the runner had stopped when the page was made: its last tick was long ago. If that is not known, slots are overdue. */
export function isStale({ nowMs, lastTickMs, overdueSinceMs }: Freshness): boolean {
  return lastTickMs === undefined ? overdueSinceMs !== undefined : lastTickMs < nowMs - ON_TIME_MS;
}

/** The last tick and the time of the page, in words. */
export function freshness(view: Freshness, freshForMs: number): Html {
  const { nowMs, lastTickMs } = view;
  return html`<div id="freshness" data-part data-fresh-until="${nowMs + freshForMs}">${isStale(view) ? stopped(view) : lastTickMs !== undefined && html`<p>Last tick ${moment(lastTickMs)}<span data-ago="${lastTickMs}"></span></p>`}
    <p class="mute">Page of ${moment(nowMs)}<span data-ago="${nowMs}"></span></p>
    <p class="mute">Out of date after ${formatDuration(freshForMs)}. All times are in UTC.</p>
    <p class="stopped old"><b>This page is out of date.</b> Nothing below is known to be so now.</p></div>`;
}

function stopped({ nowMs, lastTickMs, overdueSinceMs }: Freshness): Html {
  const why =
    lastTickMs === undefined
      ? html`A run was due ${moment(overdueSinceMs as number)}, and none began.`
      : html`Its last tick was ${moment(lastTickMs)}, ${formatDuration(nowMs - lastTickMs)} before this page.`;
  return html`<p class="stopped"><b>The runner has stopped.</b> ${why} Nothing below is known to be so now.</p>`;
}

/** Style of a page that turns grey after some time, in milliseconds. */
export function freshnessStyle(freshForMs: number): string {
  return css(`
  @keyframes old{to{${OLD}}}
  main{animation:old 0s ${freshForMs}ms forwards}
  .stale{${GREY}}
  .old-page{${OLD}}
  .old{visibility:var(--old,hidden);position:var(--place,absolute)}
  .stopped{border:2px solid var(--fg);border-radius:6px;padding:.5rem .75rem;font-size:1.05rem}
`);
}

/** Colours of a page whose facts may have changed: every state is grey, and none is green. */
const GREY = '--passed:var(--mute);--degraded:var(--mute);--failed:var(--mute);--error:var(--mute)';

/** That of a page that is out of date, with the words for it. An element that is not displayed would have no animation. */
const OLD = `${GREY};--old:visible;--place:static`;
