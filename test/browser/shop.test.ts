import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { BREAKS } from '../../examples/shop/breaks.ts';
import { deployShop } from '../../examples/shop/deploy.ts';
import { startLocalAws } from '../../infra/local-aws/index.ts';
import { coalmine } from '../support/command.ts';
import { openUrl, PHONE, startBrowser } from './support/browser.ts';
import { firstScreen, sideways } from './support/reading.ts';

const ORDER = 'order-reaches-warehouse';
const CONSUMER = 'consumer-stores-orders';

/** The canary that a break of the shop turns red. */
const canaryOf = (name: string): string => (name === 'lose-callback' ? CONSUMER : ORDER);

const folder = mkdtempSync(join(tmpdir(), 'shop-pages-'));
let browser: Browser;
let port: number | undefined;

/** Runs a canary against a new shop, and gives the file of its page. The state is that of one earlier pass, if it is there. */
async function runShop(name: string, canary = canaryOf(name)): Promise<string> {
  // The same port each time: the handlers' clients are made once, as in Lambda, and keep their endpoint.
  const aws = await startLocalAws(port === undefined ? {} : { port });
  port = Number(new URL(aws.url).port);
  const state = join(folder, `${name}.sqlite`);
  if (name !== 'whole') copyFileSync(join(folder, 'whole.sqlite'), state);
  const page = join(folder, `${name}.html`);
  const file = `canaries/shop/${canary}.canary.yaml`;
  const { variables } = await deployShop(aws, BREAKS[name]);
  const env = { ...process.env, ...variables };
  await coalmine(['tap', file], { env });
  await coalmine(['run', file, '--state', state, '--reporter', `html:${page}`], { env });
  await aws.close();
  return page;
}

beforeAll(async () => {
  browser = await startBrowser();
  await runShop('whole', ORDER);
  await runShop('whole', CONSUMER);
});
afterAll(async () => browser.close());

/** The first screen of each break: the guilty resource, the expected and the found value, and the first hop without a sight of the run. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  'lose-event': ['Where bus shop', 'Expected count 1', 'Found 0', 'First unseen bus shop · OrderPlaced'],
  'lose-id': [
    'Where topic shop-shipments',
    'Expected count 1',
    'Found 0',
    'First unseen topic shop-shipments',
  ],
  'duplicate-event': [
    'Where bus shop',
    'Expected count 1',
    'Found 2',
    'First unseen none: every hop was seen',
  ],
  'slow-consumer': [
    'Where table shop-orders',
    'Expected count at least 1',
    'Found 0',
    'First unseen table shop-orders',
  ],
  'wrong-field': [
    'Where bus shop',
    'Expected detail.qty number',
    'Found text "',
    'First unseen none: every hop was seen',
  ],
  'lose-callback': [
    'Where inbox POST /orders',
    'Expected count 1',
    'Found 0',
    'First unseen inbox POST /orders',
  ],
  'poison-message': [
    'Where table shop-orders',
    'Expected count at least 1',
    'Found 0',
    'First unseen table shop-orders',
  ],
  'api-500': [
    'Where POST http://127.0.0.1',
    'Expected status number 201',
    'Found number 500',
    'First unseen The bus carries OrderPlaced',
  ],
};

it('has a screen for each break of the shop that turns a canary red', () => {
  expect(Object.keys(SCREENS).toSorted()).toEqual(
    Object.keys(BREAKS)
      .filter((name) => name !== 'redeliver')
      .toSorted(),
  );
});

it.each(Object.entries(SCREENS))(
  'the first screen of a phone holds the whole story: %s',
  async (name, parts) => {
    const file = await runShop(name);
    const { page, complaints } = await openUrl(browser, pathToFileURL(file).href, PHONE);
    const text = await firstScreen(page);
    await page.context().close();
    const bytes = readFileSync(file);

    for (const part of [`Failed ${canaryOf(name)}`, ...parts, 'the first run that failed; last pass'])
      expect(text).toContain(part);
    expect(text).toMatch(/Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    expect(complaints).toEqual([]);
    expect(await widthFaults(file)).toEqual([]);
    expect(bytes.length).toBeLessThanOrEqual(16_000);
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(5_000);
  },
);

async function widthFaults(file: string): Promise<readonly string[]> {
  const { page } = await openUrl(browser, pathToFileURL(file).href, PHONE);
  const faults = await sideways(page);
  await page.context().close();
  return faults;
}
