import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { auditOf } from './support/audit.ts';
import { openHtml, PHONE, startBrowser } from './support/browser.ts';
import { firstScreen, sideways, tabStops } from './support/reading.ts';
import { drawnTexts } from './support/svg-contrast.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => browser.close());

const page = (body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<title>t</title></head><body style="margin:0">${body}</body></html>`;

describe('the tests of pages bite:', () => {
  it('axe finds text that is too pale, and a table cell that it cannot decide on', async () => {
    const { page: opened } = await openHtml(
      browser,
      page(
        '<main><h1>t</h1><p style="color:#ccc">pale</p><p style="background:linear-gradient(red,blue)">mixed</p></main>',
      ),
    );
    const { violations, undecided } = await auditOf(opened);

    expect(violations.join()).toContain('color-contrast: p:nth-child(2)');
    expect(undecided.join()).toContain('color-contrast: p:nth-child(3)');
  });

  it('drawn text is measured against the shape behind it', async () => {
    const { page: opened } = await openHtml(
      browser,
      page(
        '<svg width="300" height="60"><rect width="150" height="60" fill="#767676"/><text x="10" y="30" fill="#000">behind grey</text><text x="160" y="30" fill="#767676">on white</text></svg>',
      ),
    );

    const [grey, white] = await drawnTexts(opened);
    expect(grey?.contrast).toBeCloseTo(4.62, 1);
    expect(white?.contrast).toBeCloseTo(4.54, 1);
  });

  it('the first screen is the text that is painted on it', async () => {
    const { page: opened } = await openHtml(
      browser,
      page(
        '<p>first</p><p style="visibility:hidden">hidden</p><p style="position:relative">under<b style="position:absolute;inset:0;background:#fff"></b></p><details><summary>more</summary>folded</details><div style="height:640px"></div><p>below</p>',
      ),
      PHONE,
    );

    expect(await firstScreen(opened)).toBe('first more');
  });

  it('an element that is wider than the phone is found', async () => {
    const { page: opened } = await openHtml(browser, page('<p style="width:400px">wide</p>'), PHONE);

    expect(await sideways(opened)).toEqual(['p.: wide']);
  });

  it('a stop of the Tab key without a mark is found, and one out of order', async () => {
    const { page: opened } = await openHtml(
      browser,
      page('<a href="#1" style="outline:none">plain</a><a href="#2" tabindex="1">early</a>'),
    );

    expect((await tabStops(opened)).map(({ name, isMarked }) => [name, isMarked])).toEqual([
      ['a early', false],
      ['a plain', false],
    ]);
  });

  it('a refusal of the policy and a request to another host are complaints', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'none'">`;
    const { complaints } = await openHtml(
      browser,
      page('<script>x()</script><img alt="x" src="http://127.0.0.1:1/">', policy),
    );

    expect(complaints.join('\n')).toMatch(/script-src[^]*requests http:\/\/127\.0\.0\.1:1\//);
  });
});
