import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { html } from '../../../runner/pages/base/html.ts';
import { pageLink, webLink } from '../../../runner/pages/base/link.ts';
import { renderPage } from '../../../runner/pages/base/page.ts';
import { diamond, rectangle } from '../../../runner/pages/base/svg.ts';
import { duration, moment } from '../../../runner/pages/base/time.ts';
import { MARKS, type Mark, markFavicon, markIcon, markText } from '../../../runner/pages/base/verdict.ts';

const PARTS = {
  title: '</title><b>',
  mark: 'failed',
  style: '.own{color:red}',
  body: html`<main>x</main>`,
} as const;

function digestIn(page: string, element: string): string {
  const [, text = ''] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page) ?? [];
  return createHash('sha256').update(text).digest('base64');
}

describe('a page', () => {
  it('permits its own style alone, by its digest', () => {
    const page = renderPage(PARTS);

    expect(page).toContain("default-src 'none'");
    expect(page).toContain(`style-src 'sha256-${digestIn(page, 'style')}'`);
    expect(page).not.toContain('script-src');
    expect(page).not.toContain('unsafe-inline');
  });

  it('permits the script that it has, and no other', () => {
    const page = renderPage({ ...PARTS, script: 'let a = 1 && 2;' });

    expect(page).toContain('<script>let a = 1 && 2;</script>');
    expect(page).toContain(`script-src 'sha256-${digestIn(page, 'script')}'`);
  });

  it('has its own style after that of all pages, and an escaped title', () => {
    const page = renderPage(PARTS);

    expect(page).toMatch(/\.own\{color:red\}<\/style>/);
    expect(page).toContain('<title>&lt;/title&gt;&lt;b&gt;</title>');
  });

  it('loads nothing from anywhere', () => {
    expect(renderPage(PARTS)).not.toMatch(/(src|href)="(?!data:)|url\(|@import/);
  });
});

describe('a mark', () => {
  const all = Object.keys(MARKS) as Mark[];

  it('has a word, a sign and a shape of its own', () => {
    for (const key of ['word', 'sign', 'path'] as const)
      expect(new Set(all.map((mark) => MARKS[mark][key])).size).toBe(all.length);
  });

  it('is text with a class, a picture without a name, and an icon of a tab', () => {
    expect(markText('failed').text).toBe('<span class="failed">Failed</span>');
    expect(markText('failed', '2 <failed>').text).toBe('<span class="failed">2 &lt;failed&gt;</span>');
    expect(markIcon('passed').text).toMatch(
      /^<svg class="icon passed" .*aria-hidden="true"><path .*<\/svg>$/,
    );
    for (const mark of all) expect(markFavicon(mark)).toMatch(/^data:image\/svg\+xml,[^'<>#]+$/);
  });
});

describe('a link', () => {
  it.each(['https://wiki.example.com/a?b=1&c="', 'http://127.0.0.1:3000/'])('leads to %s', (url) => {
    expect(webLink(url, 'Runbook').text).toMatch(/^<a href="[^"]+">Runbook<\/a>$/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'wiki/page', ' javascript:alert(1)'])(
    'is plain text for %s',
    (url) => {
      expect(webLink(url, 'Runbook').text).toBe(html`Runbook: ${url}`.text);
      expect(webLink(url, url).text).toBe(html`${url}`.text);
    },
  );

  it('to a page of ours is text if there is none', () => {
    expect(pageLink('runs/a.html', 'Run').text).toBe('<a href="runs/a.html">Run</a>');
    expect(pageLink(undefined, 'Run').text).toBe('Run');
  });
});

it('writes moments in UTC, and durations in a column', () => {
  expect(moment(Date.UTC(2026, 10, 25, 12, 1, 5, 7)).text).toBe(
    '<time datetime="2026-11-25T12:01:05.007Z">2026-11-25 12:01:05 UTC</time>',
  );
  expect(duration(840).text).toBe('<span class="num">0.84 s</span>');
});

it('draws shapes to a tenth of a unit', () => {
  expect(rectangle(1.23, 2, 10.06, 5)).toBe('M1.2 2h10.1v5h-10.1z');
  expect(diamond(10.04, 20, 5)).toBe('M10 15l5 5-5 5-5-5z');
});
