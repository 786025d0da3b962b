import { describe, expect, it } from '@jest/globals';
import type { ExpectStep, NeverStep, Step } from '../../../runner/core/model/canary.ts';
import type { Asks, Noun } from '../../../runner/kinds/kind.ts';
import { canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** Content of a metric from some moment on: the value of each period, the newest first. */
type Shown = Readonly<Record<number, readonly number[]>>;

async function verdictOf(shown: Shown, step: Step) {
  const harness = new RunHarness();
  harness.series = true;
  harness.poll = (afterMs) => {
    const since =
      Object.keys(shown)
        .map(Number)
        .findLast((fromMs) => fromMs <= afterMs) ?? 0;
    const values = shown[since] ?? [];
    return values.map((value, n) => ({ id: `period ${values.length - n}`, data: { value } }));
  };
  const { steps } = await harness.run(canaryOf({}, step));
  return steps[0];
}

const expects = (more: Partial<ExpectStep>) => expectStep('it', { has: { value: 0 }, ...more });
const nevers = (more: Partial<NeverStep>) => neverStep('it', { has: { value: { $above: 0 } }, ...more });

describe('a series of values, the newest first', () => {
  it.each<{ title: string; shown: Shown; step: Step; verdict: string; reason: string }>([
    {
      title: 'never: a value of an earlier period',
      shown: { 0: [0], 5_000: [0, 7] },
      step: nevers({}),
      verdict: 'failed',
      reason: '1 thing was seen',
    },
    {
      title: 'never: an earlier value that is rewritten late',
      shown: { 0: [0, 0], 9_000: [0, 0, 1] },
      step: nevers({}),
      verdict: 'failed',
      reason: '1 thing was seen',
    },
    {
      title: 'never: none',
      shown: { 0: [0, 0] },
      step: nevers({}),
      verdict: 'passed',
      reason: 'none in 10 s',
    },
    {
      title: 'expect: the newest differs, an earlier one fits',
      shown: { 0: [3, 0] },
      step: expects({}),
      verdict: 'failed',
      reason: '1 thing was selected, and differs',
    },
    {
      title: 'expect: the newest fits, an earlier one does not',
      shown: { 0: [3], 1_000: [0, 3] },
      step: expects({}),
      verdict: 'passed',
      reason: 'after 1',
    },
    {
      title: 'expect for a while: the first that held is rewritten, and the newest fits',
      shown: { 0: [0, 3], 2_000: [0, 7, 3] },
      step: expects({ withinMs: 1_000, forMs: 3_000 }),
      verdict: 'failed',
      reason: 'did not stay so for 3 s',
    },
    {
      title: 'expect for a while: every one since then fits',
      shown: { 0: [0, 3], 2_000: [0, 0, 3] },
      step: expects({ withinMs: 1_000, forMs: 3_000 }),
      verdict: 'passed',
      reason: 'still so 3 s later',
    },
    {
      title: 'expect with a count: all must fit',
      shown: { 0: [0, 3] },
      step: expects({ count: { atLeast: 1 } }),
      verdict: 'failed',
      reason: '1 thing was selected, and differs',
    },
    {
      title: 'expect: nothing yet',
      shown: {},
      step: expects({}),
      verdict: 'failed',
      reason: 'no thing was seen',
    },
  ])('$title', async ({ shown, step, verdict, reason }) => {
    expect(await verdictOf(shown, step)).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
  });
});

describe('a watch', () => {
  it.each<{ title: string; step: Step; asks: Asks }>([
    { title: 'an expect', step: expects({}), asks: { absence: false, fields: ['value'] } },
    {
      title: 'a never',
      step: nevers({ where: { unit: 's' } }),
      asks: { absence: true, fields: ['value', 'unit'] },
    },
    {
      title: 'a count from below',
      step: expects({ count: { atLeast: 2 } }),
      asks: { absence: false, fields: ['value'] },
    },
    {
      title: 'a count to the piece',
      step: expects({ count: { atLeast: 1, atMost: 1 }, save: { it: 'thing' } }),
      asks: { absence: true, fields: 'all' },
    },
  ])('is given the request of $title', async ({ step, asks }) => {
    const harness = new RunHarness();
    const reported: Asks[] = [];
    const thing: Noun = {
      ...(harness.engine.nouns['thing'] as Noun),
      open: async (_, context) => {
        reported.push(context.asks);
        return { poll: async () => ({ selected: [], nearby: [] }), close: async () => {} };
      },
    };

    await harness.run(canaryOf({}, step), { engine: { nouns: { thing } } });

    expect(reported).toEqual([asks]);
  });
});
