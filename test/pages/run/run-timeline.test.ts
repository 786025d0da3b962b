import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import { timelineOf } from '../../../runner/pages/run/run-timeline.ts';
import { resultOf, stepResultOf } from '../../support/run/builders.ts';

const seenAt = (takenAtMs: number, happenedAtMs?: number) => ({
  kind: 'event',
  id: `${takenAtMs}`,
  takenAtMs,
  data: {},
  ...(happenedAtMs === undefined ? {} : { happenedAtMs }),
});

function timeline(...steps: readonly Partial<StepResult>[]) {
  const at = { startedAtMs: 1_000, durationMs: 500 };
  return timelineOf(
    resultOf({
      startedAtMs: 1_000,
      durationMs: 10_000,
      steps: steps.map((step) => stepResultOf({ ...at, ...step })),
    }),
  );
}

const shapes = (step: Partial<StepResult>) =>
  timeline({ hop: 'bus a', ...step }).lanes.flatMap(({ marks }) => marks.map(({ shape }) => shape));

describe('the timeline of a run', () => {
  it('has a lane for each resource, in the order of its first step', () => {
    const { startMs, endMs, lanes } = timeline(
      { hop: 'table orders by customer', startedAtMs: 3_000 },
      { hop: 'POST http://api.test/orders', mode: 'act' },
      { hop: 'bus shop · OrderPlaced from shop', startedAtMs: 2_000 },
      { hop: 'DELETE http://api.test/orders/1', mode: 'act', startedAtMs: 4_000 },
      { hop: 'X-Ray trace', startedAtMs: 5_000 },
      { hop: '' },
    );

    expect([startMs, endMs]).toEqual([1_000, 11_000]);
    expect(lanes.map(({ service, marks }) => [service, marks.length])).toEqual([
      ['http://api.test', 2],
      ['bus shop', 1],
      ['table orders', 1],
      ['X-Ray trace', 1],
    ]);
  });

  it.each([
    { of: 'an act', step: { mode: 'act', evidence: [seenAt(1_100)] }, marks: ['act'] },
    { of: 'a wait with its effect', step: { evidence: [seenAt(1_100)] }, marks: ['wait', 'sighting'] },
    { of: 'a wait in vain', step: { verdict: 'failed' }, marks: ['wait', 'missing'] },
    { of: 'a wait that could not observe', step: { verdict: 'error' }, marks: ['wait'] },
    { of: 'a watch for what must not come', step: { mode: 'never' }, marks: ['never'] },
    {
      of: 'one that came',
      step: { mode: 'never', verdict: 'failed', evidence: [seenAt(1_100)] },
      marks: ['never', 'sighting'],
    },
    { of: 'a step that did not run', step: { verdict: 'skipped' }, marks: [] },
  ] as const)('draws $of as $marks', ({ step, marks }) => {
    expect(shapes(step)).toEqual(marks);
  });

  it('counts things that were seen together, and keeps others apart', () => {
    const [lane] = timeline({
      hop: 'bus a',
      evidence: [seenAt(5_000), seenAt(1_150, 1_100), seenAt(1_100, 1_050)],
    }).lanes;

    expect(lane?.marks.slice(1)).toMatchObject([
      { happenedAtMs: 1_050, seenAtMs: 1_100, count: 2 },
      { seenAtMs: 5_000, count: 1 },
    ]);
  });
});
