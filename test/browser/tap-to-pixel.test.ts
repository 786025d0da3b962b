import { CreateEventBusCommand, EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { tapStack } from '../../runner/adapters/taps/tap-stack.ts';
import { composeApp } from '../../runner/compose-app.ts';
import { correlationIdOf, type RunId } from '../../runner/core/base/run-id.ts';
import type { Canary } from '../../runner/core/model/canary.ts';
import { NO_PROJECT, type Project } from '../../runner/core/model/project.ts';
import { DIRECT } from '../../runner/core/network/proxies.ts';
import { runPagePath } from '../../runner/core/report/page-paths.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import { joinReporters } from '../../runner/core/report/reporters.ts';
import { runCanary } from '../../runner/engine/run/run-canary.ts';
import { accessWith } from '../../runner/serve/access.ts';
import { servePages } from '../../runner/serve/server.ts';
import { siteOf } from '../../runner/serve/site.ts';
import { ABOUT, policyOf } from '../support/alerts/alerts.ts';
import { localClients } from '../support/aws/local-clients.ts';
import { canaryOf, expectStep } from '../support/run/builders.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import { openUrl, startBrowser } from './support/browser.ts';

const EVENTS = 15;
const BUS = 'pixels';
const environment = { name: 'default', vars: {} };
const project: Project = { ...NO_PROJECT, taps: [{ on: { bus: BUS }, ids: [], probe: false }] };
/** A check for each event; all of them wait from the start. */
const canary: Canary = canaryOf(
  {},
  ...Array.from({ length: EVENTS }, (_, index) =>
    expectStep(`event ${index}`, {
      kind: 'event',
      correlate: false,
      input: { bus: BUS, detailType: `Event${index}` },
    }),
  ),
);

const local = localClients();
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => browser.close());

/** Lets the page note the moment at which each step was first painted as passed. */
async function notePaints(page: Page): Promise<void> {
  await page.evaluate(() => {
    const painted: Record<string, number> = {};
    Object.assign(globalThis, { painted });
    new MutationObserver(() => {
      const passed = [...document.querySelectorAll('tr:has(.passed) th')].map(
        (one) => one.firstChild?.textContent,
      );
      requestAnimationFrame(() =>
        setTimeout(() => {
          for (const name of passed) painted[name ?? ''] ??= Date.now();
        }),
      );
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

it('an event of a tap is painted on the page of its run while the run goes on', async () => {
  const clock = systemClock();
  const failed = (thrown: unknown): void => {
    throw thrown;
  };
  const store = memoryStore({ clock });
  const site = siteOf({
    clock,
    runs: store.runs,
    alerts: store.alerts,
    project: { name: 'shop', maintenance: [] },
    environment,
    canaries: [canary],
    incidentContext: () => ({ policy: policyOf(), about: ABOUT }),
    failed,
  });
  const server = await servePages({
    address: { host: '127.0.0.1', port: 0 },
    clock,
    pages: site.pages,
    access: accessWith({}),
    download: async (path) => site.download(path),
    failed,
  });
  const begun = Promise.withResolvers<RunId>();
  const noteStart: Reporter = { name: 'start', onRunStart: ({ runId }) => begun.resolve(runId) };
  const { engine, clients, close } = composeApp({
    settings: {
      env: {},
      proxyFor: DIRECT,
      owner: 'test',
      process: { user: 'test', host: 'localhost', pid: 0 },
      endpoint: local.aws.url,
      region: local.aws.region,
    },
    project,
    environment,
    reporters: joinReporters([site.reporter, noteStart], {
      clock,
      endWithinMs: 1_000,
      failed: (_, thrown) => failed(thrown),
    }),
  });
  const bus = local.clientOf(EventBridgeClient);
  await bus.send(new CreateEventBusCommand({ Name: BUS }));
  await tapStack({ clients, project }).make();
  const put = async (index: number, runId: RunId): Promise<void> => {
    const Detail = JSON.stringify({ metadata: { correlationId: correlationIdOf(runId) } });
    const Entries = [{ EventBusName: BUS, Source: 'test', DetailType: `Event${index}`, Detail }];
    await bus.send(new PutEventsCommand({ Entries }));
  };

  const run = runCanary({ canary, project, environment, signal: new AbortController().signal }, engine);
  const runId = await begun.promise;
  const { page, complaints } = await openUrl(browser, `${server.url}/${runPagePath(runId)}`);
  await notePaints(page);
  await page
    .getByText('Running')
    .nth(EVENTS - 1)
    .waitFor();
  const acceptedAtMs: number[] = [];
  for (let index = 0; index < EVENTS - 1; index += 1) {
    await put(index, runId);
    acceptedAtMs.push(Date.now());
    await page.waitForTimeout(200);
  }
  const painted = await page.evaluate(
    () => (globalThis as unknown as { painted: Record<string, number> }).painted,
  );
  const times = acceptedAtMs.map((at, index) => (painted[`event ${index}`] ?? Number.POSITIVE_INFINITY) - at);
  const sorted = times.toSorted((one, other) => one - other);
  process.stdout.write(
    `from an event in a tap to the pixel: median ${sorted[Math.floor(sorted.length / 2)]} ms, longest ${sorted.at(-1)} ms\n`,
  );

  expect(times.filter((ms) => !Number.isFinite(ms))).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
  await put(EVENTS - 1, runId);
  expect((await run).verdict).toBe('passed');
  await server.close();
  await close();
});
