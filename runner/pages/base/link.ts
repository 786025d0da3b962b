import { type Html, html } from './html.ts';

/** A link to a page of the web. An address that is none of HTTP stays plain text, so that no other scheme is opened. */
export function webLink(url: string, label: string): Html {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isWeb ? html`<a href="${url}">${label}</a>` : html`${label === url ? url : `${label}: ${url}`}`;
}

/** A link to a page of ours, or text if there is none. `path` is relative, and its parts are encoded. */
export function pageLink(path: string | undefined, label: string): Html {
  return path === undefined ? html`${label}` : html`<a href="${path}">${label}</a>`;
}
