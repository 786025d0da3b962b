/** Shows by the reader's clock how long ago each `data-ago` was, in epoch milliseconds. */
const SHOW_AGES = `
const ago=ms=>{const s=Math.max(0,Math.round(ms/1e3));return s<120?s+' s':s<7200?Math.round(s/60)+' min':s<172800?Math.round(s/3600)+' h':Math.round(s/86400)+' d'};
const ages=now=>{for(const one of document.querySelectorAll('main [data-ago]'))one.textContent=' · '+ago(now-one.dataset.ago)+' ago'};`;

/** The script of a page that stays true: it shows how long ago things happened. */
export const AGO_SCRIPT: string = `(()=>{${SHOW_AGES}
const show=()=>ages(Date.now());
show();setInterval(show,1e3)})()`.replaceAll('\n', '');

/**
 * Shows the ages of the page and of the last tick, and turns a page grey that is out of date. Without a script, an open page turns grey by its
 * style after the same time.
 */
export const AGE_SCRIPT: string = `(()=>{${SHOW_AGES}
const show=()=>{const now=Date.now(),main=document.querySelector('main');
ages(now);
main.style.animation='none';
main.classList.toggle('old-page',now>+main.querySelector('[data-fresh-until]').dataset.freshUntil)};
show();setInterval(show,1e3)})()`.replaceAll('\n', '');
