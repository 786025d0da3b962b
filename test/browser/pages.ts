import { html } from '../../runner/pages/base/html.ts';
import { renderPage } from '../../runner/pages/base/page.ts';
import { MARKS, type Mark, markIcon, markText } from '../../runner/pages/base/verdict.ts';

/** A page that every rule of `every-page.test.ts` is applied to. */
export interface SamplePage {
  readonly name: string;
  render(): string;
}

function frame(): string {
  const marks = (Object.keys(MARKS) as Mark[]).map(
    (mark) => html`<tr><td>${markIcon(mark)}</td><td>${markText(mark)}</td><td class="num">0.84 s</td></tr>`,
  );
  const body = html`<main><h1>All marks</h1><p class="mute">In a table.</p>
    <table><caption>Marks</caption><thead><tr><th scope="col">Shape</th><th scope="col">Word</th><th scope="col">Time</th></tr></thead>
    <tbody>${marks}</tbody></table><details><summary>More</summary><pre tabindex="0">text</pre></details></main>`;
  return renderPage({ title: 'Marks', mark: 'passed', style: '', body });
}

/** A line for each page, with good, bad and hostile content. */
export const PAGES: readonly SamplePage[] = [{ name: 'the frame of all pages', render: frame }];
