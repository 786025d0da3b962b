import { describe, expect, it } from '@jest/globals';
import { costOf } from '../../runner/deploy/cost.ts';
import { PRICES } from '../../runner/deploy/prices.ts';
import { actStep, canaryOf } from '../support/run/builders.ts';

describe('the cost of an inbox', () => {
  const linesOf = (url: string) =>
    costOf([canaryOf({ schedule: { everyMs: 60_000 } as never }, actStep('it', { input: { url } }))], {
      prices: PRICES,
      assumed: {},
      fromMs: 0,
      stepMetrics: false,
      sitePages: false,
    }).lines;

  it('is a line of its own for canaries that mention it', () => {
    const line = linesOf('${run.inbox}').find(({ what }) => what === 'inbox');

    // 43,830 runs: 3 requests of 0.2 + 0.667 + 1.25 + 0.5 millionths, 3 writes; and two alarms.
    expect(line?.dollars).toBeCloseTo(0.2 + 43_830 * (3 * 2.6167e-6 + 3 * 0.625e-6), 3);
  });

  it('is none for other canaries', () => {
    expect(linesOf('https://a.example').map(({ what }) => what)).not.toContain('inbox');
  });
});
