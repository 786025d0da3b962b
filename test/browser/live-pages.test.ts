import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { FLEET_PAGE, runPagePath } from '../../runner/core/report/page-paths.ts';
import { incidentPage } from '../../runner/pages/incident/incident-page.ts';
import { withScript } from '../../runner/pages/script/with-script.ts';
import { accessWith } from '../../runner/serve/access.ts';
import { type PagesServer, servePages } from '../../runner/serve/server.ts';
import { type Site, siteOf } from '../../runner/serve/site.ts';
import { ABOUT, policyOf } from '../support/alerts/alerts.ts';
import { incidentOf } from '../support/pages/incidents.ts';
import { expectStep, resultOf, runIdOf } from '../support/run/builders.ts';
import { scheduled } from '../support/run/fleet.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import { openHtml, openUrl, startBrowser } from './support/browser.ts';

const runId = runIdOf(1);
const step = { ...expectStep('it is stored'), id: '1' };
const orders = scheduled('orders');

let browser: Browser;
let server: PagesServer;
let site: Site;
let store: ReturnType<typeof memoryStore>;
let page: Page;
let complaints: readonly string[];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => browser.close());

async function serve(port = 0): Promise<void> {
  const clock = systemClock();
  const failed = (thrown: unknown): void => {
    throw thrown;
  };
  store = memoryStore({ clock });
  site = siteOf({
    clock,
    runs: store.runs,
    alerts: store.alerts,
    project: { name: 'shop', maintenance: [] },
    environment: { name: 'prod' },
    canaries: [{ ...orders, steps: [step] }, scheduled('returns')],
    incidentContext: () => ({ policy: policyOf(), about: ABOUT }),
    failed,
  });
  server = await servePages({
    address: { host: '127.0.0.1', port },
    clock,
    pages: site.pages,
    access: accessWith({}),
    download: async (path) => site.download(path),
    failed,
  });
}

describe('a live page in a browser', () => {
  beforeEach(async () => serve());

  async function open(path: string): Promise<void> {
    ({ page, complaints } = await openUrl(browser, `${server.url}/${path}`));
    await page.waitForLoadState();
  }

  it('shows a poll within a tenth of a second, half of the time', async () => {
    await Promise.resolve(site.reporter.onRunStart?.({ runId, canary: 'orders', atMs: Date.now() }));
    await open(runPagePath(runId));
    await page.evaluate(() => {
      const painted: Record<string, number> = {};
      Object.assign(globalThis, { painted });
      new MutationObserver(() => {
        const [word = ''] = /poll \d+/.exec(document.body.innerText) ?? [];
        requestAnimationFrame(() => setTimeout(() => (painted[word] ??= Date.now())));
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.waitForTimeout(300);
    const sent: Record<string, number> = {};
    for (let poll = 1; poll <= 15; poll += 1) {
      sent[`poll ${poll}`] = Date.now();
      void site.reporter.onStepPoll?.({ runId, stepId: '1', attempts: poll, lastSeen: `poll ${poll}` });
      await page.waitForTimeout(150);
    }
    const painted = await page.evaluate(
      () => (globalThis as unknown as { painted: Record<string, number> }).painted,
    );
    // A poll that the next one overtook is seen with that.
    const seen = Object.keys(sent).map((_, at) => {
      const later = Object.keys(sent)
        .slice(at)
        .map((word) => painted[word] ?? Number.POSITIVE_INFINITY);
      return Math.min(...later) - (Object.values(sent)[at] ?? 0);
    });
    const times = seen.toSorted((one, other) => one - other);
    process.stdout.write(`from an event to the pixel: median ${times[7]} ms, longest ${times.at(-1)} ms\n`);

    expect(times.every(Number.isFinite)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
    await server.close();
  });

  it('becomes the report of its run, and keeps what is unfolded and focused on the page of the fleet', async () => {
    await Promise.resolve(site.reporter.onRunStart?.({ runId, canary: 'orders', atMs: Date.now() }));
    await open(runPagePath(runId));
    const fleet = await openUrl(browser, `${server.url}/${FLEET_PAGE}`);
    await fleet.page.locator('a', { hasText: 'returns' }).first().focus();
    const nowMs = Date.now();
    const result = resultOf({
      slotAtMs: nowMs,
      startedAtMs: nowMs,
      runId,
      canary: 'orders',
      verdict: 'failed',
      blame: 'target',
      reason: 'it was closed',
    });
    await store.runs.keep(result);
    void site.reporter.onRunEnd?.(result);
    await page.getByText('it was closed').first().waitFor();
    await fleet.page.waitForTimeout(300);

    expect(await fleet.page.evaluate(() => document.activeElement?.textContent)).toBe('returns');
    expect([...complaints, ...fleet.complaints]).toEqual([]);
    await Promise.all([page.context().close(), fleet.page.context().close()]);
    await server.close();
  });

  it('turns grey without its server, and goes on when that is back', async () => {
    await open(FLEET_PAGE);
    await page.waitForTimeout(200);
    const grey = async (): Promise<string> => page.evaluate(() => document.documentElement.style.filter);
    expect(await grey()).toBe('');
    const port = Number(new URL(server.url).port);
    await server.close();
    await page.getByText('No connection to the runner').waitFor();
    expect(await grey()).toBe('grayscale(1)');
    await serve(port);
    await page.waitForFunction(() => document.documentElement.style.filter === '', undefined, {
      timeout: 20_000,
    });

    await page.context().close();
    await server.close();
  });
});

describe('the script of a page', () => {
  it('copies a text, moves by keys and shows them', async () => {
    const opened = await openHtml(browser, withScript(incidentPage(incidentOf())));
    await opened.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await opened.page.getByRole('button', { name: 'Copy' }).click();
    await opened.page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await opened.page.evaluate(async () => navigator.clipboard.readText())).toContain(
      '# order-flow is failing',
    );
    const focused = async (): Promise<string | null | undefined> =>
      opened.page.evaluate(() => document.activeElement?.getAttribute('href'));
    await opened.page.locator('body').click();
    await opened.page.keyboard.press('j');
    const first = await focused();
    await opened.page.keyboard.press('j');
    const second = await focused();
    await opened.page.keyboard.press('k');
    await opened.page.keyboard.press('?');

    expect(first).toContain('runs/');
    expect(second).not.toBe(first);
    expect(await focused()).toBe(first);
    expect(await opened.page.getByRole('status').textContent()).toContain('j: next');
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  it('filters the rows of a list that asks for it', async () => {
    const list = '<ul data-filter="Filter"><li>stock</li><li>returns</li></ul>';
    const text = withScript(incidentPage(incidentOf())).replace('<table>', `${list}<table>`);
    const opened = await openHtml(browser, text);
    await opened.page.keyboard.press('/');
    await opened.page.keyboard.type('stock');
    expect(await opened.page.locator('li:visible', { hasText: 'returns' }).count()).toBe(0);
    await opened.page.keyboard.press('Escape');

    expect(await opened.page.locator('li:visible', { hasText: 'returns' }).count()).toBe(1);
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });
});
