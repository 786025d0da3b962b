import { css } from '../base/style.ts';

/** Style of a timeline. A page that draws one adds it to its own. */
export const TIMELINE_STYLE = css(`
  .lanes{border:1px solid var(--line);border-radius:8px;padding:.35rem .75rem .5rem}
  .lane{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;padding:.25rem 0;border-top:1px solid var(--line)}
  .track{grid-column:1/3;grid-row:2}
  .service{font-weight:600}
  .track svg{display:block}
  .track text{font-size:12px;font-weight:600;fill:currentColor}
  .axis text{fill:var(--mute);font-size:11px;font-weight:400}
  .axis{border:0;padding:0}
  .fold{fill:var(--line);opacity:.55}
  rect.wait,rect.never{fill:var(--bg);stroke:currentColor;stroke-width:1.5}
  rect.never{stroke-dasharray:4 3}
  rect.hatch,.hatch{fill:url(#hatch);stroke:currentColor}
  .back{fill:var(--bg)}
  .dot{stroke:var(--edge,var(--bg));stroke-width:1.5}
  .hollow{fill:var(--bg);--edge:currentColor}
  line.seen{stroke:currentColor;stroke-width:2}
  .legend{display:flex;flex-wrap:wrap;gap:0 1rem;color:var(--mute);font-size:.87em}
  @media(min-width:44rem){
    .lane{grid-template-columns:13rem 1fr 9.5rem;align-items:center}
    .track{grid-column:2;grid-row:1}
  }
`);
