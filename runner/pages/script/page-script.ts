/**
 * The script of a page, at most 4 kB: copies, a filter, keys, and changes as they come from the server. A page without it has the same content.
 * Plain JavaScript for browsers of 2023 and later. Each line ends a statement or a block, so that the lines can be joined.
 */
export const PAGE_SCRIPT: string = `(()=>{
const d=document,root=d.documentElement,all=s=>[...d.querySelectorAll(s)];
const make=(tag,set,css)=>{const one=Object.assign(d.createElement(tag),set);Object.assign(one.style,css);return one};
const bar=make('p',{hidden:true},{position:'fixed',inset:'auto 0 0',margin:0,padding:'.5rem 1rem',background:'var(--fg)',color:'var(--bg)'});
bar.setAttribute('role','status');
root.append(bar);
const say=text=>{bar.textContent=text;bar.hidden=!text};
const copy=async one=>{
const at=one.dataset.copy,text=d.getElementById(at)?.textContent??await(await fetch(at)).text(),was=one.textContent;
let done=true;
try{await navigator.clipboard.writeText(text)}
catch{const box=make('textarea',{value:text});d.body.append(box);box.select();done=d.execCommand('copy');box.remove()}
one.textContent=done?'Copied':'Not copied';
setTimeout(()=>{one.textContent=was},2e3)};
d.addEventListener('click',e=>{const one=e.target.closest('[data-copy]');if(one)copy(one)});
let want='';
const sift=()=>{for(const row of all('[data-filter]>li'))row.hidden=!row.textContent.toLowerCase().includes(want)};
const equip=()=>{
for(const one of all('[data-copy]'))one.hidden=false;
for(const list of all('[data-filter]')){
if(list.previousSibling?.type==='search')continue;
const label=list.dataset.filter,box=make('input',{type:'search',value:want,placeholder:label,ariaLabel:label},{font:'inherit',padding:'.3rem .5rem',maxWidth:'100%'});
box.dataset.own='';
box.oninput=()=>{want=box.value.trim().toLowerCase();sift()};
list.before(box)}
if(want)sift()};
const move=step=>{
const list=all('main tr,main li').map(row=>row.querySelector('a[href]')).filter(link=>link?.checkVisibility()),at=list.indexOf(d.activeElement);
list[at<0&&step<0?list.length-1:Math.min(list.length-1,Math.max(0,at+step))]?.focus()};
const keys={j:()=>move(1),k:()=>move(-1),'/':()=>all('[type=search]')[0]?.focus(),'?':()=>say(bar.hidden?'j: next · k: previous · Enter: open · /: filter · Escape: back':'')};
d.addEventListener('keydown',e=>{
const {key,target}=e,box=target.closest('input,textarea,select');
if(e.ctrlKey||e.metaKey||e.altKey)return;
if(box&&key==='Escape'){box.value='';box.oninput?.();box.blur()}
if(box&&box.type!=='radio'||!Object.hasOwn(keys,key))return;
e.preventDefault();keys[key]()});
const key=one=>one.id||one.firstChild?.getAttribute?.('href');
const merge=(old,now)=>{
if(old.isEqualNode(now))return;
if(old.nodeName!==now.nodeName||key(old)!==key(now))return old.replaceWith(now);
if(old.nodeType!==1){old.data=now.data;return}
for(const {name} of [...old.attributes])if(!now.hasAttribute(name)&&name!=='open')old.removeAttribute(name);
for(const {name,value} of now.attributes)if(old.getAttribute(name)!==value)old.setAttribute(name,value);
fill(old,now)};
const fill=(old,now)=>{
const js=one=>one.nodeName==='SCRIPT',own=one=>js(one)||one.dataset?.own==='',was=[...old.childNodes],kept=was.filter(one=>!own(one)),next=[...now.childNodes],end=was.find(js)??null;
next.forEach((one,at)=>kept[at]?merge(kept[at],one):old.insertBefore(one,end));
for(const one of kept.slice(next.length))one.remove()};
const take=({id,html,title,reload})=>{
if(reload)return location.reload();
if(title)d.title=title;
const {content}=make('template',{innerHTML:html}),old=d.getElementById(id)||all('.rows>li').find(row=>key(row)===id);
if(id==='')fill(d.body,content);
else if(old)merge(old,content.firstChild);
equip()};
equip();
const live=d.body.dataset.live;
if(live){
let due,feed;
const gone=why=>{root.style.filter='grayscale(1)';say((why||'No connection to the runner.')+' This page may be out of date.')};
const wait=()=>{clearTimeout(due);due=setTimeout(gone,3e4)};
const alive=()=>{if(root.style.filter){root.style.filter='';say('')}wait()};
const open=()=>{
wait();
feed=new EventSource(live);
feed.onopen=alive;
feed.addEventListener('alive',alive);
feed.addEventListener('stale',()=>gone('The runner cannot read its state.'));
feed.onmessage=({data})=>{alive();take(JSON.parse(data))};
feed.onerror=()=>{gone();if(feed.readyState===2)setTimeout(open,5e3)}};
open();
addEventListener('pagehide',()=>feed.close());
addEventListener('pageshow',event=>{if(event.persisted)open()})}
})()`.replaceAll('\n', '');
