import { formatMinute } from '../../core/base/format.ts';
import type { FleetView } from '../../core/fleet/fleet-view.ts';
import { html } from '../base/html.ts';
import { isStale } from './freshness.ts';

/** Colours of badges, on which white text has a contrast of at least 4.5 : 1. */
const COLOURS = { good: '#17692f', late: '#7d4e00', bad: '#b3172c', unknown: '#57606a' } as const;

/** Width of a character at most, and the space around a text, in units. */
const CHARACTER = 7;
const SPACE = 12;

const HOUR_MS = 3_600_000;

/**
 * The state of a fleet as a small picture: `canaries | 2 failing as of 2026-11-30 17:00 UTC`. Grey if the runner has stopped. An old picture
 * shows its age by its hour; within the hour it does not change.
 */
export function fleetBadge(view: FleetView): string {
  const { text: state, colour } = messageOf(view);
  const text = `${state} as of ${formatMinute(view.nowMs - (view.nowMs % HOUR_MS))}`;
  const [left, right] = [SPACE + 8 * CHARACTER, SPACE + text.length * CHARACTER];
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="canaries: ${text}"><title>canaries: ${text}</title>
    <rect width="${left}" height="20" fill="#3b424a"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/>
    <g fill="#fff" text-anchor="middle" font-family="system-ui,Verdana,sans-serif" font-size="11"><text x="${left / 2}" y="14">canaries</text><text x="${left + right / 2}" y="14">${text}</text></g></svg>`
      .text
  }\n`;
}

function messageOf(view: FleetView): { readonly text: string; readonly colour: string } {
  if (isStale(view)) return { text: 'not running', colour: COLOURS.unknown };
  const rows = view.rows.filter(({ about }) => about === 'canary');
  const count = (attention: (typeof rows)[number]['attention']): number =>
    rows.filter((row) => row.attention === attention).length;
  const [failing, noData, degraded] = [count('failing'), count('noData'), count('degraded')];
  if (failing > 0) return { text: `${failing} failing`, colour: COLOURS.bad };
  if (noData > 0) return { text: `${noData} without data`, colour: COLOURS.unknown };
  if (degraded > 0) return { text: `${degraded} degraded`, colour: COLOURS.late };
  const passing = count('passed') + count('muted');
  return passing === 0
    ? { text: 'no run yet', colour: COLOURS.unknown }
    : { text: `${passing} passing`, colour: COLOURS.good };
}
