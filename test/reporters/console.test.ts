import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { consoleReporter } from '../../reporters/terminal/console.ts';
import { painter, wantsColour } from '../../reporters/terminal/paint.ts';
import { formatDryRun } from '../../runner/cli/output/format-dry-run.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { dryRun } from '../../runner/engine/run/dry-run.ts';
import { ANY_CHARACTER } from '../support/characters.ts';
import { sampleSize } from '../support/effort.ts';
import { expectGolden } from '../support/golden.ts';
import { resultOf } from '../support/run/builders.ts';
import { RunHarness } from '../support/run/run-harness.ts';
import { RUNS, SHOP } from './real-runs.ts';

const GOLDEN = join(import.meta.dirname, 'golden/console');

function reported(results: readonly RunResult[], colour = false): string {
  const parts: string[] = [];
  const reporter = consoleReporter({ write: (text) => void parts.push(text) }, painter(colour));
  for (const result of results) void reporter.onRunEnd?.(result);
  void reporter.onEnd?.();
  return parts.join('');
}

const names = Object.keys(RUNS);
const ran = async (name: string): Promise<RunResult> => (RUNS[name] as () => Promise<RunResult>)();

describe('the report for people', () => {
  it.each(names)('reads as it was reviewed: %s', async (name) => {
    expectGolden(join(GOLDEN, `${name.replaceAll(/,? /g, '-')}.txt`), reported([await ran(name)]));
  });

  it('sums up several canaries', async () => {
    const results = await Promise.all(
      [
        'passed',
        'degraded',
        'failed, nothing selected',
        'error, a variable is missing',
        'skipped',
        'passed',
      ].map(ran),
    );

    expectGolden(join(GOLDEN, 'several.txt'), reported(results));
    expectGolden(join(GOLDEN, 'none.txt'), reported([]));
  });

  it('names the gap in the way of the id, also of a run that passed, and nothing if there is none', () => {
    const hops = [
      { stepId: '1', id: 'sent' },
      { stepId: '2', id: 'lost' },
    ] as const;
    const gap = { after: 'bus orders', before: 'table orders', lost: true, why: 'no attribute' };

    expect(reported([resultOf({ continuity: { seen: 1, of: 2, hops, gap } })])).toContain(
      '  the id was on 1 of 2 hops; lost between bus orders and table orders: no attribute\n',
    );
    expect(
      reported([resultOf({ continuity: { seen: 1, of: 1, hops: [{ stepId: '1', id: 'unknown' }] } })]),
    ).toContain('1 more could not be seen');
    expect(reported([resultOf({ continuity: { seen: 2, of: 2, hops } })])).not.toContain('hops');
    expect(
      reported([resultOf({ continuity: { seen: 1, of: 2, hops, gap: { ...gap, lost: false } } })]),
    ).not.toContain('hops');
  });

  it('prints what a run would do', async () => {
    const harness = new RunHarness();
    const request = {
      canary: SHOP,
      project: { name: 'shop' } as never,
      environment: { name: 'staging', vars: {} },
      signal: new AbortController().signal,
    };
    const plan = await dryRun(request, harness.engine);

    expectGolden(
      join(GOLDEN, 'dry-run.txt'),
      `${formatDryRun({ ...plan, faults: ['The environment variable A is not set.'] })}\n`,
    );
  });

  it.each(names)('says the same in colours: %s', async (name) => {
    const result = await ran(name);

    const coloured = reported([result], true);

    expect(coloured).not.toBe(reported([result]));
    expect(stripVTControlCharacters(coloured)).toBe(reported([result]));
  });

  it('lets no text drive the terminal', async () => {
    const result = await ran('failed, with differences');
    const hostile = fc
      .string({ unit: ANY_CHARACTER, minLength: 1, maxLength: 12 })
      .map((text) => `${text}\u001b[2J\u009b31m\r\n\u2028`);

    fc.assert(
      fc.property(hostile, (text) => {
        const everywhere = JSON.parse(JSON.stringify(result), (key, value: unknown) =>
          typeof value === 'string' &&
          value !== '' &&
          !['verdict', 'mode', 'phase', 'runId', 'operator'].includes(key)
            ? text
            : value,
        ) as RunResult;
        const saved = {
          ...everywhere,
          steps: everywhere.steps.map((step) => ({ ...step, saved: { [text]: text } })),
        };

        expect(reported([saved])).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(reported([saved]).split('\n').length).toBe(reported([result]).split('\n').length);
      }),
      { numRuns: sampleSize({ small: 5, full: 20 }) },
    );
  });
});

describe('colours', () => {
  it.each([
    { env: {}, interactive: true, colour: true },
    { env: {}, interactive: false, colour: false },
    { env: { NO_COLOR: '1' }, interactive: true, colour: false },
    { env: { NO_COLOR: '1', FORCE_COLOR: '1' }, interactive: true, colour: false },
    { env: { NO_COLOR: '' }, interactive: true, colour: true },
    { env: { FORCE_COLOR: '1' }, interactive: false, colour: true },
    { env: { FORCE_COLOR: '0' }, interactive: true, colour: false },
    { env: { FORCE_COLOR: 'false' }, interactive: true, colour: false },
    { env: { TERM: 'dumb' }, interactive: true, colour: false },
  ])('are used: $colour, for $env, where a person looks on: $interactive', ({ env, interactive, colour }) => {
    expect(wantsColour(env, interactive)).toBe(colour);
  });
});
