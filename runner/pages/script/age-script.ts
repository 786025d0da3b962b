/**
 * Shows the ages of the page and of the last tick, by the reader's clock, and turns a page grey that is out of date. Without a script, an open
 * page turns grey by its style after the same time.
 */
export const AGE_SCRIPT: string = `(()=>{
const ago=ms=>{const s=Math.max(0,Math.round(ms/1e3));return s<120?s+' s':s<7200?Math.round(s/60)+' min':s<172800?Math.round(s/3600)+' h':Math.round(s/86400)+' d'};
const show=()=>{const now=Date.now(),main=document.querySelector('main');
for(const one of main.querySelectorAll('[data-ago]'))one.textContent=' · '+ago(now-one.dataset.ago)+' ago';
main.style.animation='none';
main.classList.toggle('old-page',now>+main.querySelector('[data-fresh-until]').dataset.freshUntil)};
show();setInterval(show,1e3)})()`.replaceAll('\n', '');
