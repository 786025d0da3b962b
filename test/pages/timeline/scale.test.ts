import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scaleOf } from '../../../runner/pages/timeline/scale.ts';
import type { Timeline } from '../../../runner/pages/timeline/timeline.ts';

function timelineOf(endMs: number, ...moments: readonly number[]): Timeline {
  const marks = moments.map(
    (seenAtMs) => ({ shape: 'sighting', seenAtMs, verdict: 'passed', label: 'x' }) as const,
  );
  return { startMs: 0, endMs, lanes: [{ service: 'queue a', marks }] };
}

describe('the scale of a timeline', () => {
  it('is linear where something happens all the time', () => {
    const { at, folds } = scaleOf(timelineOf(100, 10, 20, 30, 40, 50, 60, 70, 80, 90));

    expect(folds).toEqual([]);
    expect(at(50)).toBeCloseTo(50, 5);
    expect(at(75) - at(70)).toBeCloseTo(at(5) - at(0), 5);
  });

  it('folds what is idle for more than 15 percent of the whole', () => {
    const { at, folds } = scaleOf(timelineOf(1_000, 10, 20, 900));

    expect(folds.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([[20, 900]]);
    expect(at(900) - at(20)).toBeCloseTo(8, 5);
    expect(at(1_000) - at(900)).toBeGreaterThan(70);
  });

  it('has a place for a run in which nothing took time', () => {
    expect(scaleOf(timelineOf(0)).at(0)).toBeCloseTo(1.5, 5);
  });

  it('keeps the order of all moments, within its width', () => {
    const moments = fc.array(fc.nat(10_000), { maxLength: 12 });
    fc.assert(
      fc.property(moments, fc.nat(10_000), (given, endMs) => {
        const { at } = scaleOf(timelineOf(endMs, ...given));
        const places = [0, endMs, ...given].toSorted((a, b) => a - b).map(at);

        expect(places).toEqual(places.toSorted((a, b) => a - b));
        for (const place of places) expect(place >= 0 && place <= 100.001).toBe(true);
      }),
    );
  });
});
