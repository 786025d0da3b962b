import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';
import { BASE_STYLE } from './style.ts';
import { type Mark, markFavicon } from './verdict.ts';

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  /** The icon of the tab. */
  readonly mark: Mark;
  /** The page's own style, after that of every page. */
  readonly style: string;
  readonly body: Html;
  /** A script of ours: the only one that the page's policy permits. The page must work without it. */
  readonly script?: string;
}

/**
 * A whole page in one file, for a browser, a mail or a bucket. Its policy permits nothing but its own style and script, named by their
 * digests, and connections of that script to the page's own host. A link sends no referrer.
 */
export function renderPage({ title, mark, style, body, script }: PageParts): string {
  const css = BASE_STYLE + style;
  const policy = [
    "default-src 'none'",
    `style-src ${digestOf(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    ...(script === undefined ? [] : [`script-src ${digestOf(script)}`, "connect-src 'self'"]),
  ];
  const page = html`<!doctype html><html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${new Html(policy.join(';'))}">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <title>${title}</title><link rel="icon" href='${new Html(markFavicon(mark))}'>
    <style>${new Html(css)}</style></head><body>${body}
    ${script !== undefined && html`<script>${new Html(script)}</script>`}
    </body></html>`;
  return `${page.text}\n`;
}

const digests = new Map<string, string>();

/** A source of the policy: the digest of a style or script. There are as many as pages have kinds, so all are kept. */
function digestOf(text: string): string {
  const digest = digests.get(text) ?? `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  digests.set(text, digest);
  return digest;
}
