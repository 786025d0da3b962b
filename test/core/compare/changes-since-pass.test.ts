import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { changesSincePass, type RanWith } from '../../../runner/core/compare/changes-since-pass.ts';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import { actStep, canaryOf, stepResultOf } from '../../support/run/builders.ts';

const SAME = { definition: 'a', runnerVersion: '1.0.0', steps: [] } as const;
const ALIAS = 'arn:aws:lambda:eu-west-1:123456789012:function:store:live';

function called(version: string | undefined, more: Partial<StepResult> = {}): readonly StepResult[] {
  const data = version === undefined ? { status: 202 } : { status: 200, version };
  const evidence = [{ kind: 'invoke', id: '1', takenAtMs: 0, data }];
  return [stepResultOf({ stepId: '1', kind: 'invoke', hop: 'function store', evidence, ...more })];
}

function between(pass: Partial<RanWith>, run: Partial<RanWith>, address = ALIAS) {
  const canary = canaryOf(
    { name: 'orders' },
    { ...actStep('call', { input: { function: address } }), id: '1' },
  );
  return changesSincePass(canary, { ...SAME, ...run }, { ...SAME, ...pass });
}

describe('since the last pass', () => {
  it('nothing changed if all is as it was', () => {
    const steps = called('7');

    expect(between({ steps }, { steps })).toEqual({ changes: [], unread: [] });
  });

  it.each<{ title: string; pass: Partial<RanWith>; run: Partial<RanWith>; resource: string; what: string }>([
    {
      title: 'the canary',
      pass: { definition: 'b' },
      run: {},
      resource: 'canary orders',
      what: 'ran with other steps, values or another environment than in its last pass',
    },
    {
      title: 'Coalmine',
      pass: {},
      run: { runnerVersion: '1.1.0' },
      resource: 'Coalmine',
      what: 'ran in version 1.1.0, and in version 1.0.0 in the last pass',
    },
    {
      title: 'a function whose alias was moved, once for all its calls',
      pass: { steps: [...called('7'), ...called('7', { stepId: '2' })] },
      run: { steps: [...called('8'), ...called('8', { stepId: '2' })] },
      resource: 'function store',
      what: 'ran in version 8, and in version 7 in the last pass',
    },
    {
      title: 'a function whose alias points to what is not published',
      pass: { steps: called('7') },
      run: { steps: called('$LATEST') },
      resource: 'function store',
      what: 'ran in version $LATEST, and in version 7 in the last pass',
    },
  ])('$title changed', ({ pass, run, resource, what }) => {
    expect(between(pass, run)).toEqual({ changes: [{ resource, what }], unread: [] });
  });

  it.each<{ title: string; pass: Partial<RanWith>; run: Partial<RanWith>; resource: string; why: string }>([
    {
      title: 'the canary, if the pass has no definition',
      pass: { definition: undefined } as never,
      run: {},
      resource: 'canary orders',
      why: 'Its definition in the last pass is not kept.',
    },
    {
      title: 'Coalmine, if the run has no version',
      pass: {},
      run: { runnerVersion: undefined } as never,
      resource: 'Coalmine',
      why: 'Its version in this run is not known.',
    },
    {
      title: 'a function, if its call got no answer',
      pass: { steps: called('7') },
      run: { steps: called('8', { evidence: [] }) },
      resource: 'function store',
      why: 'Its version in this run is not known.',
    },
    {
      title: 'a function, if its answer in the pass is not kept',
      pass: { steps: [] },
      run: { steps: called('8') },
      resource: 'function store',
      why: 'Its version in the last pass is not kept.',
    },
    {
      title: 'an alias, if neither answer had a version',
      pass: { steps: called(undefined) },
      run: { steps: called(undefined) },
      resource: 'function store',
      why: 'Its version in the last pass is not kept.',
    },
  ])('nothing is known of $title', ({ pass, run, resource, why }) => {
    expect(between(pass, run)).toEqual({ changes: [], unread: [{ resource, why }] });
  });

  it('a reference may name an alias', () => {
    const steps = called(undefined);

    expect(between({ steps }, { steps }, '${cf:shop.Store}').unread).toHaveLength(1);
  });

  it.each<{ title: string; pass: readonly StepResult[]; run: readonly StepResult[]; address: string }>([
    { title: 'has no alias', pass: called(undefined), run: called(undefined), address: 'store' },
    {
      title: 'is not published',
      pass: called('$LATEST'),
      run: called('8', { evidence: [] }),
      address: 'store',
    },
    {
      title: 'was not called',
      pass: called('7'),
      run: called('8', { verdict: 'skipped' satisfies Verdict, evidence: [] }),
      address: ALIAS,
    },
    { title: 'is of another kind', pass: called('7'), run: called('8', { kind: 'http' }), address: ALIAS },
  ])('nothing is said of a function that $title', ({ pass, run, address }) => {
    expect(between({ steps: pass }, { steps: run }, address)).toEqual({ changes: [], unread: [] });
  });
});
