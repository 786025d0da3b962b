/**
 * The script of a page, at most 4 kB: copies, a filter, keys, and changes as they come from the server. A page without it has the same content.
 * Plain JavaScript for browsers of 2023 and later. Each line ends a statement or a block, so that the lines can be joined.
 */
export const PAGE_SCRIPT: string = `(()=>{
const d=document,root=d.documentElement,all=(s,e=d)=>[...e.querySelectorAll(s)];
const make=(tag,set,css)=>{const one=Object.assign(d.createElement(tag),set);Object.assign(one.style,css);return one};
const bar=make('p',{hidden:true},{position:'fixed',inset:'auto 0 0',margin:0,padding:'.5rem 1rem',background:'var(--fg)',color:'var(--bg)'});
bar.setAttribute('role','status');
root.append(bar);
const say=text=>{bar.textContent=text;bar.hidden=!text};
const copy=async button=>{
const value=d.getElementById(button.dataset.copy).textContent,word=button.textContent;
let done=true;
try{await navigator.clipboard.writeText(value)}
catch{const area=make('textarea',{value});d.body.append(area);area.select();done=d.execCommand('copy');area.remove()}
button.textContent=done?'Copied':'Not copied';
setTimeout(()=>{button.textContent=word},2e3)};
d.addEventListener('click',event=>{const button=event.target.closest('[data-copy]');if(button)copy(button)});
let wanted='';
const sift=()=>{for(const row of all('[data-filter]>li'))row.hidden=!row.textContent.toLowerCase().includes(wanted)};
const enhance=()=>{
for(const button of all('[data-copy]'))button.hidden=false;
for(const list of all('[data-filter]')){
if(list.previousSibling?.type==='search')continue;
const label=list.dataset.filter,box=make('input',{type:'search',value:wanted,placeholder:label,ariaLabel:label},{font:'inherit',padding:'.3rem .5rem',maxWidth:'100%'});
box.dataset.own='';
box.oninput=()=>{wanted=box.value.trim().toLowerCase();sift()};
list.before(box)}
if(wanted)sift()};
const move=step=>{
const list=all('main tr,main li').map(row=>row.querySelector('a[href]')).filter(link=>link?.checkVisibility()),at=list.indexOf(d.activeElement);
list[at<0&&step<0?list.length-1:Math.min(list.length-1,Math.max(0,at+step))]?.focus()};
const keys={j:()=>move(1),k:()=>move(-1),'/':()=>all('[type=search]')[0]?.focus(),'?':()=>say(bar.hidden?'j: next · k: previous · Enter: open · /: filter · Escape: back':'')};
d.addEventListener('keydown',event=>{
const {key,target}=event,box=target.closest('input,textarea,select');
if(event.ctrlKey||event.metaKey||event.altKey)return;
if(box&&key==='Escape'){box.value='';box.oninput?.();box.blur()}
if(box&&box.type!=='radio'||!Object.hasOwn(keys,key))return;
event.preventDefault();keys[key]()});
const merge=(old,now)=>{
if(old.isEqualNode(now))return;
if(old.nodeName!==now.nodeName||old.id!==now.id)return old.replaceWith(now);
if(old.nodeType!==1){old.data=now.data;return}
for(const {name} of [...old.attributes])if(!now.hasAttribute(name)&&name!=='open')old.removeAttribute(name);
for(const {name,value} of now.attributes)if(old.getAttribute(name)!==value)old.setAttribute(name,value);
fill(old,now)};
const fill=(old,now)=>{
const own=one=>one.nodeName==='SCRIPT'||one.dataset?.own==='',was=[...old.childNodes],kept=was.filter(one=>!own(one)),next=[...now.childNodes],script=was.find(one=>one.nodeName==='SCRIPT')??null;
next.forEach((one,at)=>kept[at]?merge(kept[at],one):old.insertBefore(one,script));
for(const one of kept.slice(next.length))one.remove()};
const take=({id,html,title,reload})=>{
if(reload)return location.reload();
if(title)d.title=title;
const {content}=make('template',{innerHTML:html}),old=d.getElementById(id);
if(id==='')fill(d.body,content);
else if(old)merge(old,content.firstChild);
enhance()};
enhance();
const address=d.body.dataset.live;
if(address){
let timer,source;
const gone=why=>{root.style.filter='grayscale(1)';say((why||'No connection to the runner.')+' This page may be out of date.')};
const wait=()=>{clearTimeout(timer);timer=setTimeout(gone,3e4)};
const alive=()=>{if(root.style.filter){root.style.filter='';say('')}wait()};
const open=()=>{
wait();
source=new EventSource(address);
source.onopen=alive;
source.addEventListener('alive',alive);
source.addEventListener('stale',()=>gone('The runner cannot read its state.'));
source.onmessage=event=>{alive();take(JSON.parse(event.data))};
source.onerror=()=>{gone();if(source.readyState===2)setTimeout(open,5e3)}};
open();
addEventListener('pagehide',()=>source.close());
addEventListener('pageshow',event=>{if(event.persisted)open()})}
})()`.replaceAll('\n', '');
