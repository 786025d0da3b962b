import { BUTTON_STYLE, css } from '../base/style.ts';

/** Style of the story: a line of time on the left, and what happened next to it. */
export const INCIDENT_STYLE =
  BUTTON_STYLE +
  css(`
  .lead{display:flex;gap:.6rem;align-items:flex-start}
  .lead .icon{width:1.5rem;height:1.5rem;margin-top:.1rem}
  .why{font-size:1.05rem;margin:.6rem 0}
  ol.story{list-style:none;margin:0;padding:0}
  ol.story li{display:grid;grid-template-columns:4.6rem 1.6rem 1fr;align-items:start;padding:.15rem 0;position:relative}
  ol.story li::before{content:"";position:absolute;left:5.15rem;top:1.5rem;bottom:-.35rem;border-left:1px solid var(--line)}
  ol.story li:last-child::before{display:none}
  ol.story .day{display:block;padding:.5rem 0 .15rem;font-size:.87em;color:var(--mute)}
  ol.story .day::before{display:none}
  ol.story time{font-size:.87em;color:var(--mute);font-variant-numeric:tabular-nums;padding-top:.1rem}
  ol.story .icon{margin:.25rem 0 0 .1rem}
  nav{margin-bottom:.4rem}
  section>ul{margin:0;padding-left:1.1rem}
`);
