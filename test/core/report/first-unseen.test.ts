import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import { firstUnseen } from '../../../runner/core/report/first-unseen.ts';
import { stepResultOf } from '../../support/run/builders.ts';

const SEEN = { evidence: [{ kind: 'event', id: '1', takenAtMs: 1, data: {} }] } as const;

function unseenOf(...steps: readonly Partial<StepResult>[]) {
  const found = firstUnseen({
    steps: steps.map((step, index) => stepResultOf({ stepId: `${index}`, ...step })),
  });
  return found === undefined ? undefined : [found.step.stepId, found.is];
}

describe('the first hop that was not seen', () => {
  it.each([
    { of: 'a failed check without evidence', steps: [SEEN, { verdict: 'failed' }], unseen: ['1', 'missing'] },
    { of: 'a check that could not observe', steps: [{ verdict: 'error' }], unseen: ['0', 'unchecked'] },
    {
      of: 'a step that did not run',
      steps: [{ verdict: 'failed', ...SEEN }, { verdict: 'skipped' }],
      unseen: ['1', 'unchecked'],
    },
    {
      of: 'the first of several',
      steps: [{ verdict: 'failed' }, { verdict: 'failed' }],
      unseen: ['0', 'missing'],
    },
    { of: 'an act without an answer', steps: [{ mode: 'act', verdict: 'failed' }], unseen: ['0', 'missing'] },
  ] as const)('is that of $of', ({ steps, unseen }) => {
    expect(unseenOf(...steps)).toEqual(unseen);
  });

  it.each([
    { of: 'what was seen differs', steps: [{ verdict: 'failed', ...SEEN }] },
    {
      of: 'only a watch for what must not come has no evidence',
      steps: [{ mode: 'never', verdict: 'error' }],
    },
    { of: 'every step passed', steps: [SEEN, { verdict: 'degraded' }] },
  ] as const)('is none if $of', ({ steps }) => {
    expect(unseenOf(...steps)).toBeUndefined();
  });
});
