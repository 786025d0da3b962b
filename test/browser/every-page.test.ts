import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PAGES } from './pages.ts';
import { auditOf } from './support/audit.ts';
import { openHtml, PHONE, startBrowser } from './support/browser.ts';
import { brokenWords, sideways, tabStops } from './support/reading.ts';
import { drawnTexts } from './support/svg-contrast.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => browser.close());

async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
  });
}

describe.each(PAGES)('$name', ({ render }) => {
  it.each(['light', 'dark'] as const)(
    'breaks no rule of axe, and leaves none undecided (%s)',
    async (scheme) => {
      const { page, complaints } = await openHtml(browser, await render(), { scheme });

      await unfold(page);

      expect(await auditOf(page)).toEqual({ violations: [], undecided: [] });
      expect(await page.title()).not.toBe('taken');
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each(['light', 'dark'] as const)(
    'has drawn text with a contrast of at least 4.5 : 1 (%s)',
    async (scheme) => {
      const { page } = await openHtml(browser, await render(), { scheme });

      expect((await drawnTexts(page)).filter(({ contrast }) => !(contrast >= 4.5))).toEqual([]);
      await page.context().close();
    },
  );

  it('does not scroll sideways on a phone, also with everything unfolded', async () => {
    const { page } = await openHtml(browser, await render(), PHONE);
    expect(await sideways(page)).toEqual([]);
    await unfold(page);

    expect(await sideways(page)).toEqual([]);
    await page.context().close();
  });

  it.each([PHONE, { width: 1024 }])(
    'breaks no word of a label, of a column, or of a mark (%j)',
    async (view) => {
      const { page } = await openHtml(browser, await render(), view);
      await unfold(page);

      expect(await brokenWords(page)).toEqual([]);
      await page.context().close();
    },
  );

  it('shows the same text without script', async () => {
    const [withScript, without] = await Promise.all(
      [true, false].map(async (script) => {
        const { page, complaints } = await openHtml(browser, await render(), { script });
        const text = await page.evaluate(() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('*{content-visibility:visible!important}'); // rows off the screen have no text before they are laid out
          document.adoptedStyleSheets = [sheet];
          return document.querySelector('main')?.innerText ?? '';
        });
        await page.context().close();
        return { text, complaints };
      }),
    );

    expect(without?.complaints).toEqual([]);
    expect(without?.text.length).toBeGreaterThan(20);
    for (const line of without?.text.split('\n') ?? []) expect(withScript?.text).toContain(line);
  });

  it('is printed in light colours, on paper of any width', async () => {
    const { page } = await openHtml(browser, await render(), { scheme: 'dark', width: 700 });
    await page.emulateMedia({ media: 'print' });

    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    expect(await sideways(page)).toEqual([]);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });

  it('is reached by the Tab key in the order of reading, each stop marked', async () => {
    const { page } = await openHtml(browser, await render());
    const stops = await tabStops(page);

    expect(stops.map(({ order }) => order)).toEqual(
      stops.map(({ order }) => order).toSorted((a, b) => a - b),
    );
    expect(stops.filter(({ isMarked }) => !isMarked)).toEqual([]);
    expect(stops.length).toBe(new Set(stops.map(({ order }) => order)).size);
    await page.context().close();
  });
});
