import type { Html } from '../base/html.ts';
import { BUTTON_STYLE, css, neededStyle, type OptionalStyle } from '../base/style.ts';
import { timelineStyle } from '../timeline/style.ts';

/** Rules that every page of a run needs. */
const RUN_STYLE = css(`
  .run{display:grid;grid-template-columns:auto 1fr;gap:.1rem .6rem;align-items:center}
  .run>.icon{width:1.5rem;height:1.5rem}
  .run>:is(h1,h2){margin:0;color:var(--fg)}
  .run p{grid-column:1/3;margin:0}
  .run a{color:inherit}
  .ids{font-size:.87em}
  nav,.links,.ids{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}
  .wrong{border:1px solid var(--line);border-left:4px solid;border-radius:8px;padding:.5rem .85rem .6rem;margin:.75rem 0}
  .wrong>:is(h2,h3){margin:0;font-size:.87em}
  .wrong>:not(h2,h3,.mute){color:var(--fg)}
  .reason{font-size:1.05rem;font-weight:600;margin:.1rem 0 .35rem}
  .wrong .facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .75rem;margin:0}
  .wrong .facts div{display:contents}
  .wrong pre{margin:.5rem 0}
  .others{list-style:none;margin:.4rem 0;padding:.4rem 0 0;border-top:1px solid var(--line)}
  .others li{margin:.2rem 0}
  .steps details{border-top:1px solid var(--line)}
  .steps summary{padding:.4rem 0}
  .steps summary>.mute{display:block;padding-left:1rem;font-size:.93em}
  .step{display:inline-flex;justify-content:space-between;gap:1rem;width:calc(100% - 1.1rem);vertical-align:top}
  .steps span.passed{color:var(--fg)}
  .steps span.passed::before{color:var(--passed)}
  .steps details>:not(summary){margin-left:1rem}
  .steps ul{list-style:none;padding:0;margin:.2rem 0 .4rem}
`);

/** Rules that few pages of a run need. */
const OPTIONAL: readonly OptionalStyle[] = [
  ['<article', 'article{margin-top:1.5rem}'],
  ['<nav', 'nav{margin:0 0 .6rem}'],
  ['<button', BUTTON_STYLE],
  [
    'class="hops"',
    css(`
  thead td{border:0}
  .hops :is(td,th){vertical-align:middle}
  .spread{width:30%;padding-right:0}
  .spread svg{display:block;overflow:visible}
  .box{fill:var(--line)}
  .now{fill:var(--fg)}
  @media(max-width:36rem){.spread{display:none}}
`),
  ],
  [
    'class="wide"',
    css(`
  @media(max-width:36rem){
    .wide :is(tbody,tr,td,th){display:block}
    .wide thead{display:none}
    .wide :is(td,th){border:0;padding:.05rem 0}
    .wide tr{border-top:1px solid var(--line);padding:.3rem 0}
    .wide td:nth-child(3)::before{content:"Pass: "}
    .wide td:nth-child(4)::before{content:"This run: "}
  }
`),
  ],
];

/** Style of a page of runs with this body. */
export function runStyle(body: Html): string {
  return timelineStyle(body) + RUN_STYLE + neededStyle(OPTIONAL, body);
}
