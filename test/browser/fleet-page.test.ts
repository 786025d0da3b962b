import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { fleetPage } from '../../runner/pages/fleet/fleet-page.ts';
import { fleetOf } from '../support/pages/fleet-views.ts';
import { openHtml, startBrowser } from './support/browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => browser.close());

describe('the page of 10,000 canaries', () => {
  it('leaves the rows off the screen unrendered', async () => {
    const { page } = await openHtml(browser, fleetPage(fleetOf(10_000)));
    await page.evaluate(() => document.querySelector('.rows')?.scrollIntoView());
    await page.screenshot(); // rows are chosen when a frame is drawn
    const rendered = await page.evaluate(
      () =>
        [...document.querySelectorAll('.rows>li>:first-child')].filter((one) =>
          one.checkVisibility({ contentVisibilityAuto: true }),
        ).length,
    );

    expect(rendered).toBeGreaterThan(5);
    expect(rendered).toBeLessThan(500);
    await page.context().close();
  });

  it('shows the canaries of one state alone by a click on its count, without script', async () => {
    const { page } = await openHtml(browser, fleetPage(fleetOf(200)), { script: false });
    await page.locator('#f-failing').check();

    expect(await page.locator('.rows>li:visible').count()).toBe(
      await page.locator('.rows>li.failing').count(),
    );
    await page.context().close();
  });

  it('turns grey by itself once it is out of date, without script', async () => {
    const { page } = await openHtml(browser, fleetPage(fleetOf(3), { freshForMs: 300 }), { script: false });
    await page.locator('.old').waitFor();

    const colours = await page.evaluate(() => {
      const [first] = document.querySelectorAll('.rows .passed');
      const [mute] = document.querySelectorAll('.rows small');
      return [first, mute].map((one) => one && getComputedStyle(one).color);
    });
    expect(colours[0]).toBe(colours[1]);
    await page.context().close();
  });
});
