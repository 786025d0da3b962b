import { formatDuration } from '../../core/base/duration.ts';
import { isoSecond } from '../../core/base/format.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import type { StoryEvent } from '../../core/incident/story.ts';
import { runPagePath } from '../../core/report/page-paths.ts';
import { Html, html } from '../base/html.ts';
import { MARKS, type Mark, markIcon } from '../base/verdict.ts';

/** The events in the order of time: an item for each event, and one for each day. */
export function storyList(story: readonly StoryEvent[]): Html {
  const days = story.map(({ atMs }) => isoSecond(atMs).slice(0, 10));
  const items = story.map((event, index) => {
    const day = days[index];
    return html`${day !== days[index - 1] && html`<li class="day">${day}, UTC</li>`}${storyItem(event)}`;
  });
  return html`<ol class="story">${items}</ol>`;
}

function storyItem(event: StoryEvent): Html {
  const { atMs } = event;
  const clock = isoSecond(atMs).slice(11, 19);
  return html`<li><time datetime="${isoSecond(atMs)}">${clock}</time>${iconOf(event)}<span>${textOf(event)}</span></li>`;
}

/** Shapes of events that are no runs: a bell, a hand, a flag; 16 units wide. */
const SHAPES: Readonly<Record<Exclude<StoryEvent['kind'], 'run'>, string>> = {
  opened: 'M2 1h1.6v14H2zM4.4 2H14l-2.6 3.5L14 9H4.4z',
  closed: 'M2 1h1.6v14H2zM4.4 2H14v7H4.4zM6 3.6v3.8h6.4V3.6z',
  notice: 'M8 1a4.6 4.6 0 0 0-4.6 4.6V10L2 12.4h12L12.6 10V5.6A4.6 4.6 0 0 0 8 1M6.3 13.4h3.4L8 15.2z',
  operator: 'M8 1a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 0 1 8 1M2 15c0-3.6 2.7-6 6-6s6 2.4 6 6z',
};

function iconOf({ kind, outcome = 'missed', result }: StoryEvent): Html {
  if (kind === 'run') return markIcon(markOf(outcome));
  const colour = kind === 'opened' || result === 'refused' ? 'failed' : kind === 'closed' ? 'passed' : 'mute';
  return html`<svg class="icon ${colour}" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${new Html(SHAPES[kind])}"/></svg>`;
}

function markOf(outcome: NonNullable<StoryEvent['outcome']>): Mark {
  return outcome === 'missed' || outcome === 'lost' ? 'unknown' : outcome;
}

const WORDS = { missed: 'Missed', lost: 'Lost' } as const;

function textOf({ kind, text, outcome, count = 1, runId, atMs, untilMs = atMs }: StoryEvent): Html {
  if (kind === 'opened' || kind === 'closed') return html`<b>${text}</b>`;
  if (kind !== 'run' || outcome === undefined) return html`${text}`;
  const mark = markOf(outcome);
  const word = outcome === 'missed' || outcome === 'lost' ? WORDS[outcome] : MARKS[mark].word;
  const over = untilMs > atMs && html` over ${formatDuration(untilMs - atMs)}`;
  const run =
    runId !== undefined &&
    html` <a href="../${runPagePath(runId)}">${count > 1 ? 'first run' : 'run'} <code>${runId.slice(0, SHOWN_DIGITS)}</code></a>`;
  return html`<b class="${mark}">${word}</b>${count > 1 && html` ×${count}`}${over}${text !== '' && html`: ${text}`}${run}`;
}
