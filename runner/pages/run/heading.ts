import { Html, type HtmlValue, html } from '../base/html.ts';

/** A heading of a level: a run's page begins at 1, and a run within a page of several at 2. */
export type Level = 1 | 2 | 3;

/** A heading, so many levels below the run's own. */
export function heading(level: Level, below: 0 | 1, content: HtmlValue): Html {
  const name = new Html(`h${level + below}`);
  return html`<${name}>${content}</${name}>`;
}
