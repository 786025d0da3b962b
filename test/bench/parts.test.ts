import { describe, expect, it } from '@jest/globals';
import { linesOf } from '../../bench/measure/report.ts';
import { PARTS } from '../../bench/parts.ts';
import { mapWithConcurrency } from '../../runner/core/base/with-concurrency.ts';
import { sampleOf } from '../support/effort.ts';

const AT_ONCE = 4; // some parts mostly wait

describe('the bench', () => {
  it('measures each figure of each part, in its smallest size', async () => {
    const measured = PARTS.filter(
      ({ optional, unavailable }) => optional !== true && unavailable === undefined,
    );
    const parts = sampleOf(measured, 4);

    const outcomes = await mapWithConcurrency(AT_ONCE, parts, async (part) => {
      try {
        return { [part.name]: linesOf(part, await part.measure('tiny')).length };
      } catch (thrown) {
        return { [part.name]: String(thrown) };
      }
    });

    expect(outcomes).toEqual(parts.map(({ name, figures }) => ({ [name]: Object.keys(figures).length })));
  });

  it('calls each part by a name of its own', () => {
    const names = PARTS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });
});
