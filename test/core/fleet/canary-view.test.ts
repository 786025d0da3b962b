import { describe, expect, it } from '@jest/globals';
import { readCanary } from '../../../runner/core/fleet/canary-view.ts';
import type { LoggedAttempt } from '../../../runner/core/store/ports.ts';
import type { HistoryEntry } from '../../../runner/core/store/slots.ts';
import { PAGE_NOW_MS, rowOf } from '../../support/pages/fleet-views.ts';
import { runIdOf } from '../../support/run/builders.ts';
import { EVERY_MINUTE, scheduled } from '../../support/run/fleet.ts';

const ROW = rowOf('orders', 1);
const AT = { row: ROW, environment: 'prod', nowMs: PAGE_NOW_MS };

function entry(
  number: number,
  verdict: 'passed' | 'failed',
  hops?: Readonly<Record<string, number>>,
): HistoryEntry {
  const run = {
    runId: runIdOf(number),
    verdict,
    reason: '',
    startedAtMs: 1,
    durationMs: 1,
    ...(hops === undefined ? {} : { hops: Object.entries(hops).map(([name, ms]) => ({ name, ms })) }),
  };
  return { canary: 'orders', atMs: 100 - number, what: 'done', count: 1, run };
}

function storeOf(entries: readonly HistoryEntry[], attempts: readonly LoggedAttempt[] = []) {
  return { runs: { history: async () => entries }, alerts: { attempts: async () => attempts } };
}

describe('the view of a canary', () => {
  it('keeps every run that did not pass, and the newest three passes', async () => {
    const entries = [
      ...[1, 2, 3, 4].map((number) => entry(number, 'passed')),
      entry(5, 'failed'),
      { canary: 'orders', atMs: 1, what: 'missed', count: 3 } as const,
    ];
    const view = await readCanary(scheduled('orders'), AT, storeOf(entries));

    expect(view.kept).toEqual(new Set([1, 2, 3, 5].map(runIdOf)));
    expect(view.entries).toBe(entries);
    expect(view).toMatchObject({ hops: [], incidents: [], schedule: EVERY_MINUTE });
  });

  it('has the times of each hop of the newest pass', async () => {
    const entries = [
      entry(1, 'failed', { post: 1 }),
      entry(2, 'passed', { post: 20, event: 300 }),
      entry(3, 'passed', { post: 10, former: 5 }),
    ];
    const { hops } = await readCanary(scheduled('orders'), AT, storeOf(entries));

    expect(hops).toEqual([
      { name: 'post', newestMs: 20, p50Ms: 10, p95Ms: 20 },
      { name: 'event', newestMs: 300, p50Ms: 300, p95Ms: 300 },
    ]);
  });

  it('has its open incidents and those of which notices are logged, once each', async () => {
    const place = { atMs: 1, canary: 'orders', key: 'k' };
    const attempts = ['a', 'b', 'b'].map((incident) => ({ ...place, attempt: { incident } as never }));
    const incidents = [{ id: 'a', stream: 'target', severity: 'critical', sinceMs: 1 }] as const;
    const store = storeOf([], [...attempts, place]);
    const view = await readCanary(scheduled('orders'), { ...AT, row: { ...ROW, incidents } }, store);

    expect(view.incidents).toEqual(['a', 'b']);
  });

  it('has its next three runs, unless it is paused or runs by hand', async () => {
    const { nextMs } = await readCanary(scheduled('orders'), AT, storeOf([]));
    expect(nextMs).toHaveLength(3);

    const { nextMs: _, ...paused } = ROW;
    expect((await readCanary(scheduled('orders'), { ...AT, row: paused }, storeOf([]))).nextMs).toEqual([]);
    const { schedule: __, ...byHand } = scheduled('orders');
    expect((await readCanary(byHand, AT, storeOf([]))).nextMs).toEqual([]);
  });
});
