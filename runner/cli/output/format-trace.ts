import type { Paint } from '../../../reporters/terminal/paint.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { formatSecond, truncateText, visible } from '../../core/base/format.ts';
import { isGood } from '../../core/base/verdict.ts';
import type { Trace, TracedRun, TraceEntry, TraceSource } from '../../core/trace/trace.ts';

const WORDS: Readonly<Record<TraceEntry['kind'], string>> = {
  sent: 'sent',
  seen: 'seen',
  missing: 'not seen',
  unchecked: 'could not see',
  noted: '',
};
const WIDEST_PLACE = 50;
/** A longer stretch without any entry has a line of its own. In milliseconds. */
const LEAST_GAP_MS = 5_000;

/** A trace as a timeline for a terminal, with its runs before it and its sources after it. */
export function formatTrace(trace: Trace, paint: Paint): string {
  const { entries, omitted, runs, sources } = trace;
  const read = sources.filter(({ unread }) => unread === undefined);
  const unread = sources.filter((one) => one.unread !== undefined);
  return [
    ...runs.flatMap((run) => formatTracedRun(run, paint)),
    ...(entries.length === 0
      ? [`Nothing is known of ${visible(trace.asked)} here.`]
      : timeline(entries, paint)),
    ...(omitted === 0 ? [] : [`and ${omitted} later ones, left out`]),
    '',
    ...(read.length === 0
      ? []
      : [`read: ${read.map(({ about, entries: n }) => `${visible(about)} (${entriesOf(n)})`).join(', ')}`]),
    ...unread.map((one) => paint('error', formatUnread(one))),
    '',
  ].join('\n');
}

function formatTracedRun(
  { canary, verdict, runId, way, continuity }: TracedRun,
  paint: Paint,
): readonly string[] {
  return [
    `${paint(verdict, visible(canary))}  ${verdict}   ${paint('skipped', `run ${runId}`)}`,
    `  ${visible(way)}`,
    ...(continuity === undefined
      ? []
      : [`  ${paint(isGood(verdict) ? 'plain' : verdict, visible(continuity))}`]),
    '',
  ];
}

function timeline(entries: readonly TraceEntry[], paint: Paint): readonly string[] {
  const [first] = entries as readonly [TraceEntry, ...TraceEntry[]];
  const width = Math.min(WIDEST_PLACE, Math.max(...entries.map(({ place }) => place.length)));
  const wordWidth = Math.max(WORDS.missing.length, ...entries.map(({ kind }) => WORDS[kind].length));
  return [
    formatSecond(first.atMs),
    ...entries.flatMap((entry, at) => {
      const before = entries[at - 1];
      const gapMs = before === undefined ? 0 : entry.atMs - Math.max(before.atMs, before.endMs ?? 0);
      const gap = gapMs < LEAST_GAP_MS ? [] : [paint('skipped', `           … ${formatDuration(gapMs)}`)];
      return [...gap, formatEntry(entry, { sinceMs: first.atMs, width, wordWidth }, paint)];
    }),
  ];
}

interface Columns {
  readonly sinceMs: number;
  /** Characters of the place. */
  readonly width: number;
  /** Characters of the word for the kind. */
  readonly wordWidth: number;
}

function formatEntry(
  { atMs, endMs, place, kind, what, fault }: TraceEntry,
  { sinceMs, width, wordWidth }: Columns,
  paint: Paint,
): string {
  const after = formatDuration(Math.max(0, atMs - sinceMs)).padStart(9);
  const took = endMs === undefined || endMs <= atMs ? '' : ` (${formatDuration(endMs - atMs)})`;
  const where = truncateText(visible(place), width).padEnd(width);
  const line = `${after}  ${WORDS[kind].padEnd(wordWidth)}  ${where}  ${visible(what)}${took}`;
  return fault === undefined ? line : paint(fault, line);
}

function entriesOf(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`;
}

function formatUnread({ about, entries, unread = '', right }: TraceSource): string {
  const found = entries === 0 ? '' : ` (${entriesOf(entries)} found)`;
  const needs = right === undefined ? '' : ` It needs ${right}.`;
  return `not read: ${visible(about)}${found}: ${visible(unread)}${needs}`;
}
