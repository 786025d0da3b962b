import { beforeEach, describe, expect, it } from '@jest/globals';
import { runningPage } from '../../runner/pages/running/running-page.ts';
import { RunningRuns } from '../../runner/serve/running-runs.ts';
import { actStep, expectStep, runIdOf, stepResultOf } from '../support/run/builders.ts';

const runId = runIdOf(1);
const START = { runId, canary: 'orders', atMs: 1_000 };
const act = { ...actStep('place an order'), id: '1' };
const check = { ...expectStep('it is stored'), id: '2' };

let runs: RunningRuns;
beforeEach(() => {
  runs = new RunningRuns((canary) => (canary === 'orders' ? [act, check] : []));
});

/** The rows of the page: step, state, what was seen. */
function rows(): readonly string[] {
  const page = runningPage(runs.get(runId) as NonNullable<ReturnType<RunningRuns['get']>>);
  const found = page.match(/<tr id=.*?<\/tr>/g) ?? [];
  return found.map((row) =>
    row
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
}

describe('a run in progress', () => {
  it('shows the steps to come', () => {
    runs.start(START);

    expect(rows()).toEqual(['place an order send to come', 'it is stored thing to come']);
    expect(runs.of('orders')?.runId).toBe(runId);
    expect(runs.of('other')).toBeUndefined();
  });

  it('shows each step as it begins, polls and ends', () => {
    runs.start(START);
    runs.stepStart({ ...START, step: act, deadlineAtMs: 31_000 });
    runs.stepEnd({
      ...START,
      step: stepResultOf({ stepId: '1', verdict: 'passed', reason: '', durationMs: 12 }),
    });
    runs.stepStart({ ...START, step: check, deadlineAtMs: 31_000 });
    runs.stepPoll({ runId, stepId: '2', attempts: 1, lastSeen: '' });
    expect(rows()[1]).toContain('1 poll');
    runs.stepPoll({ runId, stepId: '2', attempts: 2, lastSeen: '1 seen, status "<b>"' });

    expect(rows()).toEqual([
      'place an order send Passed 12 ms',
      'it is stored thing Running at most until 1970-01-01 00:00:31 UTC 2 polls: 1 seen, status &quot;&lt;b&gt;&quot;',
    ]);
  });

  it('shows why a step did not pass, and when its effect came', () => {
    runs.start(START);
    runs.stepEnd({
      ...START,
      step: stepResultOf({ stepId: '2', verdict: 'failed', reason: 'it differs', timeToEffectMs: 840 }),
    });
    expect(rows()[1]).toContain('it differs; the effect came after 0.84 s');
    runs.stepEnd({
      ...START,
      step: stepResultOf({ stepId: '2', verdict: 'passed', reason: '', timeToEffectMs: 840 }),
    });

    expect(rows()[1]).toMatch(/ the effect came after 0.84 s$/);
  });

  it('lists a step of the cleanup once it begins', () => {
    runs.start(START);
    runs.stepPoll({ runId, stepId: 'c1', attempts: 1, lastSeen: 'x' });
    expect(rows()).toHaveLength(2);
    runs.stepStart({ ...START, step: { ...act, id: 'c1', name: 'remove it' }, deadlineAtMs: 31_000 });

    expect(rows()[2]).toContain('remove it');
  });

  it('is gone after its end, and once the canary runs again', () => {
    runs.start(START);
    runs.start({ ...START, canary: 'other', runId: runIdOf(3) });
    runs.start({ ...START, runId: runIdOf(2) });
    expect([runs.get(runId), runs.get(runIdOf(2))?.canary]).toEqual([undefined, 'orders']);
    runs.end(runIdOf(2));
    runs.stepPoll({ runId: runIdOf(2), stepId: '1', attempts: 1, lastSeen: '' });

    expect(runs.get(runIdOf(2))).toBeUndefined();
    expect(runs.get(runIdOf(3))?.steps).toEqual([]);
  });
});
