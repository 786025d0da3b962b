import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatAnnotation, repositoryPath } from '../../reporters/ci/annotation.ts';
import { github } from '../../reporters/ci/github.ts';
import { formatSummary } from '../../reporters/ci/job-summary.ts';
import { visible } from '../../runner/core/base/format.ts';
import { compareRuns } from '../../runner/core/compare/compare-runs.ts';
import { formatDossier } from '../../runner/core/dossier/dossier.ts';
import { comparisonHeading } from '../../runner/core/dossier/format-comparison.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { sampleSize } from '../support/effort.ts';
import { expectGolden } from '../support/golden.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';
import { opened, reportOf } from '../support/run/reporting.ts';
import { readCommand } from '../support/workflow-commands.ts';
import { RUNS } from './real-runs.ts';
import { type Element, wellFormed } from './well-formed.ts';

const GOLDEN = join(import.meta.dirname, 'golden/github');
const ACTIONS = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/home/runner/shop' };

const names = Object.keys(RUNS);
const ran = async (name: string): Promise<RunResult> => (RUNS[name] as () => Promise<RunResult>)();

/** The summary and the annotations of some runs, in a folder of the repository. */
async function reported(results: readonly RunResult[], env: Readonly<Record<string, string>> = ACTIONS) {
  const annotations: string[] = [];
  const print = (line: string): void => void annotations.push(line);
  const summary = await reportOf(github, results, { env, cwd: '/home/runner/shop/services/orders', print });
  return { summary, annotations };
}

/** The blocks of a summary, as elements. */
function blocksOf(summary: string): readonly Element[] {
  return wellFormed(`<?xml version="1.0" encoding="UTF-8"?>\n<a>${summary}</a>\n`).children;
}

/** The names of an element and of those in it, with the texts outside of `code`. */
function shapeOf({ name, text, children }: Element): string {
  return name === 'code' ? 'code' : `${name} ${text.trim()} (${children.map(shapeOf).join(' ')})`;
}

/** A result with a text in place of every text that the watched system can fill. */
function filledWith(result: RunResult, text: string): RunResult {
  const own = ['verdict', 'mode', 'operator', 'kind', 'environment', 'region', 'blame'];
  return JSON.parse(JSON.stringify(result), (key, value: unknown) =>
    typeof value === 'string' && value !== '' && !own.includes(key) ? text : value,
  ) as RunResult;
}

describe('the summary of a job in GitHub Actions', () => {
  it.each(names)('reads as it was reviewed: %s', async (name) => {
    const { summary, annotations } = await reported([await ran(name)]);

    expectGolden(join(GOLDEN, `${name.replaceAll(/,? /g, '-')}.txt`), [summary, ...annotations].join('\n'));
    expect(blocksOf(summary)[0]?.name).toBe('h3');
  });

  it('lists all runs, those that need a reader first', async () => {
    const verdicts = ['passed', 'skipped', 'degraded', 'error', 'failed'] as const;
    const runs = verdicts.map((verdict, index) =>
      resultOf({ runId: runIdOf(index), canary: verdict, verdict }),
    );

    const { summary } = await reported(runs);

    expect(
      [...summary.matchAll(/<tr><td>.<\/td><td><code>(\w+)|<td><code>(\w+)/gu)].map(
        (one) => one[1] ?? one[2],
      ),
    ).toEqual(['failed', 'error', 'degraded', 'skipped', 'passed']);
    expect(summary).toContain('<h3>5 canaries: 1 failed, 1 error, 1 degraded, 1 skipped, 1 passed</h3>');
  });

  it('says that there were none', async () => {
    expect(await reported([])).toEqual({ summary: '<h3>0 canaries</h3>\n\n', annotations: [] });
  });

  it('keeps every text inert, whatever it holds: the same blocks as for plain words, then the dossier', async () => {
    const results = await Promise.all(
      ['failed, with differences', 'degraded', 'interrupted', 'error, a fault of ours'].map(ran),
    );
    const parts = [
      '<',
      '>',
      '&',
      '"',
      '</code>',
      '<img src=x>',
      '|',
      '`',
      '\n\n',
      '\n::error::',
      '@team',
      '# ',
      '\u202e',
      'x',
    ];
    const hostile = fc
      .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 })
      .map((some) => some.join(''));

    fc.assert(
      fc.property(hostile, fc.constantFrom(...results), (text, result) => {
        const run = filledWith(result, text);
        const dossier = formatDossier(run);
        const [summary, plain] = [run, filledWith(result, 'x')].map((one) =>
          formatSummary([one])
            .replace(`\n\n${formatDossier(one)}\n`, '')
            .trimEnd(),
        ) as [string, string];

        expect(blocksOf(summary).map(shapeOf)).toEqual(blocksOf(plain).map(shapeOf));
        expect(summary.split('\n\n').length).toBe(plain.split('\n\n').length);
        expect(summary.split('\n\n').filter((block) => !/^<(h3|table|details)/.test(block))).toEqual([]);
        expect(formatSummary([run]).includes(dossier)).toBe(['failed', 'error'].includes(run.verdict));
      }),
      { numRuns: sampleSize({ small: 40, full: 400 }) },
    );
  });

  it('has the dossier of each run that failed, with its history', async () => {
    const run = await ran('failed, with differences');
    const { reporter, text } = await opened(github, { env: {}, cwd: '/none' });
    const comparison = compareRuns(run, await ran('passed'));
    await reporter.onRunStart?.({ runId: run.runId, canary: run.canary, atMs: 1 });
    await reporter.onRunEnd?.(run);
    await reporter.onRunInHistory?.({ runId: run.runId, times: [], comparison });
    await reporter.onEnd?.();

    expect(text()).toContain('</summary>\n\n# `order-reaches-warehouse` failed at `bus orders');
    expect(text()).toContain(`## Against the last pass\n\n${comparisonHeading(comparison)}\n`);
  });

  it('stays below 1 MiB, and names the runs without a dossier', () => {
    const evidence = [{ kind: 'item', id: '1', takenAtMs: 1, data: '注'.repeat(50_000) }];
    const step = stepResultOf({ verdict: 'failed', reason: '注'.repeat(500), evidence });
    const runs = Array.from({ length: 2_000 }, (_, index) =>
      resultOf({ runId: runIdOf(index), canary: `canary-${index}`, verdict: 'failed', steps: [step] }),
    );

    const summary = formatSummary(runs);

    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
    expect(summary).toMatch(/<p>\d+ more runs are not shown in the table: a summary may have 1 MiB\.<\/p>/);
    expect(summary.match(/<details/g)).toHaveLength(20);
    expect(summary).toContain(
      `<p>Not shown in detail, since a summary has 20 dossiers: <code>canary-20</code> (<code>${runIdOf(20)}</code>), `,
    );
    expect(summary).toContain(
      '</code>), and 1930 more. <code>coalmine show RUN --dossier</code> prints each.',
    );
  });

  it('names the only run without a dossier', () => {
    const runs = Array.from({ length: 21 }, (_, index) =>
      resultOf({ runId: runIdOf(index), canary: `canary-${index}`, verdict: 'failed' }),
    );

    expect(formatSummary(runs)).toMatch(/dossiers: <code>canary-20<\/code> \(<code>\w+<\/code>\)\. /);
  });
});

describe('annotations', () => {
  it('are at the place of each step that did not pass, from the root of the repository', async () => {
    const { annotations } = await reported([await ran('failed, seen twice and where it should never be')]);

    expect(annotations.map(readCommand)).toMatchObject([
      {
        name: 'error',
        properties: {
          file: 'services/orders/canaries/shop.canary.yaml',
          line: '14',
          col: '5',
          title: 'order-reaches-warehouse: The bus carries OrderPlaced exactly once',
        },
        data: expect.stringContaining('failed: '),
      },
      { properties: { line: '30' } },
    ]);
  });

  it('are at the beginning of the file for a run that has no such step', async () => {
    const { annotations } = await reported([
      resultOf({ verdict: 'error', reason: 'No tap.', source: 'a.canary.yaml', canary: 'a' }),
      resultOf({ verdict: 'error', reason: '' }),
      resultOf({ verdict: 'skipped', reason: 'It runs in prod.' }),
    ]);

    expect(annotations).toEqual([
      '::error file=services/orders/a.canary.yaml,line=1,col=1,title=a::error: No tap.',
    ]);
  });

  it('are no more than GitHub shows', async () => {
    const steps = Array.from({ length: 15 }, () => stepResultOf({ verdict: 'failed', reason: 'x' }));

    expect((await reported([resultOf({ verdict: 'failed', steps })])).annotations).toHaveLength(10);
  });

  it('are left out outside of GitHub Actions', async () => {
    const results = [await ran('error, a fault of ours')];

    expect((await reported(results, {})).annotations).toEqual([]);
    expect((await reported(results, { GITHUB_ACTIONS: 'true' })).annotations).toEqual([
      expect.stringContaining('file=canaries/shop.canary.yaml'),
    ]);
  });

  it('are read by the runner as they were meant, whatever texts they hold', () => {
    const parts = ['::', ',', ':', '%', '%0A', '%25', '\n', '\r', '=', ' ', 'title=', '注', '\u0000', 'x'];
    const hostile = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((some) => some.join(''));

    fc.assert(
      fc.property(hostile, hostile, hostile, (file, title, message) => {
        const line = formatAnnotation({
          level: 'warning',
          file,
          line: 3,
          column: 4,
          endColumn: 9,
          title,
          message,
        });
        const shown = (text: string): string => text.split('\n').map(visible).join('\n');

        expect(line).not.toMatch(/[\r\n]/);
        expect(readCommand(line)).toEqual({
          name: 'warning',
          properties: {
            file: shown(file),
            line: '3',
            endLine: '3',
            endColumn: '9',
            col: '4',
            title: shown(title),
          },
          data: shown(message),
        });
      }),
      { numRuns: sampleSize({ small: 100, full: 1_000 }) },
    );
  });

  it.each([
    { file: 'a.yaml', cwd: '/repo', path: 'a.yaml' },
    { file: 'a.yaml', cwd: '/repo/sub', path: 'sub/a.yaml' },
    { file: '../a.yaml', cwd: '/repo/sub', path: 'a.yaml' },
    { file: '..a.yaml', cwd: '/repo', path: '..a.yaml' },
    { file: '/repo/b/a.yaml', cwd: '/elsewhere', path: 'b/a.yaml' },
    { file: 'a.yaml', cwd: '/elsewhere', path: 'a.yaml' },
    { file: '.', cwd: '/repo', path: '.' },
  ])('give $file in $cwd as $path', ({ file, cwd, path }) => {
    expect(repositoryPath(file, { cwd, root: '/repo' })).toBe(path);
  });
});
