import type { Html } from '../base/html.ts';
import { css, neededStyle, type OptionalStyle } from '../base/style.ts';

/** Style of timelines in a page with this body. */
export function timelineStyle(body: Html): string {
  return TIMELINE_STYLE + neededStyle(OPTIONAL, body);
}

/** Rules that every timeline needs. */
const TIMELINE_STYLE = css(`
  .shapes{position:absolute}
  .lanes{border:1px solid var(--line);border-radius:8px;padding:.35rem .75rem .5rem}
  .lane{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;padding:.25rem 0;border-top:1px solid var(--line)}
  .track{grid-column:1/3;grid-row:2}
  .service{font-weight:600}
  .track svg{display:block;width:100%}
  .track text{font-size:12px;font-weight:600;fill:currentColor}
  .axis text{fill:var(--mute);font-size:11px;font-weight:400}
  .axis{border:0;padding:0}
  rect:is(.act,.wait,.never){height:8px;rx:2px}
  rect.wait,rect.never{fill:var(--bg);stroke:currentColor;stroke-width:1.5}
  .dot{stroke:var(--edge,var(--bg));stroke-width:1.5}
  .legend{display:flex;flex-wrap:wrap;gap:0 1rem;color:var(--mute);font-size:.87em}
  @media(min-width:44rem){
    .lane{grid-template-columns:13rem 1fr 9.5rem;align-items:center}
    .track{grid-column:2;grid-row:1}
  }
`);

/** Rules for marks that few timelines have. */
const OPTIONAL: readonly OptionalStyle[] = [
  ['class="never', 'rect.never{stroke-dasharray:4 3}'],
  ['class="fold', '.fold{fill:var(--line);opacity:.55}'],
  ['class="hatch', 'rect.hatch,.hatch{fill:url(#hatch);stroke:currentColor}'],
  ['class="back', '.back{fill:var(--bg)}'],
  ['class="hollow', '.hollow{fill:var(--bg);--edge:currentColor}'],
  ['class="seen', 'line.seen{stroke:currentColor;stroke-width:2}'],
];
