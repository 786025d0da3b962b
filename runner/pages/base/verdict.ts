import type { Verdict } from '../../core/base/verdict.ts';
import { type Html, html } from './html.ts';

/** A verdict, or a state of a canary that is none: it is paused, has never run, or its runner has stopped. */
export type Mark = Verdict | 'paused' | 'unknown';

interface MarkLook {
  readonly word: string;
  /** A sign for text and for CSS. */
  readonly sign: string;
  /** A path in a square of 16 units, filled; its shape differs from those of all others. */
  readonly path: string;
}

/** Word and shape of each mark. The third is its colour. */
export const MARKS: Readonly<Record<Mark, MarkLook>> = {
  passed: {
    word: 'Passed',
    sign: '✓',
    path: 'M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0M6.9 11.8 3.4 8.3 4.8 6.9l2.1 2.1 4.3-4.3 1.4 1.4z',
  },
  degraded: {
    word: 'Degraded',
    sign: '!',
    path: 'M8 .6 16 15H0zM7.1 5.6v4.6h1.8V5.6zM7.1 11.4v1.8h1.8v-1.8z',
  },
  failed: {
    word: 'Failed',
    sign: '✗',
    path: 'M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7zM8 6.7 5.7 4.4 4.4 5.7 6.7 8l-2.3 2.3 1.3 1.3L8 9.3l2.3 2.3 1.3-1.3L9.3 8l2.3-2.3-1.3-1.3z',
  },
  error: {
    word: 'Error',
    sign: '?',
    path: 'M8 0l8 8-8 8-8-8zM7.1 11v1.7h1.8V11zM5.4 6.5h1.7c0-1.2 1.8-1.2 1.8 0 0 .9-1.8 1.2-1.8 3.4h1.8c0-1.5 1.8-1.6 1.8-3.4 0-3.3-5.3-3.3-5.3 0z',
  },
  skipped: {
    word: 'Skipped',
    sign: '–',
    path: 'M1 1h14v14H1zM2.8 2.8v10.4h10.4V2.8zM5 7.1h6v1.8H5z',
  },
  paused: {
    word: 'Paused',
    sign: '‖',
    path: 'M1 1h14v14H1zM5 4.5v7h2v-7zM9 4.5v7h2v-7z',
  },
  unknown: {
    word: 'Unknown',
    sign: '·',
    path: 'M8,0a8,8,0,1,0,0,16A8,8,0,0,0,8,0M8,1.8a6.2,6.2,0,1,1,0,12.4A6.2,6.2,0,0,1,8,1.8M6.5,6.5h3v3h-3z',
  },
};

/** A mark in text: its word, before which the style puts its sign in its colour. */
export function markText(mark: Mark, word = MARKS[mark].word): Html {
  return html`<span class="${mark}">${word}</span>`;
}

/** A mark as a picture; the word must stand next to it. */
export function markIcon(mark: Mark): Html {
  return html`<svg class="icon ${mark}" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${MARKS[mark].path}"/></svg>`;
}

/** Marks with a colour of their own, in `style.ts` under the same name. All others are muted. */
const COLOURED: readonly Mark[] = ['passed', 'degraded', 'failed', 'error'];

/** Style rules of all marks: colour and sign. */
export const MARK_STYLE = (Object.keys(MARKS) as Mark[])
  .map((mark) => {
    const colour = COLOURED.includes(mark) ? mark : 'mute';
    return `.${mark}{color:var(--${colour})}span.${mark}::before{content:"${MARKS[mark].sign} "}`;
  })
  .join('');

/** A mark as the icon of a page's tab: an image in a `data:` URL, for an attribute in single quotes. Its text is that of `markIcon`, for gzip. */
export function markFavicon(mark: Mark): string {
  const fill = { passed: '1a7f37', degraded: '9a6700', failed: 'cf222e', error: '8250df' };
  const colour = fill[mark as keyof typeof fill] ?? '59636e';
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" fill="#${colour}" viewBox="0 0 16 16"><path fill-rule="evenodd" d="${MARKS[mark].path}"/></svg>`;
  return `data:image/svg+xml,${picture.replace(/[#<>]/g, encodeURIComponent)}`;
}
