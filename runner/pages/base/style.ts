import type { Html } from './html.ts';
import { MARK_STYLE } from './verdict.ts';

/** CSS as it is sent: without line breaks and their indentation. */
export function css(text: string): string {
  return text.replace(/\n\s*/g, '');
}

/**
 * Style of every page; a page adds its own after it. Colours are in pairs, for light and dark. Each has at least 4.5 : 1
 * against `--bg` and `--soft`, as WCAG 2.2 requires of text at level AA.
 */
export const BASE_STYLE =
  css(`
  :root{color-scheme:light dark;
    --bg:light-dark(#fff,#0f1317);
    --soft:light-dark(#f5f7f9,#181d23);
    --fg:light-dark(#1b2026,#e4e8ec);
    --mute:light-dark(#57606a,#98a3ae);
    --line:light-dark(#d9dfe5,#2c343c);
    --link:light-dark(#0b5cad,#7ab8ff);
    --passed:light-dark(#17692f,#4fc76a);
    --degraded:light-dark(#7d4e00,#e0b03a);
    --failed:light-dark(#b3172c,#ff8a85);
    --error:light-dark(#6b3fc0,#c5a3ff)}
  *{box-sizing:border-box}
  body{margin:0 auto;max-width:64rem;padding:1rem;font:15px/1.45 system-ui,sans-serif;background:var(--bg);color:var(--fg);overflow-wrap:anywhere}
  h1{font-size:1.3rem;line-height:1.25;margin:0}
  h2{font-size:1rem;margin:1.6rem 0 .5rem}
  h3{font-size:.95rem;margin:0}
  p{margin:.3rem 0}
  a{color:var(--link);text-underline-offset:.15em}
  code,pre,.num{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.87em}
  .num{font-variant-numeric:tabular-nums;white-space:nowrap}
  small,.mute,dt,caption,th{color:var(--mute)}
  small{font-size:.87em}
  dl.facts{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;margin:.4rem 0 0}
  dl.facts div{display:flex;gap:.4rem}
  dt{white-space:nowrap}
  dd{margin:0}
  table{border-collapse:collapse;width:100%}
  caption{text-align:left;padding:0 0 .3rem}
  th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-top:1px solid var(--line);font-weight:400}
  thead th{border-top:0;font-size:.87em;padding-top:0;overflow-wrap:break-word}
  td>span{overflow-wrap:break-word}
  time{white-space:nowrap}
  .scroll{overflow-x:auto}
  summary{cursor:pointer;padding:.3rem 0}
  pre{margin:0;padding:.6rem .75rem;background:var(--soft);border-radius:6px;overflow:auto;max-height:24rem;white-space:pre-wrap;tab-size:2}
  svg{fill:currentColor}
  .icon{width:1em;height:1em;flex:none}
  :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
  @media print{:root{color-scheme:light}body{max-width:none;padding:0}button,nav{display:none}pre{max-height:none}tr{break-inside:avoid}details::details-content{content-visibility:visible}}
`) + MARK_STYLE;

/** Style of buttons, for pages that have one. */
export const BUTTON_STYLE = css(
  'button{font:inherit;color:var(--link);background:none;border:1px solid var(--line);border-radius:6px;padding:.2rem .6rem;cursor:pointer}',
);

/** Rules, and the markup without which a page needs none of them. */
export type OptionalStyle = readonly [markup: string, style: string];

/** Those of some optional rules that the markup of a page needs. */
export function neededStyle(optional: readonly OptionalStyle[], { text }: Html): string {
  return optional.flatMap(([markup, style]) => (text.includes(markup) ? [style] : [])).join('');
}
