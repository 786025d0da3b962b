import type { Stretch, Timeline, TimelineMark } from './timeline.ts';

/** A stretch in which nothing began, ended or was seen, drawn narrow. */
export interface Fold extends Stretch {
  /** Percent of the drawing's width. */
  readonly x: number;
  readonly width: number;
}

/** Places of moments in a drawing, in percent of its width. */
export interface Scale {
  at(ms: number): number;
  readonly folds: readonly Fold[];
}

/** An idle stretch longer than this part of the whole is folded. */
const LONG = 0.15;
/** Width of a fold, and of the margins left and right, in percent. */
const FOLD = 8;
const MARGIN = 1.5;

/** The scale of a timeline: linear, with long idle stretches folded. */
export function scaleOf({ startMs, endMs, lanes }: Timeline): Scale {
  const moments = [startMs, endMs, ...lanes.flatMap(({ marks }) => marks.flatMap(momentsOf))].toSorted(
    (a, b) => a - b,
  );
  const [first, last] = [moments[0] as number, moments.at(-1) as number];
  const spans = moments.slice(1).map((toMs, index) => ({ fromMs: moments[index] as number, toMs }));
  const longMs = (last - first) * LONG;
  const isFold = ({ fromMs, toMs }: Stretch): boolean => toMs - fromMs > longMs;
  const folded = spans.filter(isFold);
  const foldedMs = folded.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const room = 100 - 2 * MARGIN - folded.length * FOLD;
  const perMs = room / Math.max(1, last - first - foldedMs);
  const stops: { readonly span: Stretch; readonly x: number; readonly width: number }[] = [];
  let x = MARGIN;
  for (const span of spans) {
    const width = isFold(span) ? FOLD : (span.toMs - span.fromMs) * perMs;
    stops.push({ span, x, width });
    x += width;
  }
  return {
    at: (ms) => {
      const stop = stops.find(({ span }) => ms <= span.toMs);
      if (stop === undefined) return x;
      const { fromMs, toMs } = stop.span;
      return stop.x + (toMs === fromMs ? 0 : (Math.max(0, ms - fromMs) / (toMs - fromMs)) * stop.width);
    },
    folds: stops.filter(({ span }) => isFold(span)).map(({ span, ...place }) => ({ ...span, ...place })),
  };
}

function momentsOf(mark: TimelineMark): readonly number[] {
  if (mark.shape === 'missing') return [mark.deadlineMs];
  if (mark.shape === 'sighting') return [mark.seenAtMs, mark.happenedAtMs ?? mark.seenAtMs];
  return [mark.fromMs, mark.toMs];
}
