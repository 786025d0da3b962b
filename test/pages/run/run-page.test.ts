import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareRuns } from '../../../runner/core/compare/compare-runs.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { AroundRun } from '../../../runner/pages/run/around.ts';
import { renderRunPage, renderRunsPage } from '../../../runner/pages/run/run-page.ts';
import { RUNS } from '../../reporters/real-runs.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';
import { sampleSize } from '../../support/effort.ts';
import { expectGolden } from '../../support/golden.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { shownText } from './shown-text.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

const names = Object.keys(RUNS);
const ran = async (name: string): Promise<RunResult> => (RUNS[name] as () => Promise<RunResult>)();

describe('the page of a run', () => {
  it.each(names)('reads as it was reviewed: %s', async (name) => {
    const page = renderRunPage(await ran(name));

    expectGolden(join(GOLDEN, `${name.replaceAll(/,? /g, '-')}.txt`), shownText(page));
    expect(gzipSync(page).length).toBeLessThanOrEqual(5_000);
  });

  it('shows all that is known around a run', async () => {
    const [run, pass] = [await ran('failed, with differences'), await ran('passed')];
    const around: AroundRun = {
      times: [20, 20, 20, 20, 40].map((ms) => [{ name: 'The orders API takes an order', ms }]),
      comparison: compareRuns(run, pass),
      since: {
        verdict: 'failed',
        firstMs: run.startedAtMs - 600_000,
        runs: 3,
        others: 0,
        lastPassMs: run.startedAtMs - 900_000,
        isAtLeast: true,
      },
      changes: {
        fromMs: run.startedAtMs - 900_000,
        toMs: run.startedAtMs,
        changes: [{ atMs: run.startedAtMs - 700_000, resource: 'function shop-store', what: 'was updated' }],
        unread: [{ resource: 'stack shop', why: 'You may not.' }],
      },
      links: [
        { label: 'Logs', url: 'https://eu-west-1.console.aws.amazon.com/x' },
        { label: 'Runbook', url: 'https://no' },
      ],
      sources: { '2': '- expect: event' },
      pages: {
        fleet: '../index.html',
        canary: '../c.html',
        incident: '../i.html',
        previous: 'a.html',
        next: 'b.html',
      },
    };

    expectGolden(join(GOLDEN, 'with-all-around.txt'), shownText(renderRunPage(run, around)));
  });

  it.each([
    {
      around: { since: { verdict: 'failed' as const, firstMs: 0, runs: 1, others: 0, isAtLeast: false } },
      text: '1970-01-01 00:00:00 UTC (the first run that failed)',
    },
    {
      around: { changes: { fromMs: 0, toMs: 1, changes: [], unread: [] } },
      text: 'Changed | nothing that the canary names since its last pass, as far as AWS shows',
    },
    {
      around: {
        changes: {
          fromMs: 0,
          toMs: 1,
          changes: [{ resource: 'canary orders', what: 'ran with other steps' }],
          unread: [],
          omitted: { changes: 2, unread: 1 },
        },
      },
      text: 'since the pass of 1970-01-01 00:00:00 UTC: canary orders ran with other steps',
    },
    {
      around: {
        changes: {
          fromMs: 0,
          toMs: 1,
          changes: [{ atMs: 1, resource: 'stack shop', what: 'was updated' }],
          unread: [],
          omitted: { changes: 2, unread: 1 },
        },
      },
      text: 'Changed | And 2 more changes before these.\nUnknown | Changes of 1 more resource are unknown.',
    },
    { around: {}, text: 'this run; no earlier one is known here' },
  ])('says $text', ({ around, text }) => {
    const run = resultOf({ verdict: 'failed', steps: [stepResultOf({ verdict: 'failed' })] });

    expect(shownText(renderRunPage(run, around))).toContain(text);
  });

  it('says of a comparison without differences that nothing differs, and names what is left out', () => {
    const run = resultOf({ verdict: 'failed' });
    const same = compareRuns(run, run);

    expect(shownText(renderRunPage(run, { comparison: same }))).toContain('Nothing else differs.');
    const cut = shownText(
      renderRunPage(run, { comparison: { ...same, definition: 'changed', omitted: 3, unread: ['A step'] } }),
    );
    expect(cut).toContain('The canary itself, or its environment, changed in between.');
    expect(cut).toContain('3 more differences are left out.');
    expect(cut).toContain(
      'Not compared in full, since a part was too large to keep or too much differs: A step.',
    );
    expect(cut).toContain('This run against the last pass');
    const later = { ...same, pass: { ...same.pass, isLater: true } };
    expect(shownText(renderRunPage(run, { comparison: later }))).toContain('This run against the next pass');
  });

  it('shows times against passes as soon as there are five', async () => {
    const run = await ran('passed');
    const times = Array.from({ length: 5 }, () => [{ name: 'The orders API takes an order', ms: 20 }]);

    expect(shownText(renderRunPage(run, { times: times.slice(1) }))).not.toContain('Time to effect');
    expect(shownText(renderRunPage(run, { times }))).toContain('Time to effect');
  });

  it.each([
    { pages: undefined, way: '<code>coalmine show 000000000000 --dossier</code>' },
    {
      pages: { dossier: 'a.md' },
      way: '<a href="a.md">dossier</a> <button type="button" data-copy="a.md" hidden>Copy</button>',
    },
  ])(
    'leads to the dossier of a run that did not pass, and has not its text: $way',
    async ({ pages, way }) => {
      const run = resultOf({ verdict: 'failed', steps: [stepResultOf({ verdict: 'failed' })] });
      const page = renderRunPage(run, pages === undefined ? {} : { pages });

      expect(page).toContain(`All of it as Markdown: ${way}`);
      expect(page).not.toContain('## Steps');
      expect(renderRunPage(await ran('passed'))).not.toContain('as Markdown');
    },
  );

  it('of a site says by a script how long ago the run was', async () => {
    const run = await ran('passed');

    expect(renderRunPage(run, { pages: {} })).toMatch(/data-ago="\d+".*<script>/s);
    expect(renderRunPage(run)).not.toMatch(/data-ago|<script>/);
  });

  it('lists few unmet checks at the top, and counts the others', () => {
    const checks = Array.from({ length: 7 }, (_, index) => ({
      path: `field${index}`,
      operator: 'equals',
      expected: 1,
      actual: 2,
      ok: false,
    }));
    const text = shownText(
      renderRunPage(resultOf({ verdict: 'failed', steps: [stepResultOf({ verdict: 'failed', checks })] })),
    );

    expect(text.match(/Also/g)).toHaveLength(4);
    expect(text).toContain('3 more, in the steps below');
  });

  it('says that a run was interrupted, that parts were left out, and that evidence was cut', () => {
    const evidence = [{ kind: 'item', id: '1', takenAtMs: 1, data: {}, truncated: ['body'] }];
    const text = shownText(
      renderRunPage(
        resultOf({
          interrupted: true,
          truncated: true,
          owner: '',
          steps: [stepResultOf({ evidence, saved: { id: 7 } })],
        }),
      ),
    );

    for (const part of [
      'interrupted',
      'no owner',
      'Part of what was seen was too large to keep',
      'cut: body',
      'saved id = 7',
    ])
      expect(text).toContain(part);
  });

  it('shows the reason of a run that began no step', () => {
    const run = resultOf({ verdict: 'error', reason: 'The tap does not exist.', durationMs: 3 });

    expect(shownText(renderRunPage(run))).toContain('The tap does not exist.');
  });
});

describe('the page of several runs', () => {
  it('lists the worst first, with their reasons, and folds the passes', async () => {
    const runs = await Promise.all(['passed', 'failed, with differences', 'degraded'].map(ran));
    const own = runs.map((run, index) => ({ ...run, runId: runIdOf(index), canary: `canary-${index}` }));
    const text = shownText(renderRunsPage(own)).split('\n');

    expect(text[0]).toBe('1 failed, 1 degraded, 1 passed');
    expect(text.slice(1, 4).map((line) => line.split(' ')[1])).toEqual(['canary-1', 'canary-2', 'canary-0']);
    expect(text).toContain('> canary-0');
    expect(text).not.toContain('> canary-1');
  });

  it('is the page of the run if there is one', async () => {
    const run = await ran('passed');

    expect(renderRunsPage([run])).toBe(renderRunPage(run));
  });

  it('is a page without any run too', () => {
    expect(shownText(renderRunsPage([]))).toContain('No runs');
  });
});

it('has no element and no attribute that a text of the run has made', () => {
  const elements = (page: string): string => page.replace(/>[^<]*</g, '><').replace(/="[^"]*"/g, '=""');
  const runWith = (text: string): RunResult =>
    resultOf({
      verdict: 'failed',
      canary: text,
      owner: text,
      environment: text,
      region: text,
      runbook: text,
      reason: text,
      trail: [{ hop: text, afterMs: 1, stepId: '1', evidenceId: '1', note: text }],
      steps: [
        stepResultOf({
          verdict: 'failed',
          name: text,
          hop: text,
          reason: text,
          nearby: [text],
          saved: { [text]: text },
          quotes: [{ text, own: true }],
          evidence: [{ kind: text, id: text, takenAtMs: 1, data: { [text]: text }, truncated: [text] }],
          checks: [{ path: text, operator: text, expected: text, actual: text, ok: false, note: text }],
          at: { file: text, line: 1, column: 1 },
        }),
      ],
    });
  const around = (text: string): AroundRun => ({
    sources: { '1': text },
    changes: {
      fromMs: 0,
      toMs: 2,
      changes: [{ atMs: 1, resource: text, what: text }],
      unread: [{ resource: text, why: text }],
    },
    links: [{ label: text, url: text }],
  });
  const plain = elements(renderRunPage(runWith('text'), around('text')));
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '<script>',
          '"',
          "'",
          '</pre>',
          '<!--',
          '&lt;',
          '`',
          ': `',
          '</style>',
          ']]>',
          '\u202e',
        ),
        fc.string({ unit: ANY_CHARACTER, maxLength: 8 }),
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => `x${parts.join('')}`)
    .filter((text) => !URL.canParse(text));
  fc.assert(
    fc.property(hostile, (text) => {
      expect(elements(renderRunPage(runWith(text), around(text)))).toBe(plain);
    }),
    { numRuns: sampleSize({ small: 100, full: 2_000, long: 20_000 }) },
  );
});
