import { formatDuration } from '../../core/base/duration.ts';
import type { Json } from '../../core/base/json.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import { isSame } from '../../core/compare/compare-runs.ts';
import type { Comparison, FieldDifference, HopDifference } from '../../core/compare/comparison.ts';
import { passName } from '../../core/dossier/format-comparison.ts';
import { formatValue } from '../../core/report/format-check.ts';
import { type Html, html } from '../base/html.ts';
import { moment } from '../base/time.ts';
import { heading, type Level } from './heading.ts';

const HOPS: Readonly<Record<HopDifference['is'], readonly [string, string]>> = {
  missing: ['seen', 'not seen'],
  unchecked: ['seen', 'not checked'],
  new: ['not seen', 'seen'],
};

/** A run against the last pass of its canary, or the next one: what differs, and nothing else. */
export function differencesSection(comparison: Comparison | undefined, level: Level): Html {
  if (comparison === undefined) return html``;
  return html`<section>${heading(level, 1, `This run against the ${passName(comparison)}`)}${differencesTable(comparison)}</section>`;
}

/** The table of a comparison, with its remarks. */
export function differencesTable(comparison: Comparison): Html {
  const { pass, definition, fields, times, hops, unread, omitted } = comparison;
  const rows = [
    ...hops.map((hop) => row(hop.step, hop.hop, [withTime(HOPS[hop.is][0], hop.beforeMs), HOPS[hop.is][1]])),
    ...fields.map((field) =>
      row(field.step, fieldName(field), [valueText(field.before), valueText(field.now)]),
    ),
    ...times.map((time) =>
      row(time.step, 'time to effect', [formatDuration(time.beforeMs), formatDuration(time.nowMs)]),
    ),
  ];
  return html`<p class="mute">${moment(pass.startedAtMs)}, run <code>${pass.runId.slice(0, SHOWN_DIGITS)}</code>. Ids and times are left out.</p>
    ${definition === 'changed' && html`<p><b>The canary itself, or its environment, changed in between.</b></p>`}
    ${isSame(comparison) && html`<p>Nothing else differs.</p>`}
    ${rows.length > 0 && html`<table class="wide"><thead><tr><th scope="col">Step</th><th scope="col">Field</th><th scope="col">${pass.isLater ? 'Next pass' : 'Last pass'}</th><th scope="col">This run</th></tr></thead><tbody>${rows}</tbody></table>`}
    ${omitted > 0 && html`<p class="mute">${omitted} more differences are left out.</p>`}
    ${unread.length > 0 && html`<p class="mute">Not compared in full, since a part was too large to keep or too much differs: ${unread.join(', ')}.</p>`}`;
}

function row(step: string, field: string, [before, now]: readonly [string, string]): Html {
  return html`<tr><th scope="row">${step}</th><td><code>${field}</code></td><td>${before}</td><td><b>${now}</b></td></tr>`;
}

function fieldName({ path, operator }: FieldDifference): string {
  return path === '' ? (operator ?? 'content') : path;
}

function withTime(word: string, ms: number | undefined): string {
  return ms === undefined ? word : `${word} after ${formatDuration(ms)}`;
}

function valueText(value: Json | undefined): string {
  return value === undefined ? 'missing' : formatValue(value);
}
