import { describe, expect, it } from '@jest/globals';
import type { Trace } from '../../../runner/core/trace/trace.ts';
import { renderTracePage } from '../../../runner/pages/trace/trace-page.ts';
import { timelineOf } from '../../../runner/pages/trace/trace-timeline.ts';
import { hostileTrace, TRACE } from '../../support/pages/traces.ts';
import { resultOf, runIdOf } from '../../support/run/builders.ts';

describe('the timeline of a trace', () => {
  it('has a lane for each place, in the order in which the series came there', () => {
    const { startMs, endMs, lanes } = timelineOf(TRACE);

    expect(endMs - startMs).toBe(7_280);
    expect(
      lanes.map(({ service, marks }) => [service, marks.map(({ shape, verdict }) => `${shape} ${verdict}`)]),
    ).toEqual([
      ['POST https://api/orders', ['act passed']],
      ['bus shop', ['sighting passed']],
      ['log /aws/lambda/a', ['sighting failed', 'sighting unknown']],
      ['topic shipments', ['missing failed']],
      ['queue orders-dlq', ['wait error']],
    ]);
  });
});

describe('the page of a trace', () => {
  it('has the way of the id, the entries, and each source with its fault', () => {
    const page = renderTracePage(TRACE);

    for (const text of [
      '<title>Trace of ord_6eee218e</title>',
      'not seen at topic shipments',
      'last at bus shop, and not seen at topic shipments',
      'OrderPlaced from shop.orders',
      '3 later entries are left out.',
      '▨ could not see',
      'Access was denied. It needs logs:FilterLogEvents.',
      'It is not kept.',
    ])
      expect(page).toContain(text);
  });

  it.each<{ name: string; trace: Trace; mark: string }>([
    { name: 'a red run', trace: TRACE, mark: 'cf222e' },
    { name: 'a run that passed', trace: hostileTrace(), mark: '1a7f37' },
    { name: 'no run', trace: { ...TRACE, runs: [] }, mark: '59636e' },
    {
      name: 'a run that could not check, after one that passed',
      trace: {
        ...TRACE,
        runs: (['passed', 'error'] as const).map(
          (verdict) => ({ ...TRACE.runs[0], verdict }) as Trace['runs'][number],
        ),
      },
      mark: '8250df',
    },
  ])('has the mark of $name', ({ trace, mark }) => {
    expect(renderTracePage(trace)).toContain(`%23${mark}`);
  });

  it('has the whole page of a run, and names another one whose result is not kept', () => {
    const [traced] = TRACE.runs as [Trace['runs'][number]];
    const run = resultOf({ verdict: 'failed', canary: traced.canary, runId: traced.runId });
    const other = { ...traced, runId: runIdOf(8), canary: 'returns' };
    const one = renderTracePage(TRACE, [{ run, around: {} }]);
    const two = renderTracePage({ ...TRACE, runs: [traced, other] }, [{ run, around: {} }]);

    expect(one).toContain('<title>Failed: order-reaches-warehouse</title>');
    expect(one).toMatch(/<h1><b class="failed">Failed<\/b> order-reaches-warehouse<\/h1>.*Way of the id/s);
    expect(one.match(/<h1/g)).toHaveLength(1);
    expect(two).toContain('<title>Trace of ord_6eee218e</title>');
    expect(two).toMatch(/<h2><b class="failed">Failed<\/b> order-reaches-warehouse.*<h2>returns<\/h2>/s);
  });

  it('distinguishes the runs of one canary, with a link from the way of each id to its run', () => {
    const [traced] = TRACE.runs as [Trace['runs'][number]];
    const ids = [runIdOf(8), runIdOf(9)];
    const runs = ids.map((runId) => ({ ...traced, runId }));
    const results = ids.map((runId) => ({ run: resultOf({ canary: traced.canary, runId }), around: {} }));
    const page = renderTracePage({ ...TRACE, runs }, results);
    const titles = page.match(/<h2>Way of the id of .*?<\/h2>/g) ?? [];

    expect(new Set(titles).size).toBe(2);
    for (const [index, runId] of ids.entries()) {
      expect(page).toContain(`<article id="${runId}">`);
      expect(titles[index]).toContain(`, run <a href="#${runId}"><code>${runId.slice(0, 12)}</code></a>`);
    }
  });

  it('says that nothing is known, and escapes every text', () => {
    const page = renderTracePage(hostileTrace());

    expect(page).toContain('Nothing is known of it.');
    expect(page).not.toContain('<script');
  });

  it('draws a single entry', () => {
    const page = renderTracePage({ ...TRACE, entries: TRACE.entries.slice(1, 2) });

    expect(page).toContain('OrderPlaced');
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});
