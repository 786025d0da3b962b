import { formatDuration } from '../../core/base/duration.ts';
import { type EffectTimes, percentiles } from '../../core/fleet/cells.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { hopTimes } from '../../core/store/history.ts';
import { type Html, html } from '../base/html.ts';
import { unit } from '../base/svg.ts';
import type { AroundRun } from './around.ts';
import { heading, type Level } from './heading.ts';

/** Passes that a run is compared with, at most. */
const MOST_PASSES = 100;
/** Fewer show no spread. */
const FEWEST_PASSES = 5;

interface HopRow extends EffectTimes {
  readonly name: string;
  readonly nowMs: number;
}

/** The time to effect at each hop against the last passes. Nothing with fewer than five passes of the hop. */
export function hopTimesSection(run: RunResult, { times = [] }: AroundRun, level: Level): Html {
  const passes = times.slice(0, MOST_PASSES);
  const rows = run.steps.flatMap(hopTimes).flatMap(({ name, ms }): readonly HopRow[] => {
    const usual = passes.flatMap((hops) => hops.find((hop) => hop.name === name)?.ms ?? []);
    return usual.length < FEWEST_PASSES ? [] : [{ name, nowMs: ms, ...(percentiles(usual) as EffectTimes) }];
  });
  if (rows.length === 0) return html``;
  return html`<section>${heading(level, 1, 'Time to effect')}<table class="hops">
    <caption>Against the last ${passes.length} passes; the box reaches from p50 to p95, and the line is this run.</caption>
    <thead><tr><th scope="col">Step</th><th scope="col">This run</th><th scope="col">p50</th><th scope="col">p95</th><td></td></tr></thead>
    <tbody>${rows.map(rowOf)}</tbody></table></section>`;
}

function rowOf({ name, nowMs, p50Ms, p95Ms }: HopRow): Html {
  const mostMs = Math.max(1, nowMs, p95Ms);
  const isSlow = nowMs > p95Ms;
  const [now, p50, p95] = [nowMs, p50Ms, p95Ms].map((ms) => unit((ms / mostMs) * 98 + 1)) as [
    number,
    number,
    number,
  ];
  return html`<tr><th scope="row">${name}</th><td class="num">${isSlow ? html`<b>${formatDuration(nowMs)}</b> ↑` : formatDuration(nowMs)}</td>
    <td class="num">${formatDuration(p50Ms)}</td><td class="num">${formatDuration(p95Ms)}</td>
    <td class="spread"><svg width="100%" height="14" aria-hidden="true"><rect class="box" x="${p50}%" y="3" width="${unit(Math.max(1, p95 - p50))}%" height="8" rx="2"/><rect class="${isSlow ? 'degraded' : 'now'}" x="${now - 0.5}%" width="2.5" height="14" rx="1"/></svg></td></tr>`;
}
