import { describe, expect, it } from '@jest/globals';
import { canaryPage } from '../../../runner/pages/canary/canary-page.ts';
import { canaryViewOf } from '../../support/pages/fleet-views.ts';
import { runIdOf } from '../../support/run/builders.ts';

function textOf(page: string): string {
  return page.replace(/<style>.*?<\/style>|<[^>]+>/gs, ' ').replace(/\s+/g, ' ');
}

describe('the page of a canary', () => {
  it('has its state, its facts, its hops, its incidents and its runs', () => {
    const page = canaryPage(canaryViewOf());
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
      canaryPage({ ...rest, row: { ...row, tags: [] }, nextMs: [], entries: [], hops: [], incidents: [] }),
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

    expect(textOf(canaryPage({ ...canaryViewOf(), schedule }))).toContain('Runs 0 9 * * * Europe/Berlin');
  });
});
