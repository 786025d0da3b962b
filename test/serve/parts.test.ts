import { describe, expect, it } from '@jest/globals';
import type { FleetRow } from '../../runner/core/fleet/fleet-view.ts';
import { canaryPage } from '../../runner/core/report/page-paths.ts';
import { fleetPage } from '../../runner/pages/fleet/fleet-page.ts';
import { bodyOf, changedParts, splitPage, wholeOf } from '../../runner/serve/parts.ts';
import { fleetOf } from '../support/pages/fleet-views.ts';

const row = (id: string, text: string): string => `<tr id="${id}"><td>${text}</td></tr>`;
const part = (id: string, content: string): string =>
  `<section id="${id}" data-part><section>${content}</section></section>`;
const page = (body: string, title = 'T', style = ''): string =>
  `<head><title>${title}</title><style>${style}</style></head><body>${body}</body>`;
const changes = (before: string, now: string) => changedParts(splitPage(page(before)), splitPage(page(now)));

describe('the changes of a page', () => {
  const fleet = (count: string, ...rows: readonly string[]): string =>
    `<h1>Fleet</h1>${part('count', count)}<table>${rows.join('')}</table>${part('bad', rows.slice(0, 1).join(''))}<p>End</p>`;

  it('are none if nothing differs', () => {
    expect(changes(fleet('1', row('a', 'x')), fleet('1', row('a', 'x')))).toEqual([]);
  });

  it('are the parts that differ', () => {
    expect(changes(fleet('1', row('a', 'x')), fleet('2', row('a', 'x')))).toEqual([
      { id: 'count', html: part('count', '2') },
    ]);
  });

  it('are rows, if the same rows are there as before', () => {
    const before = `<table>${row('a', 'x')}${row('b', 'x')}</table>`;

    expect(changes(before, `<table>${row('a', 'x')}${row('b', 'y')}</table>`)).toEqual([
      { id: 'b', html: row('b', 'y') },
    ]);
  });

  it('are items of a list as they are rows', () => {
    const item = (id: string, text: string): string => `<li id="${id}" class="x"><p>${text}</p></li>`;
    const before = `<ul>${item('a', 'x')}${item('b', 'x')}<li>c</li></ul>`;

    expect(changes(before, `<ul>${item('a', 'x')}${item('b', 'y')}<li>c</li></ul>`)).toEqual([
      { id: 'b', html: item('b', 'y') },
    ]);
  });

  it('are one item of a fleet, if one canary of it ran', () => {
    const [first, ...others] = fleetOf(50).rows as [FleetRow, ...FleetRow[]];
    const split = (rows: readonly FleetRow[]) => splitPage(fleetPage(fleetOf(0, { rows })));
    const before = split([...others, first]);
    const now = split([...others, { ...first, nextMs: 0 }]);

    expect(changedParts(before, now)).toEqual([
      { id: canaryPage(first.name), html: expect.stringMatching(/^<li class="[^]*<\/li>$/) },
    ]);
  });

  it('are a whole part, if rows came, went or moved in it', () => {
    const before = part('bad', row('a', 'x') + row('b', 'x'));
    const now = part('bad', row('b', 'y') + row('a', 'x'));

    expect(changes(before, now)).toEqual([{ id: 'bad', html: now }]);
    expect(changes(before, part('bad', row('a', 'x')))).toHaveLength(1);
  });

  it('are the whole page, if something differs outside of parts and rows', () => {
    const now = '<h1>Other</h1>';

    expect(changes('<h1>Fleet</h1>', now)).toEqual([{ id: '', html: now, title: 'T' }]);
    expect(changes(`<table>${row('a', 'x')}</table>`, `<table>${row('b', 'x')}</table>`)).toEqual([
      { id: '', html: `<table>${row('b', 'x')}</table>`, title: 'T' },
    ]);
    expect(changes(part('a', ''), part('b', ''))).toEqual([{ id: '', html: part('b', ''), title: 'T' }]);
  });

  it('take a part in a part for its content, and one without an end for the rest', () => {
    const inner = (text: string) => part('outer', part('inner', text));

    expect(changes(inner('1'), inner('2'))).toEqual([{ id: 'outer', html: inner('2') }]);
    expect(changes('<p id="a" data-part>1', '<p id="a" data-part>2')).toEqual([
      { id: 'a', html: '<p id="a" data-part>2' },
    ]);
  });
});

describe('a page of which more than its body changes', () => {
  it('is sent with its new title', () => {
    const parts = changedParts(
      splitPage(page('a', 'Well')),
      splitPage(page('a', '&lt;b&gt; &amp; &quot;&#39;')),
    );

    expect(parts).toEqual([{ id: '', html: 'a', title: `<b> & "'` }]);
  });

  it('is loaded again if it is of another kind', () => {
    expect(changedParts(splitPage(page('a', 'T', 'x')), splitPage(page('a', 'T', 'y')))).toEqual([
      { id: '', html: '', reload: true },
    ]);
    expect(wholeOf(splitPage('nothing'))).toEqual({ id: '', html: '', title: '' });
  });
});

describe('the body of a page', () => {
  it('is without its script', () => {
    expect(bodyOf('<!doctype html><head></head><body>a<p>b</p></body></html>')).toBe('a<p>b</p>');
    expect(bodyOf('<body data-live="x">a<script>1;</script></body>')).toBe('a');
    expect(bodyOf('nothing')).toBe('');
  });
});
