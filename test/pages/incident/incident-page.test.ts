import { describe, expect, it } from '@jest/globals';
import type { IncidentView } from '../../../runner/core/incident/incident-view.ts';
import { incidentMarkdown } from '../../../runner/pages/incident/incident-markdown.ts';
import { incidentPage } from '../../../runner/pages/incident/incident-page.ts';
import { endedIncident, hostileIncident, incidentOf } from '../../support/pages/incidents.ts';
import { runIdOf } from '../../support/run/builders.ts';

const titleIn = (view: IncidentView): string => /<h1>(.*?)<\/h1>/.exec(incidentPage(view))?.[1] ?? '';
const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the title of an incident', () => {
  it.each([
    { more: {}, title: 'order-flow is failing in prod' },
    { more: { stream: 'observer' }, title: 'order-flow cannot be checked in prod' },
    { more: { isOpen: false }, title: 'order-flow failed in prod' },
    { more: { isOpen: false, closeReason: 'deleted' }, title: 'order-flow failed, then was deleted in prod' },
    { more: { isOpen: false, stream: 'observer' }, title: 'order-flow could not be checked in prod' },
    {
      more: { canary: '@runner/slack', stream: 'observer' },
      title: 'Coalmine (channel slack) cannot be checked in prod',
    },
  ] as const)('is $title', ({ more, title }) => {
    expect(titleIn(incidentOf(more))).toBe(title);
  });

  it('names a state that is not known', () => {
    const { isOpen: _, ...unknown } = incidentOf();

    expect(titleIn(unknown)).toBe('order-flow failed in prod; its state now is not known');
    expect(textOf(incidentPage(unknown))).toContain('the incident may be open still');
    expect(incidentMarkdown(unknown)).toContain('- Ended: not known');
  });
});

describe('the age of an incident page', () => {
  const nowMs = incidentOf().nowMs;
  const fresh = { fleet: { nowMs }, freshForMs: 900_000 };

  it('turns it grey while the incident may be open', () => {
    const { isOpen: _, ...unknown } = incidentOf();

    for (const view of [incidentOf(), unknown]) {
      const page = incidentPage(view, { fresh });
      expect(page).toContain(`data-fresh-until="${nowMs + 900_000}"`);
      expect(page).toContain('main{animation:old 0s 900000ms forwards}');
      expect(page.match(/<script/g)).toHaveLength(1);
    }
  });

  it('leaves one that is over as it is', () => {
    expect(incidentPage(endedIncident(), { fresh })).toBe(incidentPage(endedIncident()));
  });

  it('is out of date from the first if the runner had stopped', () => {
    const page = incidentPage(incidentOf(), { fresh: { ...fresh, fleet: { nowMs, overdueSinceMs: 1 } } });

    expect(page).toContain('<main class="stale">');
    expect(page).toContain('<div class="lead"><svg class="icon unknown"');
  });
});

describe('the mark of an incident', () => {
  const { isOpen: _, ...unknown } = incidentOf();

  it.each([
    { state: 'open', view: incidentOf(), mark: 'failed' },
    { state: 'open without data', view: incidentOf({ stream: 'observer' }), mark: 'error' },
    { state: 'resolved', view: incidentOf({ isOpen: false, closeReason: 'resolved' }), mark: 'passed' },
    { state: 'over by a pause', view: incidentOf({ isOpen: false, closeReason: 'paused' }), mark: 'unknown' },
    { state: 'over for a reason that is not known', view: incidentOf({ isOpen: false }), mark: 'unknown' },
    { state: 'not known', view: unknown, mark: 'unknown' },
  ])('is $mark if it is $state', ({ view, mark }) => {
    expect(incidentPage(view)).toContain(`<div class="lead"><svg class="icon ${mark}"`);
  });
});

describe('the page of an incident', () => {
  it('has the facts first, then the story, the reasons and the others', () => {
    const text = textOf(incidentPage(incidentOf()));

    expect(text).toMatch(/Since 2026-11-30 03:00:00 UTC \(37 min\).*Last pass 2026-11-30 02:55:00 UTC/);
    expect(text).toMatch(
      /The fault.*Events.*Notices, and their reasons.*Other canaries.*For the post-mortem/,
    );
    expect(text).toContain('03:05:36 The incident opened: one failure too many.');
  });

  it('lists the changes before it, and those that are not known', () => {
    const text = textOf(incidentPage(incidentOf()));

    expect(text).toContain('Changed: 2026-11-30 02:58:00 UTC function announce-prod was updated');
    expect(text).toContain('Unknown: changes of stack orders-prod : You may not call');
    const { changes: _, ...unread } = incidentOf();
    expect(textOf(incidentPage(unread))).not.toContain('Changes between');
  });

  it('links to its canary, its runs and the other incidents, and to a runbook of the web only', () => {
    const page = incidentPage(incidentOf());

    expect(page).toContain('<a href="../canaries/order-flow.html">');
    expect(page).toContain(`<a href="../runs/${runIdOf(2)}.html">`);
    expect(page).toContain('<a href="../incidents/returns@9f8e7d6c.target1.html">');
    expect(page).toContain('<a href="https://wiki.example.com/runbooks/order-flow">');
    expect(incidentPage(hostileIncident())).not.toContain('href="javascript:');
  });

  it('shows how long it lasted, if its end is known', () => {
    expect(textOf(incidentPage(endedIncident()))).toMatch(/Until 2026-11-30 03:40:04 UTC \(40 min\)/);
    const { closedAtMs: _, ...older } = endedIncident();
    expect(textOf(incidentPage(older))).not.toContain('Until');
  });

  it('leaves out what is not known, and says what never was', () => {
    const { severity: _, cause: __, runs: ___, lastPassedAtMs: ____, ...less } = incidentOf();
    const page = incidentPage({ ...less, neverPassed: true, reason: '', others: [], explained: [] });
    const text = textOf(page);

    expect(text).toContain('Last pass never yet');
    expect(text).toContain('No reason is known.');
    expect(page).not.toMatch(/<dt>Severity|<dt>Cause|Other canaries|Notices, and/);
  });

  it('has a download only if there is a file', () => {
    const plain = incidentPage(incidentOf());
    const filed = incidentPage(incidentOf(), { markdownFile: 'a.md' });

    expect(plain).toMatch(/<button [^>]*hidden>Copy/);
    expect(plain).not.toContain('download');
    expect(filed).toContain('<a href="a.md" download>');
  });

  it('shows each text as it is, and runs none', () => {
    const page = incidentPage(hostileIncident());

    expect(page).not.toMatch(/<img|onerror="/);
    expect(page.match(/<script/g)).toBeNull();
    expect(page).not.toContain('\u202e');
  });
});

describe('the Markdown of an incident', () => {
  it('begins a post-mortem with the facts and the story', () => {
    const text = incidentMarkdown(endedIncident());

    expect(text).toContain('# order-flow failed in prod\n\n- Incident: `order-flow@1a2b3c4d#target3`\n');
    expect(text).toContain('- Ended: 2026-11-30 03:40:04 UTC\n- Lasted: 40 min\n');
    expect(text).toContain('| 2026-11-30 03:05:36 | The incident opened: one failure too many. |');
    expect(text).toContain('## Impact\n\n## Cause\n\n## What helped, and what did not\n\n## Actions\n');
  });

  it('has the changes before it', () => {
    expect(incidentMarkdown(incidentOf())).toContain(
      'Between the last pass and the first failure:\n\n- Changed at 2026-11-30 02:58:00 UTC: function announce-prod was updated.\n- Changes of stack orders-prod are unknown: You may not call',
    );
    const { changes: _, ...unread } = incidentOf();
    expect(incidentMarkdown(unread)).not.toContain('Between the last pass');
  });

  it('has the first failure against the last pass', () => {
    const step = { stepId: '2', step: 'It is stored', hop: 'table orders' };
    const comparison = {
      pass: { runId: runIdOf(1), startedAtMs: 1, isLater: false },
      definition: 'same',
      fields: [
        { ...step, path: 'status', before: 'NEW', now: 'a|b' },
        { ...step, path: '', operator: 'count', now: 0 },
        { ...step, path: '' },
      ],
      times: [],
      hops: [
        { ...step, is: 'missing' },
        { ...step, is: 'new' },
      ],
      unread: [],
      omitted: 0,
    } as const;
    const text = incidentMarkdown(incidentOf({ comparison }));

    expect(text).toContain('| It is stored | status | `"NEW"` | `"a\\|b"` |');
    expect(text).toContain('| It is stored | count | missing | `0` |');
    expect(text).toContain('| It is stored | content | missing | missing |');
    expect(text).toContain('| It is stored | table orders | seen | missing |');
    expect(text).toContain('| It is stored | table orders | not seen | seen |');
    expect(
      incidentMarkdown(incidentOf({ comparison: { ...comparison, fields: [], hops: [] } })),
    ).not.toContain('First failure');
  });

  it('says what is open and what is not known', () => {
    const { closedAtMs: _, cause: __, runs: ___, ...older } = endedIncident();

    expect(incidentMarkdown(incidentOf())).toContain('- Ended: it is open\n- Lasted: 37 min\n');
    expect(incidentMarkdown({ ...older, reason: '' })).toMatch(
      /- Ended: not known\n[^]*No reason is known\./,
    );
  });

  it.each([
    { reason: '# Down', written: '`# Down`' },
    { reason: '- [ ] done', written: '`- [ ] done`' },
    { reason: '1. first', written: '`1. first`' },
    { reason: 'GET https://evil.example answered', written: '`GET https://evil.example answered`' },
    { reason: 'see www.evil.example', written: '`see www.evil.example`' },
    { reason: 'ask @ops, or #12', written: '`ask @ops, or #12`' },
    { reason: 'mail a@evil.example', written: '`mail a@evil.example`' },
    { reason: 'a\u202eb', written: '`a\ufffdb`' },
    { reason: 'a\u3164b', written: '`a\ufffdb`' },
    { reason: 'a `b` <img>', written: '``a `b` <img>``' },
    { reason: 'two\n\n# lines', written: '`two # lines`' },
    {
      reason: 'body.status was "NEW", not 200 (at 10 %)',
      written: 'body.status was "NEW", not 200 (at 10 %)',
    },
  ])('writes the reason $reason as $written', ({ reason, written }) => {
    const atMs = Date.UTC(2026, 10, 30, 3);
    const story = [
      { atMs, kind: 'run', outcome: 'failed', text: reason },
      { atMs, kind: 'operator', text: reason },
    ] as const;
    const text = incidentMarkdown(incidentOf({ reason, story }));

    expect(text).toContain(`## What was seen\n\n${written}\n`);
    expect(text).toContain(`| 2026-11-30 03:00:00 | failed: ${written} |\n`);
    expect(text).toContain(`| 2026-11-30 03:00:00 | ${written} |\n`);
  });

  it('lets no text become a link, an image, a tag, a heading or a column', () => {
    const text = incidentMarkdown(hostileIncident());
    const rows = text.split('\n').filter((line) => line.startsWith('| 2026'));
    const outsideOfCode = text.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');

    expect(rows.every((row) => row.match(/(?<!\\)\|/g)?.length === 3)).toBe(true);
    expect(outsideOfCode).not.toMatch(/[<[@\u202e]|:\/\//);
    expect(text.match(/^#.*/gm)?.slice(1)).toEqual(
      ['What was seen', 'Timeline (UTC)', 'Impact', 'Cause', 'What helped, and what did not', 'Actions'].map(
        (heading) => `## ${heading}`,
      ),
    );
  });

  it('lets no backslash free a bar in a cell', () => {
    const story = [{ atMs: 0, kind: 'operator', text: String.raw`a\|b|c` }] as const;

    expect(incidentMarkdown(incidentOf({ story }))).toContain(String.raw`| ${'`'}a\\\|b\|c${'`'} |`);
  });
});
