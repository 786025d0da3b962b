import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { FleetRow } from '../../runner/core/fleet/fleet-view.ts';
import { fleetPage } from '../../runner/pages/fleet/fleet-page.ts';
import { incidentPage } from '../../runner/pages/incident/incident-page.ts';
import { renderRunPage } from '../../runner/pages/run/run-page.ts';
import { runningPage } from '../../runner/pages/running/running-page.ts';
import { withScript } from '../../runner/pages/script/with-script.ts';
import { RUNS } from '../reporters/real-runs.ts';
import { fleetOf, PAGE_NOW_MS } from '../support/pages/fleet-views.ts';
import { incidentOf } from '../support/pages/incidents.ts';
import { runIdOf } from '../support/run/builders.ts';
import { openHtml, PHONE, startBrowser, type View } from './support/browser.ts';
import { AROUND, AROUND_AT_MS } from './support/sample-runs.ts';
import { smallPng } from './support/small-png.ts';

interface Shot {
  readonly name: string;
  readonly view: View;
  render(): string | Promise<string>;
}

/** A reader opens the page of the failed run five minutes later. */
const READ_MS = AROUND_AT_MS + 300_000;

const failed = async (): Promise<string> =>
  renderRunPage(await (RUNS['failed, with differences'] as (typeof RUNS)[string])(), AROUND);

/** A fleet in which one canary fails. */
function fleet(): string {
  const { rows, ...view } = fleetOf(9);
  const [bad, ...others] = rows as readonly [FleetRow, ...FleetRow[]];
  const reason = 'item: table invoices has no item with the order id, after 30 s';
  const sinceMs = PAGE_NOW_MS - 900_000;
  const failing: FleetRow = {
    ...bad,
    attention: 'failing',
    reason,
    sinceMs,
    by: 'anna',
    incidents: [INCIDENT],
  };
  return fleetPage({
    ...view,
    rows: [failing, ...others.map((row) => ({ ...row, attention: 'passed' as const }))],
  });
}

/** A run in progress, of which one step has passed. */
function live(): string {
  const startedAtMs = PAGE_NOW_MS - 4_000;
  const deadlineAtMs = PAGE_NOW_MS + 26_000;
  const begun = { begunAtMs: startedAtMs, deadlineAtMs };
  return withScript(
    runningPage({
      runId: runIdOf(7),
      canary: 'order-reaches-warehouse',
      startedAtMs,
      steps: [
        {
          ...begun,
          mode: 'act',
          id: '1',
          name: 'The orders API takes an order',
          kind: 'http',
          result: passed(26),
        },
        {
          ...begun,
          mode: 'expect',
          id: '2',
          name: 'The bus carries OrderPlaced',
          kind: 'event',
          result: passed(2_100),
        },
        {
          ...begun,
          mode: 'expect',
          id: '3',
          name: 'The orders table holds it',
          kind: 'item',
          attempts: 7,
          lastSeen: 'nothing yet',
        },
        { mode: 'expect', id: '4', name: 'The topic notifies the warehouse', kind: 'message' },
      ],
    }),
  );
}

const passed = (durationMs: number) => ({ verdict: 'passed', reason: '', durationMs }) as const;

const INCIDENT = {
  id: 'orders@1a2b3c4d#target1',
  stream: 'target',
  severity: 'critical',
  sinceMs: PAGE_NOW_MS,
} as const;

/** A line for each picture of the guide. */
const SHOTS: readonly Shot[] = [
  { name: 'run', view: { width: 900, height: 1_120, nowMs: READ_MS }, render: failed },
  { name: 'run-phone', view: { ...PHONE, scheme: 'dark', nowMs: READ_MS }, render: failed },
  {
    name: 'incident',
    view: { width: 900, height: 900 },
    render: () => withScript(incidentPage(incidentOf(), { markdownFile: 'a.md' })),
  },
  { name: 'live', view: { width: 900, height: 340 }, render: live },
  { name: 'fleet', view: { width: 1_000, height: 640, script: false }, render: fleet },
];

const FOLDER = join(import.meta.dirname, '../../docs/guide/pages');

/** The pixels of a page's screenshot, decoded by the browser. */
async function pixelsOf(page: Page): Promise<readonly [number, number, Uint8Array]> {
  const picture = (await page.screenshot()).toString('base64');
  const blank = await page.context().newPage();
  const { width, height, text } = await blank.evaluate(async (encoded) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encoded}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, text: data.join(',') };
  }, picture);
  return [width, height, Uint8Array.from(text.split(','), Number)];
}

mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
for (const { name, view, render } of SHOTS) {
  const { page } = await openHtml(browser, await render(), view);
  const png = smallPng(...(await pixelsOf(page)));
  writeFileSync(join(FOLDER, `${name}.png`), png);
  console.log(`docs/guide/pages/${name}.png  ${Math.round(png.length / 1_000)} kB`);
  await page.context().close();
}
await browser.close();
