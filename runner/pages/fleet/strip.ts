import type { StripCell } from '../../core/fleet/cells.ts';
import { Html, html } from '../base/html.ts';
import { css } from '../base/style.ts';
import { outcomeMark } from './marks.ts';

/** A mark of strips: its class, its word, and the height of its cells in units of 12. The shape distinguishes marks without colour. */
interface StripLook {
  readonly name: 'f' | 'd' | 'p' | 'e';
  readonly word: string;
  readonly height: number;
}

/** Looks, the later ones drawn upon the earlier ones. */
export const STRIP_LOOKS = {
  passed: { name: 'p', word: 'passed', height: 4 },
  error: { name: 'e', word: 'without data', height: 2 },
  degraded: { name: 'd', word: 'degraded', height: 8 },
  failed: { name: 'f', word: 'failed', height: 12 },
} as const satisfies Readonly<Record<string, StripLook>>;

type StripMark = keyof typeof STRIP_LOOKS;

/**
 * A strip as a drawing: of each mark one path of thick lines, one for cells in a row. The line of passes runs on below
 * higher cells. Most strips of a fleet then differ in few marks, and a page of thousands stays small.
 */
export function stripSvg(cells: readonly StripCell[], width: number): Html {
  const marks = cells.map(markOf);
  const first = width - cells.length;
  const drawn = (Object.keys(STRIP_LOOKS) as StripMark[]).map((mark) => {
    const path = linesOf(marks, mark, first);
    return path === '' ? '' : `<path class="${STRIP_LOOKS[mark].name}" d="${path}"/>`;
  });
  return html`<svg class="strip" viewBox="0 0 ${width} 12" preserveAspectRatio="none" role="img" aria-label="${labelOf(marks)}">${new Html(drawn.join(''))}</svg>`;
}

function linesOf(marks: readonly (StripMark | undefined)[], mark: StripMark, first: number): string {
  const isDrawn = (one: StripMark | undefined): boolean =>
    one === mark || (mark === 'passed' && one !== undefined && one !== 'error');
  const y = 12 - STRIP_LOOKS[mark].height / 2;
  let path = '';
  for (let at = 0; at < marks.length; at += 1) {
    if (!isDrawn(marks[at])) continue;
    const from = at;
    while (at < marks.length && isDrawn(marks[at])) at += 1;
    path += `M${first + from} ${y}h${at - from}`;
  }
  return path;
}

function markOf({ outcome }: StripCell): StripMark | undefined {
  return outcome === undefined ? undefined : (outcomeMark(outcome) as StripMark);
}

/** The number of cells that did not pass. */
function labelOf(marks: readonly (StripMark | undefined)[]): string {
  const bad = (['failed', 'error', 'degraded'] as const).flatMap((mark) => {
    const count = marks.filter((one) => one === mark).length;
    return count === 0 ? [] : `${count} ${STRIP_LOOKS[mark].word}`;
  });
  if (bad.length > 0) return bad.join(', ');
  return marks.includes('passed') ? 'all passed' : 'no outcome';
}

/** Style of strips. */
export const STRIP_STYLE: string =
  css(`
  .strip{display:block;width:100%;height:1.25rem;border-bottom:1px solid var(--line)}
`) +
  Object.entries(STRIP_LOOKS)
    .map(([mark, { name, height }]) => `.${name}{stroke:var(--${mark});stroke-width:${height}}`)
    .join('');
