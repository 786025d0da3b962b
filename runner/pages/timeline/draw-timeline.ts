import { formatDuration } from '../../core/base/duration.ts';
import { type Html, html } from '../base/html.ts';
import { diamond, unit } from '../base/svg.ts';
import { type Mark, markText } from '../base/verdict.ts';
import { type Scale, scaleOf } from './scale.ts';
import type { Bar, Lane, Timeline, TimelineMark } from './timeline.ts';

const ROW = 18; // pixels of a lane's row
const BAR = 8; // as in the style
/** The narrowest bar, in percent. */
const NARROW = 0.7;

/**
 * Draws a timeline: for each lane its name, its track and its outcome. Tracks are as wide as the page lets them be, so a phone shows all of it.
 * A drawing shows no fact
 * that the page does not also show as text: in `timelineTable`, or in the steps of a run. A page that has one also has
 * `shapesFor` its content, once.
 * The key is a part of ids, unique in the page.
 */
export function drawTimeline(timeline: Timeline, key: string): Html {
  const scale = scaleOf(timeline);
  return html`<div class="lanes">${axis(timeline, scale, `f${key}`)}${timeline.lanes.map((lane) => drawLane(lane, { timeline, scale, key: `f${key}` }))}</div>
    ${legend(timeline, scale)}`;
}

/** True if something of a timeline is hatched. */
function isHatched({ lanes, unseen = [] }: Timeline): boolean {
  return unseen.length > 0 || lanes.some(({ marks }) => marks.some(({ verdict }) => verdict === 'error'));
}

interface Drawing {
  readonly timeline: Timeline;
  readonly scale: Scale;
  /** The id of the folds. */
  readonly key: string;
}

/** The shapes that a page's drawings refer to: that of a sighting and, if something is hatched, the pattern of it. */
export function shapesFor({ text }: Html): Html {
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true"><path id="dot" class="dot" d="${diamond(0, 0, 5.5)}"/>${text.includes('class="hatch') && HATCH}</svg>`;
}

const HATCH = html`<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="5"/></pattern>`;

function axis({ startMs, endMs }: Timeline, scale: Scale, key: string): Html {
  const texts = scale.folds.map(
    ({ x, width, fromMs, toMs }) =>
      html`<text x="${unit(x + width / 2)}%" y="12" text-anchor="middle">${formatDuration(toMs - fromMs)}</text>`,
  );
  const endsFree = (scale.folds.at(-1)?.x ?? 0) < 78;
  return html`<div class="lane axis"><div class="track"><svg height="15" aria-hidden="true">
    <defs><g id="${key}">${scale.folds.map(({ x, width }) => html`<rect class="fold" x="${unit(x)}%" width="${unit(width)}%" height="99"/>`)}</g></defs>
    ${(scale.folds[0]?.x ?? 100) > 10 && html`<text x="0" y="12">0</text>`}${texts}
    ${endsFree && html`<text x="100%" y="12" text-anchor="end">${formatDuration(endMs - startMs)}</text>`}</svg></div></div>`;
}

function drawLane({ service, marks }: Lane, drawing: Drawing): Html {
  const rows = rowsOf(marks, drawing.scale);
  const height = Math.max(1, rows.length) * ROW;
  const outcome = outcomeOf(marks, drawing.timeline.startMs);
  return html`<div class="lane"><div class="service">${service}</div><div class="track">
    <svg height="${height}" aria-hidden="true">
    ${drawing.scale.folds.length > 0 && html`<use href="#${drawing.key}"/>`}
    ${(drawing.timeline.unseen ?? []).map(({ fromMs, toMs }) => {
      const x = drawing.scale.at(fromMs);
      return html`<rect class="hatch" x="${unit(x)}%" width="${unit(drawing.scale.at(toMs) - x)}%" height="${height}"/>`;
    })}
    ${rows.map((row, index) => row.map((mark) => drawMark(mark, drawing.scale, (index + 0.5) * ROW)))}
    </svg></div>${markText(outcome.verdict, outcome.text)}</div>`;
}

/** Bars that overlap stand below each other; a sighting stands on the last bar before it. */
function rowsOf(marks: readonly TimelineMark[], scale: Scale): readonly (readonly TimelineMark[])[] {
  const rows: { readonly marks: TimelineMark[]; end: number }[] = [];
  let current = 0;
  for (const mark of marks) {
    if (mark.shape === 'sighting' || mark.shape === 'missing') {
      rows[current] ??= { marks: [], end: 0 };
      rows[current]?.marks.push(mark);
      continue;
    }
    const [from, to] = [scale.at(mark.fromMs), scale.at(mark.toMs)];
    const free = rows.findIndex(({ end }) => end <= from);
    current = free === -1 ? rows.length : free;
    const row = rows[current] ?? { marks: [], end: 0 };
    rows[current] = row;
    row.marks.push(mark);
    row.end = Math.max(to, from + NARROW);
  }
  return rows.map((row) => row.marks);
}

function drawMark(mark: TimelineMark, scale: Scale, y: number): Html {
  if (mark.shape === 'missing') return diamondAt(scale.at(mark.deadlineMs), y, `hollow ${mark.verdict}`);
  if (mark.shape !== 'sighting') return drawBar(mark, scale, y);
  const { happenedAtMs, seenAtMs, count = 1, verdict } = mark;
  const at = scale.at(happenedAtMs ?? seenAtMs);
  const seenAt = scale.at(seenAtMs);
  return html`${seenAt - at > 1 && html`<line class="seen ${verdict}" x1="${unit(at)}%" x2="${unit(seenAt)}%" y1="${y}" y2="${y}"/><line class="seen ${verdict}" x1="${unit(seenAt)}%" x2="${unit(seenAt)}%" y1="${y - 5}" y2="${y + 5}"/>`}
    ${diamondAt(at, y, verdict, count)}`;
}

function drawBar({ shape, fromMs, toMs, verdict }: Bar, scale: Scale, y: number): Html {
  const x = scale.at(fromMs);
  const width = Math.max(NARROW, scale.at(toMs) - x);
  const fill = verdict === 'error' ? 'hatch ' : '';
  return html`<rect class="${fill}${shape} ${verdict}" x="${unit(x)}%" y="${y - BAR / 2}" width="${unit(width)}%"/>`;
}

function diamondAt(x: number, y: number, look: string, count = 1): Html {
  const text =
    count > 1 &&
    html`<svg x="${unit(x)}%" y="${y + 4}" class="${look}" overflow="visible"><rect class="back" x="${x > 85 ? -29 : 7}" y="-11" width="22" height="14"/><text x="${x > 85 ? -9 : 9}"${x > 85 && html` text-anchor="end"`}>×${count}</text></svg>`;
  return html`<use href="#dot" x="${unit(x)}%" y="${y}" class="${look}"/>${text}`;
}

interface Outcome {
  readonly verdict: Mark;
  readonly text: string;
}

const FROM_BAD: readonly Mark[] = ['failed', 'error', 'degraded', 'passed', 'skipped', 'paused'];

/** The outcome of a lane in a few words, by its worst mark. */
function outcomeOf(marks: readonly TimelineMark[], startMs: number): Outcome {
  const verdict = FROM_BAD.find((one) => marks.some((mark) => mark.verdict === one)) ?? 'unknown';
  const own = marks.filter((mark) => mark.verdict === verdict);
  const missing = own.find(({ shape }) => shape === 'missing');
  const sightings = own.filter((mark) => mark.shape === 'sighting');
  const bar = own.find((mark): mark is Bar => mark.shape !== 'missing' && mark.shape !== 'sighting');
  const lasted = bar === undefined ? '' : formatDuration(bar.toMs - bar.fromMs);
  if (missing !== undefined) return { verdict, text: lasted === '' ? 'not seen' : `not seen in ${lasted}` };
  if (sightings[0] !== undefined) {
    const count = sightings.reduce((sum, one) => sum + (one.count ?? 1), 0);
    const atMs = sightings[0].happenedAtMs ?? sightings[0].seenAtMs;
    return { verdict, text: `seen ${count > 1 ? `×${count} ` : ''}at ${formatDuration(atMs - startMs)}` };
  }
  const words = { act: `took ${lasted}`, wait: `no sight in ${lasted}`, never: `none in ${lasted}` };
  return { verdict, text: bar === undefined ? '' : words[bar.shape] };
}

/** Signs of the legend, for shapes that a drawing may have. */
const SIGNS = [
  ['act', '▬ act'],
  ['wait', '▭ wait'],
  ['never', '┅ must not come'],
  ['sighting', '◆ seen'],
  ['missing', '◇ not seen by then'],
] as const;

function legend(timeline: Timeline, scale: Scale): Html {
  const shapes = new Set(timeline.lanes.flatMap(({ marks }) => marks.map(({ shape }) => shape)));
  const texts = [
    ...SIGNS.flatMap(([shape, text]) => (shapes.has(shape) ? [text] : [])),
    ...(isHatched(timeline) ? ['▨ could not see'] : []),
    ...(scale.folds.length > 0 ? ['░ idle, folded'] : []),
  ];
  return html`<p class="legend">${texts.map((text) => html`<span>${text}</span> `)}</p>`;
}
