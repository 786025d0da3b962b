import { describe, expect, it } from '@jest/globals';
import { canaryPage } from '../../../runner/pages/canary/canary-page.ts';
import { canaryViewOf, PAGE_NOW_MS } from '../../support/pages/fleet-views.ts';
import { runIdOf } from '../../support/run/builders.ts';

const FRESH = { fleet: { nowMs: PAGE_NOW_MS }, freshForMs: 900_000 };

function textOf(page: string): string {
  return page.replace(/<style>.*?<\/style>|<[^>]+>/gs, ' ').replace(/\s+/g, ' ');
}

describe('the page of a canary', () => {
  it('has its state, its facts, its hops, its incidents and its runs', () => {
    const page = canaryPage(canaryViewOf(), FRESH);
    const text = textOf(page);

    expect(text).toContain('Owner team-orders');
    expect(text).toContain('File canaries/orders.canary.yaml');
    expect(text).toContain('Runs every 5m');
    expect(text).toContain('event on bus orders 0.84 s 0.8 s 1.2 s');
    expect(text).toContain('orders@1a2b3c4d#target1 (open) orders@1a2b3c4d#target0');
    expect(text).toContain('Missed'.toLowerCase());
    expect(page).toContain(`<a href="../runs/${runIdOf(1)}.html">`);
    expect(page).not.toContain(`runs/${runIdOf(2)}.html`);
    expect(page).toContain('href="../incidents/orders@1a2b3c4d.target1.html"');
    expect(page).toContain('href="../index.html"');
  });

  it('leaves out the parts of which nothing is known', () => {
    const view = canaryViewOf();
    const { reason: _, owner: __, ...row } = view.row;
    const { schedule: ___, runbook: ____, ...rest } = view;
    const text = textOf(
      canaryPage(
        { ...rest, row: { ...row, tags: [] }, nextMs: [], entries: [], hops: [], incidents: [] },
        FRESH,
      ),
    );

    expect(text).toContain('Runs by hand');
    expect(text).toContain('It has not run yet.');
    expect(text).not.toMatch(/Next|Runbook|Tags|Owner|Incidents|by hop/);
  });

  it('names a cron with its zone', () => {
    const schedule = {
      cron: '0 9 * * *',
      timezone: 'Europe/Berlin',
      jitterMs: 0,
      overlap: 'skip',
      catchUp: 'latest',
    } as const;

    expect(textOf(canaryPage({ ...canaryViewOf(), schedule }, FRESH))).toContain(
      'Runs 0 9 * * * Europe/Berlin',
    );
  });

  it('turns grey when it is out of date', () => {
    const page = canaryPage(canaryViewOf(), FRESH);

    expect(page).toContain(`data-fresh-until="${PAGE_NOW_MS + 900_000}"`);
    expect(page).toContain('main{animation:old 0s 900000ms forwards}');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<main class="stale">');
  });

  it('is grey if the runner had stopped', () => {
    const fleet = { nowMs: PAGE_NOW_MS, overdueSinceMs: PAGE_NOW_MS - 600_000 };
    const page = canaryPage(canaryViewOf(), { ...FRESH, fleet });

    expect(page).toContain('<main class="stale">');
    expect(page).toContain('The runner has stopped.');
    expect(page).toContain('<h1><svg class="icon unknown"');
  });
});
