import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { StripCell } from '../../../runner/core/fleet/cells.ts';
import type { FleetRow } from '../../../runner/core/fleet/fleet-view.ts';
import { fleetPage } from '../../../runner/pages/fleet/fleet-page.ts';
import { shortMoment } from '../../../runner/pages/fleet/moment.ts';
import { stripSvg } from '../../../runner/pages/fleet/strip.ts';
import { withScript } from '../../../runner/pages/script/with-script.ts';
import { fleetOf, PAGE_NOW_MS, rowOf } from '../../support/pages/fleet-views.ts';
import { runIdOf } from '../../support/run/builders.ts';

const INCIDENT = {
  id: 'orders@1a2b3c4d#target1',
  stream: 'target',
  severity: 'critical',
  sinceMs: PAGE_NOW_MS - 3_600_000,
} as const;
const FAILING: FleetRow = {
  ...rowOf('orders', 1),
  attention: 'failing',
  outcome: 'failed',
  sinceMs: INCIDENT.sinceMs,
  isSinceAtLeast: false,
  reason: 'item: nothing was selected',
  by: 'anna',
  incidents: [INCIDENT],
  lastRun: { runId: runIdOf(7), verdict: 'failed', reason: '', startedAtMs: 1, durationMs: 1 },
};

/** The text of a page, without its tags. */
function textOf(page: string): string {
  return page.replace(/<style>.*?<\/style>|<script>.*?<\/script>|<[^>]+>/gs, ' ').replace(/\s+/g, ' ');
}

describe('the page of a fleet', () => {
  it('counts the states first, and leads from red to its cause', () => {
    const page = fleetPage({ ...fleetOf(0), rows: [FAILING, rowOf('events', 1)] });

    expect(textOf(page)).toContain('2 All 1 Failing 1 Passing');
    expect(textOf(page)).toContain(
      'orders Failing since 11:00 · critical · acknowledged by anna item: nothing was selected Last run Incident',
    );
    expect(page).toContain(`href="runs/${runIdOf(7)}.html"`);
    expect(page).toContain('href="incidents/orders@1a2b3c4d.target1.html"');
    expect(page).toContain('href="canaries/events.html"');
    expect(page).toContain('<main class="fleet"');
  });

  it('has nothing that is not well if all is', () => {
    expect(textOf(fleetPage({ ...fleetOf(0), rows: [rowOf('events', 1)] }))).toContain(
      'Nothing needs attention.',
    );
  });

  it("names the runner's own alerts, and those of a canary that is in no file", () => {
    const rows = ['@runner/slack', '@runner-new', 'gone'].map(
      (name): FleetRow => ({
        ...FAILING,
        name,
        about: name === 'gone' ? 'gone' : 'runner',
        attention: 'noData',
      }),
    );
    const text = textOf(fleetPage({ ...fleetOf(0), rows }));

    expect(text).toContain('Coalmine: channel slack');
    expect(text).toContain('Coalmine: @runner-new');
    expect(text).toContain('gone (in no file any more)');
  });

  it('lists the first fifty that are not well, and the number of the others', () => {
    const rows = Array.from({ length: 62 }, (_, index) => ({ ...FAILING, name: `c${index}` }));

    expect(textOf(fleetPage({ ...fleetOf(0), rows }))).toContain('And 12 more, in the list of all.');
  });

  it.each([
    { why: 'its last tick was long ago', view: { lastTickMs: PAGE_NOW_MS - 600_000 } },
    { why: 'slots are overdue and no tick is known', view: { lastTickMs: undefined, overdueSinceMs: 5 } },
  ])('is grey if the runner has stopped: $why', ({ view }) => {
    const page = fleetPage({ ...fleetOf(3), ...view } as never);

    expect(page).toContain('<main class="fleet stale"');
    expect(textOf(page)).toContain('The runner has stopped.');
  });

  it('is not grey for an overdue slot while ticks come', () => {
    expect(fleetPage(fleetOf(3, { overdueSinceMs: 5 }))).toContain('<main class="fleet"');
  });

  it('turns grey by itself once it is out of date, without a script too', () => {
    const page = fleetPage(fleetOf(1), { freshForMs: 900_000 });

    expect(page).toContain(`data-fresh-until="${PAGE_NOW_MS + 900_000}"`);
    expect(page).toContain('main{animation:old 0s 900000ms forwards}');
    expect(textOf(page)).toContain('Out of date after 15 min.');
  });

  it('shows hours or days, and links to the other grains', () => {
    const page = fleetPage(fleetOf(2), { grain: 'hour' });

    expect(page).toContain('viewBox="0 0 48 12"');
    expect(page).toContain('<a href="days.html">30 days</a>');
    expect(page).toContain('<span aria-current="page">48 hours</span>');
  });

  it('shows in public no reason, no person, no id, no time and no link', () => {
    const rows = [FAILING, { ...FAILING, name: '@runner/slack', about: 'runner' as const }];
    const page = fleetPage({ ...fleetOf(0), rows }, { isPublic: true });

    expect(page).not.toMatch(
      /anna|nothing was selected|href="(?!data:)|target1|p95|next|slack|prod|critical|team-orders/,
    );
    expect(page).not.toContain(runIdOf(7));
    expect(textOf(page)).toContain('orders Failing since 11:00');
  });

  it('escapes every text', () => {
    const page = fleetPage({
      ...fleetOf(0, { project: '<b>&"' }),
      rows: [{ ...FAILING, reason: '<script>x' }],
    });

    expect(page).not.toContain('<script>x');
    expect(page).toContain('&lt;script&gt;x');
    expect(page).toContain('<title>&lt;b&gt;&amp;&quot; · prod</title>');
  });

  it('takes at most 150 kB on the wire for 10,000 canaries, live too', () => {
    expect(gzipSync(withScript(fleetPage(fleetOf(10_000)))).length).toBeLessThan(150_000);
  });
});

describe('a strip', () => {
  const cells = (text: string): readonly StripCell[] =>
    text.split('').map((letter) => {
      const outcome = ({ p: 'passed', f: 'failed', d: 'degraded', e: 'error', m: 'missed' } as const)[letter];
      return outcome === undefined ? { atMs: 0 } : { atMs: 0, outcome };
    });

  it('has one path for each mark, and a line for cells in a row', () => {
    const { text } = stripSvg(cells('ppffpd emp'), 10);

    expect(text).toContain('<path class="p" d="M0 10h6M9 10h1"/>');
    expect(text).toContain('<path class="e" d="M7 11h2"/>');
    expect(text).toContain('<path class="d" d="M5 8h1"/>');
    expect(text).toContain('<path class="f" d="M2 6h2"/>');
    expect(text).toContain('aria-label="2 failed, 2 without data, 1 degraded"');
  });

  it('ends on the right', () => {
    expect(stripSvg(cells('pp'), 60).text).toContain('d="M58 10h2"');
  });

  it.each([
    ['pp', 'all passed'],
    ['', 'no outcome'],
    ['  ', 'no outcome'],
  ])('is named: %s', (text, label) => {
    expect(stripSvg(cells(text), 60).text).toContain(`aria-label="${label}"`);
  });
});

describe('a short moment', () => {
  const now = Date.UTC(2026, 10, 30, 12);

  it.each([
    [Date.UTC(2026, 10, 30, 9, 12), '09:12'],
    [Date.UTC(2026, 10, 29, 23, 59), '29 Nov 23:59'],
    [Date.UTC(2026, 10, 28, 11), '28 Nov'],
    [Date.UTC(2026, 11, 1, 0, 5), '01 Dec 00:05'],
  ])('%d is %s', (atMs, text) => {
    expect(shortMoment(atMs, now)).toBe(text);
  });
});
