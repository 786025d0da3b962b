import { describe, expect, it } from '@jest/globals';
import { drawTimeline } from '../../../runner/pages/timeline/draw-timeline.ts';
import type { Timeline, TimelineMark } from '../../../runner/pages/timeline/timeline.ts';

function drawn(marks: readonly TimelineMark[], more: Partial<Timeline> = {}): string {
  return drawTimeline({ startMs: 0, endMs: 1_000, lanes: [{ service: 'queue <a>', marks }], ...more }, 'key')
    .text;
}

const WAIT = { shape: 'wait', fromMs: 100, toMs: 600, verdict: 'failed', label: 'x' } as const;

function outcomeOf(page: string): string | undefined {
  return /<\/svg><\/div><span class="([^<]*)<\/span><\/div><\/div>/.exec(page)?.[1]?.replace('">', ' ');
}

describe('the drawing of a timeline', () => {
  it.each([
    { marks: [{ ...WAIT, shape: 'act', verdict: 'passed' }], outcome: 'passed took 0.5 s' },
    { marks: [{ ...WAIT, shape: 'never', verdict: 'passed' }], outcome: 'passed none in 0.5 s' },
    { marks: [{ ...WAIT, verdict: 'error' }], outcome: 'error no sight in 0.5 s' },
    {
      marks: [WAIT, { shape: 'missing', deadlineMs: 600, verdict: 'failed', label: 'x' }],
      outcome: 'failed not seen in 0.5 s',
    },
    {
      marks: [{ shape: 'missing', deadlineMs: 600, verdict: 'failed', label: 'x' }],
      outcome: 'failed not seen',
    },
    {
      marks: [{ shape: 'sighting', seenAtMs: 450, verdict: 'unknown', label: 'x' }],
      outcome: 'unknown seen at 450 ms',
    },
    {
      marks: [
        WAIT,
        { shape: 'sighting', happenedAtMs: 200, seenAtMs: 300, count: 2, verdict: 'failed', label: 'x' },
      ],
      outcome: 'failed seen ×2 at 200 ms',
    },
    { marks: [{ ...WAIT, verdict: 'passed' }, WAIT], outcome: 'failed no sight in 0.5 s' },
    { marks: [], outcome: 'unknown ' },
  ] as const)('says of a lane: $outcome', ({ marks, outcome }) => {
    expect(outcomeOf(drawn(marks))).toBe(outcome);
  });

  it('escapes names, and draws nothing from them', () => {
    expect(drawn([WAIT])).toContain('queue &lt;a&gt;');
  });

  it('puts bars that overlap into rows of their own, and others into one', () => {
    const rows = (marks: readonly TimelineMark[]) =>
      Number(/height="(\d+)" aria-hidden/.exec(drawn(marks).split('"service"')[1] ?? '')?.[1]);

    expect(rows([WAIT, { ...WAIT, fromMs: 200 }])).toBe(36);
    expect(rows([WAIT, { ...WAIT, fromMs: 700, toMs: 800 }])).toBe(18);
  });

  it('marks when a thing was seen apart from when it happened', () => {
    const late = {
      shape: 'sighting',
      happenedAtMs: 200,
      seenAtMs: 800,
      verdict: 'passed',
      label: 'x',
    } as const;

    expect(drawn([late]).match(/<line /g)).toHaveLength(2);
    expect(drawn([{ ...late, seenAtMs: 200 }])).not.toContain('<line');
  });

  it('has a legend of the shapes that it has, and of no others', () => {
    const legend = (page: string) =>
      /class="legend">(.*?)<\/p>/
        .exec(page)?.[1]
        ?.replace(/<[^>]*>/g, '')
        .trim();

    expect(legend(drawn([WAIT], { endMs: 601 }))).toBe('▭ wait ░ idle, folded');
    expect(legend(drawn([{ ...WAIT, verdict: 'error' }]))).toContain('▨ could not see');
    expect(legend(drawn([WAIT], { unseen: [{ fromMs: 1, toMs: 2 }] }))).toContain('▨ could not see');
  });

  it('hatches the stretches in which nothing could be seen', () => {
    expect(drawn([WAIT], { unseen: [{ fromMs: 100, toMs: 600 }] })).toContain('<rect class="hatch" x=');
  });
});
