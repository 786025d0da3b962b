import { beforeEach, describe, expect, it } from '@jest/globals';
import { newCanaryState } from '../../runner/core/alert/outbox/apply-events.ts';
import { canaryPage, FLEET_PAGE, incidentPage, runPagePath } from '../../runner/core/report/page-paths.ts';
import type { Part } from '../../runner/serve/parts.ts';
import { type Site, siteOf } from '../../runner/serve/site.ts';
import { ABOUT, policyOf } from '../support/alerts/alerts.ts';
import { noticeOf } from '../support/alerts/notices.ts';
import { actStep, canaryOf, resultOf, runIdOf } from '../support/run/builders.ts';
import { EVERY_MINUTE } from '../support/run/fleet.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import { StepClock } from './step-clock.ts';

const runId = runIdOf(1);
const RUN = runPagePath(runId);
const INCIDENT = 'orders@1a2b3c4d#target1';
const step = { ...actStep('place an order'), id: '1' };
const orders = canaryOf({ name: 'orders', schedule: EVERY_MINUTE }, step);

let clock: StepClock;
let store: ReturnType<typeof memoryStore>;
let site: Site;
let failures: unknown[];

beforeEach(() => {
  clock = new StepClock();
  store = memoryStore({ clock });
  failures = [];
  site = siteOf({
    clock,
    runs: store.runs,
    alerts: store.alerts,
    project: { name: 'shop', maintenance: [] },
    environment: { name: 'prod' },
    canaries: [orders],
    incidentContext: () => ({ policy: policyOf(), about: ABOUT }),
    failed: (thrown) => void failures.push(thrown),
  });
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
  clock.advance(5_000);
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
};
const START = { runId, canary: 'orders', atMs: 1_000 };
const RESULT = resultOf({
  runId,
  canary: 'orders',
  verdict: 'failed',
  blame: 'target',
  reason: 'it was closed',
});

/** A reader of a page, with the parts that came after the first. */
async function reader(path: string): Promise<Part[]> {
  const parts: Part[] = [];
  site.pages.subscribe(path, '', { send: (part) => void parts.push(part), upToDate: () => {} });
  await settle();
  parts.length = 0;
  return parts;
}

async function openIncident(): Promise<void> {
  const state = newCanaryState(ABOUT, '1a2b3c4d');
  const incident = {
    id: INCIDENT,
    sinceMs: 1_000,
    openedAtMs: 2_000,
    severity: 'critical',
    flapping: false,
    neverPassed: false,
    runs: 2,
    lastAtMs: 2_000,
    because: { reason: 'no event came' },
  } as const;
  const target = { ...state.alert.target, incident };
  await store.alerts.save({ ...state, version: 1, alert: { ...state.alert, target } }, 0);
}

describe('the pages of a fleet', () => {
  it('are those of the fleet, of a canary, of a run and of an incident, each with the script', async () => {
    await store.runs.keep(RESULT);
    await openIncident();
    const [fleet, run, incident, canary] = await Promise.all(
      [FLEET_PAGE, RUN, incidentPage(INCIDENT), canaryPage('orders')].map(async (path) =>
        site.pages.page(path),
      ),
    );

    expect(fleet).toContain('<title>shop · prod</title>');
    expect(run).toContain('it was closed');
    expect(run).toContain(`href="../${canaryPage('orders')}"`);
    expect(incident).toContain('orders is failing in prod');
    expect(incident).toContain('href="orders@1a2b3c4d.target1.md"');
    expect(canary).toContain('orders');
    for (const page of [fleet, run, incident, canary])
      expect(page).toMatch(/<body data-live="[^"]*events\?.*EventSource/s);
  });

  it('have a run as Markdown too', async () => {
    await store.runs.keep(RESULT);
    const { text } = (await site.download(RUN.replace('.html', '.md'))) as { text: string };

    expect(await site.pages.page(RUN)).toContain(`href="${runId}.md"`);
    expect(text).toMatch(/^# `orders` /);
  });

  it('have an incident as Markdown too', async () => {
    await openIncident();
    const path = incidentPage(INCIDENT).replace('.html', '.md');

    expect(await site.download(path)).toMatchObject({ type: 'text/markdown; charset=utf-8' });
    expect(await site.download(path.replace('target1', 'observer1'))).toBeUndefined();
    expect(await site.download('index.md')).toBeUndefined();
    expect(await site.download(RUN.replace('.html', '.md'))).toBeUndefined();
    expect(await site.download('badge.svg')).toBeUndefined();
  });

  it.each([RUN, incidentPage(INCIDENT), 'other', canaryPage('nothing-of-the-kind')])(
    'are no others: %s',
    async (path) => {
      expect(await site.pages.page(path)).toBeUndefined();
    },
  );
});

describe('the pages of a run', () => {
  it('follows its steps, and becomes its report at the end', async () => {
    const { reporter } = site;
    void reporter.onRunStart?.(START);
    const parts = await reader(RUN);
    void reporter.onStepStart?.({ ...START, step, deadlineAtMs: 9_000 });
    await settle();
    void reporter.onStepPoll?.({ runId, stepId: '1', attempts: 2, lastSeen: '1 seen' });
    await settle();
    void reporter.onStepEnd?.({ ...START, step: RESULT.steps[0] ?? (resultStep() as never) });
    await settle();
    expect(parts.slice(0, 2).map(({ id }) => id)).toEqual(['step-1', 'step-1']);
    expect(parts[1]?.html).toContain('2 polls: 1 seen');
    await store.runs.keep(RESULT);
    void reporter.onRunEnd?.(RESULT);
    await settle();

    expect(parts.at(-1)).toEqual({ id: '', html: '', reload: true });
    expect(failures).toEqual([]);
  });
});

function resultStep() {
  return { stepId: '1', verdict: 'passed', reason: '', durationMs: 1 };
}

describe('the page of a fleet with a reader', () => {
  it.each([
    ['a run begins', () => site.reporter.onRunStart?.(START)],
    ['a run ends', () => site.reporter.onRunEnd?.(RESULT)],
    ['a canary is paused', () => site.reporter.onFleet?.([])],
    ['an incident opens', () => site.reporter.onIncident?.({ about: ABOUT } as never)],
    ['a notice is accepted', () => site.reporter.onDelivered?.({ channel: 'chat', notice: noticeOf() })],
    ['a tick was complete', () => site.reporter.onHealth?.({ runner: 'me', atMs: 5, complete: true })],
    ['a tick was not', () => site.reporter.onHealth?.({ runner: 'me', atMs: 5, complete: false })],
  ])('is rendered again when %s', async (_, happens) => {
    const parts = await reader(FLEET_PAGE);
    void happens();
    await settle();

    expect(parts.length).toBeGreaterThan(0);
    expect(failures).toEqual([]);
  });

  it('is not rendered for a step, and reads again after a state that could not be read', async () => {
    const parts = await reader(FLEET_PAGE);
    void site.reporter.onStepPoll?.({ runId, stepId: '1', attempts: 1, lastSeen: '' });
    await settle();
    expect(parts).toEqual([]);
    const { planning } = store.runs;
    store.runs.planning = async () => Promise.reject(new Error('no connection'));
    void site.reporter.onFleet?.([]);
    await settle();
    expect(failures).toEqual([new Error('no connection')]);
    store.runs.planning = planning;
    void site.reporter.onFleet?.([]);
    await settle();

    expect(parts.length).toBeGreaterThan(0);
  });
});
