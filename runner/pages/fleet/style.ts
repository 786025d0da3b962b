import { ATTENTIONS } from '../../core/fleet/attention.ts';
import { css } from '../base/style.ts';
import { STRIP_STYLE } from './strip.ts';

const FILTERS = ATTENTIONS.map(
  (state) => `main:has(#f-${state}:checked) .rows>li:not(.${state}){display:none}`,
).join('');

export const FLEET_STYLE: string =
  STRIP_STYLE +
  css(`
  header p{margin:.1rem 0}
  .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
  .counts{border:0;margin:1rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem}
  .counts label{display:flex;gap:.35rem;align-items:center;border:1px solid var(--line);border-radius:6px;padding:.35rem .7rem;cursor:pointer}
  .counts label:has(:checked){background:var(--soft);border-color:var(--fg)}
  .counts b{font-size:1.15rem;font-variant-numeric:tabular-nums}
  .counts input{margin:0;accent-color:var(--fg)}
  .head{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:baseline;justify-content:space-between}
  .bad,.rows{list-style:none;margin:0;padding:0}
  .bad>li{display:flex;gap:.7rem;padding:.5rem 0;border-top:1px solid var(--line)}
  .bad .icon{margin-top:.2rem}
  .legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.87em}
  .legend svg{width:.5rem;height:.75rem}
  .rows>li{display:grid;grid-template-columns:minmax(9rem,1.2fr) 18.5rem minmax(8rem,2fr) 5.5rem 6rem;gap:0 .8rem;align-items:center;padding:.25rem 0;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 2.2rem}
  .rows small{color:var(--mute);font-variant-numeric:tabular-nums}
  @media(max-width:46rem){.rows>li{grid-template-columns:1fr 1fr;padding:.5rem 0;contain-intrinsic-size:auto 5.5rem}.rows>li>:first-child,.rows .strip{grid-column:1/-1}.rows>li>span{grid-column:1/-1}}
  @media print{.counts input,.legend{display:none}.rows>li{content-visibility:visible;break-inside:avoid}}
`) +
  FILTERS;
