import { formatDuration } from '../../core/base/duration.ts';
import { type Html, html } from '../base/html.ts';
import { MARKS, markText } from '../base/verdict.ts';
import type { Timeline, TimelineMark } from './timeline.ts';

interface Row {
  readonly service: string;
  readonly mark: TimelineMark;
  readonly atMs: number;
}

/** The facts of a timeline in order of time, for a reader of text; the drawing shows no others. */
export function timelineTable({ startMs, lanes }: Timeline): Html {
  const rows = lanes
    .flatMap(({ service, marks }) => marks.map((mark) => ({ service, mark, atMs: beginOf(mark) })))
    .toSorted((a, b) => a.atMs - b.atMs);
  return html`<table><thead><tr><th scope="col">After</th><th scope="col">Where</th><th scope="col">Event</th></tr></thead>
    <tbody>${rows.map((row) => rowOf(row, startMs))}</tbody></table>`;
}

function rowOf({ service, mark, atMs }: Row, startMs: number): Html {
  return html`<tr><td class="num">${formatDuration(atMs - startMs)}</td><td>${service}</td>
    <td>${markText(mark.verdict, mark.label)} <span class="mute">${describe(mark)}</span></td></tr>`;
}

/** The place of a mark in the order of time. */
export function beginOf(mark: TimelineMark): number {
  if (mark.shape === 'sighting') return mark.happenedAtMs ?? mark.seenAtMs;
  return mark.shape === 'missing' ? mark.deadlineMs : mark.fromMs;
}

/** The kind of a mark in words, with its verdict. */
export function describe(mark: TimelineMark): string {
  const verdict = MARKS[mark.verdict].word.toLowerCase();
  switch (mark.shape) {
    case 'act':
      return `${verdict}, took ${formatDuration(mark.toMs - mark.fromMs)}`;
    case 'wait':
      return `${verdict}, waited ${formatDuration(mark.toMs - mark.fromMs)}`;
    case 'never':
      return `${verdict}, watched for ${formatDuration(mark.toMs - mark.fromMs)}`;
    case 'missing':
      return 'expected by now, not seen';
    case 'sighting': {
      const { happenedAtMs, seenAtMs, count = 1 } = mark;
      const times = count === 1 ? 'seen' : `seen ×${count}`;
      return happenedAtMs === undefined ? times : `${times} ${formatDuration(seenAtMs - happenedAtMs)} later`;
    }
  }
}
